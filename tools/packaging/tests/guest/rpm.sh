#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# rpm.sh - in the guest: what the RPM packages have installed is loaded and read; prints TAP.
#
# usage: rpm.sh VERSION       the one that /payload/rpm.tar holds
# shellcheck disable=SC2317 # functions are called by check
set -eu

# shellcheck source=../tap.sh
. /payload/tap.sh
# shellcheck source=loaded.sh
. /payload/loaded.sh

loaded_version() {
	[ "$(cat /sys/module/energy_core/version)" = "$1" ]
}

# billed: there is measured energy for the whole system, as soon as there is a sample.
billed() {
	timeout 30 sh -c 'until grep "^pid=0 .* energy_uj=[1-9]" /proc/energy/all; do sleep 0.1; done'
}

check "the guest has what the packages have installed" tar -C / -xf /payload/rpm.tar
check "... which is of no use before it is loaded" fails test -e /proc/energy
modprobe intel_rapl_msr
for module in rapl_msr rapl_powercap pmu_instr vm_fallback; do
	check "modprobe $module" modprobe "$module"
	check "... loads the package's" loaded "$module"
done
check "energy_core is of this version" loaded_version "$1"
check "it measures" grep '^source=rapl_msr$' /proc/energy/all
check "the books of the packages' command balance" energy balance
check "energy is billed" billed
for module in rapl_msr rapl_powercap pmu_instr vm_fallback core; do
	check "energy_$module unloads" rmmod "energy_$module"
done
check "nothing is left" fails test -e /proc/energy
finish
