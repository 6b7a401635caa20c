#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh - run tests one after the other; process 1's child in the guest.
#
# usage: guest.sh NAME=SECONDS...
#
# Marks where each begins and ends. Whatever one leaves behind is removed before the next.
set -u

export PYTHONDONTWRITEBYTECODE=1
modprobe msr || :
for test in "$@"; do
	name=${test%=*}
	echo "== begin $name"
	case $name in
	*.py) timeout -k 10 "${test#*=}" python3 "/payload/$name" ;;
	*) timeout -k 10 "${test#*=}" sh "/payload/$name" ;;
	esac
	echo "== end $name $?"
	for module in sample flawed rapl_msr rapl_powercap pmu_instr vm_fallback core; do
		module=energy_$module
		[ ! -d "/sys/module/$module" ] || rmmod "$module" || :
	done
done
