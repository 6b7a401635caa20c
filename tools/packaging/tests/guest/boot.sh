#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# boot.sh - in the guest: modules as DKMS has installed them, from the boot on; prints TAP.
#
# usage: boot.sh OLD NEW      the versions that /payload/old.tar and new.tar hold
#
# There is no systemd as process 1 in this guest: what its systemd-modules-load.service executes
# at boot is executed here.
# shellcheck disable=SC2317 # functions are called by check
set -eu

# shellcheck source=../tap.sh
. /payload/tap.sh

loaded() {
	for module in "$@"; do
		[ -d "/sys/module/energy_$module" ] || return
	done
}

loaded_version() {
	[ "$(cat /sys/module/energy_core/version)" = "$1" ]
}

parameter() {
	[ "$(cat "/sys/module/energy_$1/parameters/$2")" = "$3" ]
}

configure() {
	cat >/etc/modules-load.d/energy.conf <<-EOF
		# by each kind of name
		rapl_msr
		energy_vm_fallback
	EOF
	cat >/etc/modprobe.d/energy.conf <<-EOF
		options energy_core window_ns=2000000000 w_wakeups=7
		options energy_vm_fallback idle_uw=9000000
	EOF
}

unload() {
	for module in rapl_msr rapl_powercap pmu_instr vm_fallback core; do
		[ ! -d "/sys/module/energy_$module" ] || rmmod "energy_$module" || return
	done
}

modules_load() {
	command=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/systemd-modules-load.service)
	echo "$command"
	$command
}

unloading="rmmod energy_rapl_msr energy_vm_fallback energy_core"
check "the guest has what DKMS has installed" tar -C / -xf /payload/old.tar
check "modules-load.d and modprobe.d are written" configure
check "nothing is loaded" fails loaded core
check "what systemd does at boot succeeds" modules_load
check "what modules-load.d names is loaded" loaded core rapl_msr vm_fallback
check "... and nothing else" fails loaded pmu_instr
check "... with the options of modprobe.d: window_ns" parameter core window_ns 2000000000
check "... w_wakeups" parameter core w_wakeups 7
check "... idle_uw of energy_vm_fallback" parameter vm_fallback idle_uw 9000000
check "it measures" grep '^source=rapl_msr$' /proc/energy/all
check "all unloads" unload

modprobe intel_rapl_msr
for module in rapl_msr rapl_powercap pmu_instr vm_fallback; do
	for name in "$module" "energy_$module"; do
		check "modprobe $name" modprobe "$name"
		check "... loads it" loaded core "$module"
		check "... and all unloads" unload
	done
done

modprobe energy_rapl_msr
check "an upgrade names what unloads what is loaded" \
	says 'old ones .*: rmmod energy_rapl_msr energy_core$' /payload/control/prerm upgrade
check "the new version is installed" tar -C / -xf /payload/new.tar
check "what is loaded is still the old one" loaded_version "$1"
check "... as modprobe leaves it" modprobe energy_rapl_msr
check "... and measures" grep '^source=rapl_msr$' /proc/energy/all
check "the old one unloads" unload
check "modprobe loads the new one" modprobe energy_rapl_msr
check "... which says so" loaded_version "$2"
check "... and measures" grep '^source=rapl_msr$' /proc/energy/all
check "the new one unloads" unload

modprobe energy_vm_fallback
modprobe energy_rapl_msr
check "removal names what unloads what is loaded" says ": $unloading$" /payload/control/prerm remove
rm -r "/lib/modules/$(uname -r)/updates"
# shellcheck disable=SC2086 # words
check "... which does so where their files are gone" $unloading
check "... all of them" fails loaded core
check "... and is not named where none is loaded" fails says rmmod /payload/control/prerm remove
finish
