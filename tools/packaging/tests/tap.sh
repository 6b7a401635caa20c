# SPDX-License-Identifier: GPL-2.0-only
# Test points for shell scripts; sourced.
# shellcheck shell=sh

n=0
failed=0

# try COMMAND...: sets $said and $status. Each command of a function counts: in a condition the
# shell would go on after one that fails, so this is none, and must not be called in one.
try() {
	set +e
	said=$(
		set -e
		"$@" 2>&1
	)
	status=$?
	set -e
}

# check TEXT COMMAND...: one test point; what the command says is shown where it fails.
check() {
	text=$1
	shift
	n=$((n + 1))
	try "$@"
	if [ "$status" -eq 0 ]; then
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
	try "$@"
	echo "$said"
	echo "$said" | grep -q -e "$pattern"
}

# fails COMMAND...: it does not succeed.
fails() {
	try "$@"
	echo "$said"
	[ "$status" -ne 0 ]
}
