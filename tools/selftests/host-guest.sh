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
	tools/selftests/host --modules modules --payload programs "$@" >/tmp/said 2>&1
}

# refuses PATTERN: it fails at once and says why.
# shellcheck disable=SC2317 # called by check
refuses() {
	! host && grep -q "$1" /tmp/said && ! grep -q passed /tmp/said
}

# plant COMMAND: a test that does that, and passes.
plant() {
	cat >tools/selftests/t/99-planted.sh <<-EOF
		# selftest: guest=planted timeout=10 safe=yes
		$1
		echo "ok 1 - planted"
		echo "1..1"
	EOF
}

# fails PATTERN: the planted test runs, and what it does fails the run, which says so.
# shellcheck disable=SC2317 # called by check
fails() {
	! host --only planted && grep -q "$1" /tmp/said && grep -q '^1 passed, 1 failed$' /tmp/said
}

# settings: what the administrator has set, but for what goes by itself.
settings() {
	find /proc/sys -type f -perm -u=rw ! -path '*/random/*' ! -name tainted \
		! -name '*_last_pid' ! -name drop_caches ! -name compact_memory \
		! -name perf_event_max_sample_rate \
		-exec grep -s . {} +
	grep -rs . /sys/devices/virtual/workqueue/cpumask /proc/irq/*/smp_affinity
}

# state: what it has to leave as it was.
state() {
	lsmod | sort
	find "/lib/modules/$(uname -r)" -name 'energy_*'
	grep -c . /proc/mounts
	ls /tmp /sys/kernel/tracing/instances
	find /sys/fs/cgroup -type d
	settings
}

# shellcheck disable=SC2317 # called by check
same() {
	state >/run/after
	diff /run/before /run/after >/tmp/said
}

# shellcheck disable=SC2317 # called by check
all_passed() {
	grep -q '^[1-9][0-9]* passed, 0 failed$' /tmp/said
}

# few_modules NAME...: the kernel has no others. depmod, which each run begins with, takes half a
# minute here for the thousands that there are.
few_modules() {
	tree=/lib/modules/$(uname -r)
	for module in "$@"; do
		modprobe --show-depends "$module"
	done | while read -r _ path; do
		mkdir -p "/run/few$(dirname "$path")"
		cp "$path" "/run/few$path"
	done
	cp "$tree"/modules.order "$tree"/modules.builtin* "/run/few$tree/"
	mount --bind "/run/few$tree" "$tree"
	depmod
}

few_modules msr intel_rapl_msr overlay

# As on a host, we are in a session's cgroup, and the administrator has ideas about our modules.
mkdir /sys/fs/cgroup/session
echo 0 >/sys/fs/cgroup/session/cgroup.procs
echo "options energy_core sample_ns=7000000 window_ns=7000000000" >/etc/modprobe.d/energy.conf

# The first look at these makes mounts and modules of its own.
: >/tmp/said
state >/run/before
state >/run/before
check "the safe selftests pass" host
check "and say how many" all_passed
sed 's/^/# /' /tmp/said
check "modules, mounts, cgroups, settings and /lib/modules are as before" same

plant 'echo "<6>planted: all is well" >/dev/kmsg'
check "what the kernel says is no complaint" host --only planted
plant 'echo "<6>WARNING: planted" >/dev/kmsg'
check "it fails where the kernel complains, and shows that" fails 'WARNING: planted'
# not a word of the kernel's: the test bed is not to take it for one
dmesg -C
check "the next run knows nothing of it" host --only 13-names
plant 'echo 512 >/proc/sys/kernel/tainted'
check "it fails where a warning has tainted the kernel" fails 'tainted: W'
rm tools/selftests/t/99-planted.sh

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
