#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh - run tests of the current directory one after the other, in a guest or on a host.
#
# usage: guest.sh [VARIABLE=VALUE...] NAME=SECONDS...
#
# Marks where each begins and ends. Whatever one leaves behind is removed before the next. A kernel
# that can find leaks (CONFIG_DEBUG_KMEMLEAK) is asked for them at the end: its log says how many,
# which fails the run. So does a kernel that looks for bugs no more.
set -u

export PYTHONDONTWRITEBYTECODE=1
modprobe msr || :
for test in "$@"; do
	case $test in
	[A-Z]*)
		export "${test?}"
		continue
		;;
	esac
	name=${test%=*}
	echo "== begin $name"
	case $name in
	*.py) timeout -k 10 "${test#*=}" python3 "./$name" ;;
	*) timeout -k 10 "${test#*=}" sh "./$name" ;;
	esac
	echo "== end $name $?"
	for module in sample flawed odd denied rapl_msr rapl_powercap pmu_instr vm_fallback core; do
		module=energy_$module
		[ ! -d "/sys/module/$module" ] || rmmod "$module" || :
	done
done

# What looks for bugs has to be at it still, or what it did not find says nothing.
status=0
complain() {
	echo "guest.sh: $*" >&2
	status=1
}

debug=/sys/kernel/debug
# lockdep turns itself off after its first report, and when it has run out of room
drivers_own() {
	# the one report that does not count: runner/klog.py says which
	dmesg | grep -q ' rapl_cpu_down_prep+.*\[intel_rapl_msr\]$' &&
		dmesg | grep -q ' get_energy_counter+.*\[intel_rapl_common\]$'
}
if [ -e /proc/lockdep_stats ] && ! grep -q '^ *debug_locks: *1$' /proc/lockdep_stats &&
	! drivers_own; then
	complain "lockdep is off"
fi
if [ -e $debug/kcsan ] && ! grep -q '^enabled: 1$' $debug/kcsan; then
	complain "KCSAN is off"
fi
if [ -e $debug/kmemleak ]; then
	# What has just been allocated, or is freed by RCU just now, is no leak yet: it is looked
	# for twice, more than the five seconds apart that an object has to be old.
	for _ in 1 2; do
		sleep 6
		echo scan >$debug/kmemleak || complain "kmemleak is off"
	done
	# the kernel's log takes one line at a time
	sed -u 's/^/leak: /' $debug/kmemleak >/dev/kmsg || complain "the leaks could not be told"
fi
exit $status
