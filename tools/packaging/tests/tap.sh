# SPDX-License-Identifier: GPL-2.0-only
# Test points for shell scripts; sourced.
# shellcheck shell=sh

n=0
failed=0

# check TEXT COMMAND...: one test point; what the command says is shown where it fails.
check() {
	text=$1
	shift
	n=$((n + 1))
	if said=$("$@" 2>&1); then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
		echo "$said" | tail -n 30 | sed 's/^/# /'
		failed=1
	fi
}

# finish: the plan, and the exit status.
finish() {
	echo "1..$n"
	exit "$failed"
}

# says PATTERN COMMAND...: the command prints a line like this, whatever its exit status.
says() {
	pattern=$1
	shift
	said=$("$@" 2>&1) || :
	echo "$said"
	echo "$said" | grep -q -e "$pattern"
}

# fails COMMAND...: it does not succeed.
fails() {
	! "$@"
}
