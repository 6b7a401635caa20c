#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# secure.sh - in a guest with Secure Boot, whose firmware knows the key that DKMS has signed
# with; prints TAP.
# shellcheck disable=SC2317 # functions are called by check
set -eu

# shellcheck source=../tap.sh
. /payload/tap.sh

logged() {
	dmesg | grep -q "$1"
}

check "the guest has what DKMS has installed" tar -C / -xf /payload/old.tar
check "Secure Boot is on" logged 'Kernel is locked down from EFI Secure Boot'
check "the kernel knows the key" logged "Loaded X.509 cert 'energy test key"
check "what is signed with it loads" modprobe energy_vm_fallback
check "... and shows the system" grep '^pid=0 ' /proc/energy/all
for module in vm_fallback core; do
	check "energy_$module unloads" rmmod "energy_$module"
done
cp /payload/unsigned/*.ko /tmp/
check "what is not signed does not load" says 'Key was rejected by service' insmod /tmp/energy_core.ko
check "... and the log says why" logged 'Loading of unsigned module is rejected'
finish
