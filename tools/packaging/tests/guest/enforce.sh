#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# enforce.sh - in a guest that loads signed modules alone; prints TAP.
# shellcheck disable=SC2317 # functions are called by check
set -eu

# shellcheck source=../tap.sh
. /payload/tap.sh

logged() {
	dmesg | grep -q "$1"
}

check "the guest has what DKMS has installed" tar -C / -xf /payload/old.tar
check "the kernel says that it takes signed modules alone" \
	grep Y /sys/module/module/parameters/sig_enforce
check "modinfo names who has signed" \
	says '^energy test key$' modinfo -F signer energy_core
check "the kernel's own module loads" modprobe msr
check "a signature by a key that the kernel does not know is no good: modprobe says" \
	says 'Key was rejected by service' modprobe energy_rapl_msr
check "... and the log" logged 'Loading of module with unavailable key is rejected'
cp /payload/unsigned/*.ko /tmp/
check "no signature is no good: insmod says" says 'Key was rejected by service' insmod /tmp/energy_core.ko
check "... and the log" logged 'Loading of unsigned module is rejected'
check "nothing is loaded" fails test -e /sys/module/energy_core
finish
