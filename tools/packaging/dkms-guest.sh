#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# dkms-guest.sh - in the guest: the modules load by name and show the system.
set -eu

modprobe rapl_msr
grep -q '^source=rapl_msr$' /proc/energy/all
rmmod energy_rapl_msr
rmmod energy_core
