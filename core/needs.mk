# SPDX-License-Identifier: GPL-2.0-only
#
# What energy_core cannot do without in a kernel's configuration, and why: energy_needs_OPTION.
# Kbuild refuses to build where one is missing, dkms.conf leaves such kernels out; both say so
# in these words. Kconfig.in and README.md list them too, and tools/lint checks that they do.

energy_needs_64BIT := 64-bit counters have to be read and written in one piece
energy_needs_CGROUPS := each process is accounted in its cgroup
energy_needs_IRQ_WORK := a full ledger asks the sampler for help from within the scheduler
energy_needs_MODULES := it is made of modules
energy_needs_NET := packets sent and received are counted
energy_needs_PROC_FS := it is read in /proc/energy
energy_needs_TASK_IO_ACCOUNTING := what a process has read from and written to storage is counted by it
energy_needs_TRACEPOINTS := the modules hear of context switches, exits and packets by them

# A configuration that make has not read (as in `make clean`) has no options at all.
energy_lacks := $(if $(CONFIG_CC_VERSION_TEXT),$(strip $(foreach need,\
	$(filter energy_needs_%,$(.VARIABLES)),$(if $(CONFIG_$(need:energy_needs_%=%)),,$(need)))))
