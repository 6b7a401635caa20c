#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# host-guest.sh - in the guest: `host` as on a host, where it works and where it must not.
set -u

n=0
failed=0
# check TEXT COMMAND...: one test point.
check() {
	text=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $text"
	else
		echo "not ok $n - $text"
		sed 's/^/# /' /tmp/said
		failed=1
	fi
}

# shellcheck disable=SC2317 # called by check
host() {
	tools/selftests/host --modules modules --payload programs >/tmp/said 2>&1
}

# refuses PATTERN: it fails at once and says why.
# shellcheck disable=SC2317 # called by check
refuses() {
	! host && grep -q "$1" /tmp/said && ! grep -q passed /tmp/said
}

# state: what it has to leave as it was.
state() {
	lsmod | sort
	find "/lib/modules/$(uname -r)" -name 'energy_*'
	grep -c . /proc/mounts
	ls /tmp
}

# shellcheck disable=SC2317 # called by check
same() {
	[ "$(state)" = "$before" ]
}

# shellcheck disable=SC2317 # called by check
all_passed() {
	grep -q '^[1-9][0-9]* passed, 0 failed$' /tmp/said
}

# The first access to these makes mounts and modules of its own.
: >/tmp/said
before=$(state)
check "the safe selftests pass" host
check "and say how many" all_passed
check "modules, mounts and /lib/modules are as before" same
sed 's/^/# /' /tmp/said

insmod modules/energy_core.ko
check "it refuses where a module of ours is loaded" refuses 'loaded, unload them first'
check "and leaves it alone" test -d /sys/module/energy_core
rmmod energy_core

mkdir /tmp/broken
cp modules/energy_core.ko /tmp/broken/
printf 'x' | dd of=/tmp/broken/energy_core.ko bs=1 seek=1 conv=notrunc 2>/dev/null
mv modules good
mv /tmp/broken modules
check "it refuses where the kernel does not take them" refuses 'does not take the modules'
mv modules /tmp/broken
rm -r /tmp/broken
mv good modules
check "all is as before" same

echo 1 >/proc/sys/kernel/modules_disabled
check "it refuses where the kernel loads none any more" refuses 'modules_disabled is 1'
echo "1..$n"
exit "$failed"
