#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# systemd.sh - in a guest that systemd has booted, with the packages installed; prints TAP.
#
# usage: systemd.sh VERSION
#
# Nothing here loads a module.
# shellcheck disable=SC2317 # functions are called by check
set -eu

# shellcheck source=../tap.sh
. /payload/tap.sh
# shellcheck source=loaded.sh
. /payload/loaded.sh

# all_loaded MODULES: these are, and no others of ours.
all_loaded() {
	cd /sys/module
	echo energy_*
	[ "$(echo energy_*)" = "$1" ]
}

contains() {
	echo "$2: $(cat "$2")"
	[ "$(cat "$2")" = "$1" ]
}

check "process 1 is systemd" contains systemd /proc/1/comm
check "the package is installed" says '^ii ' dpkg -l energy-dkms
check "/proc/energy is there" test -e /proc/energy/all
check "it measures" grep '^source=rapl_msr$' /proc/energy/all
check "the modules are DKMS's: energy_rapl_msr" loaded rapl_msr
check "... energy_core" loaded core
check "... of this version" contains "$1" /sys/module/energy_core/version
check "systemd has loaded what modules-load.d names" \
	says "Inserted module 'energy_rapl_msr'" journalctl -b -t systemd-modules-load
check "... and nobody anything else" all_loaded "energy_core energy_rapl_msr"
check "with the options of modprobe.d" \
	contains 60000000000 /sys/module/energy_core/parameters/window_ns
check "systemd's units have accounts of their own" \
	grep 'path=/system.slice/systemd-journald.service$' /proc/energy/cgroups
check "the books of the package's command balance" energy balance
finish
