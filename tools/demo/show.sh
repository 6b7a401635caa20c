#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# show.sh - in the virtual machine: load the modules, start a mixed workload,
# show the table, and prove that the books balance.
#
# usage: show.sh SECONDS
set -eu

modprobe energy_rapl_msr
# A group of its own, so that one kill ends the workload and its children.
setsid ./workload.sh >/dev/null 2>&1 &
workload=$!
trap 'kill -- "-$workload" 2>/dev/null || :' EXIT

./energy top --seconds "$1"
./energy balance
