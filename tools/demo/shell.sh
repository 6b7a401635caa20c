#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# shell.sh - in the virtual machine: a root shell with the modules loaded.
set -eu

modprobe energy_rapl_msr
PATH=$PATH:$PWD
export PATH
cat <<'END'
energy_core and energy_rapl_msr are loaded. Try:
  cat /proc/energy/all        energy top        energy balance
  cat /proc/energy/cgroup     cat /sys/kernel/debug/energy/all
Leave with `exit`.
END
bash -i || :
