# SPDX-License-Identifier: GPL-2.0-only
# `kunit/run --coverage` counts how often each line of this folder runs.
ccflags-$(ENERGY_COVERAGE) += -fprofile-arcs -ftest-coverage

# The tests' objects, part of energy_core; one suite per file.
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/attrib_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/bank_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/beat_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/bill_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/cgroups_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/cgtotals_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/choice_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/cpus_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/env_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/errand_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/exits_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/fake.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/fake_task.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/gaps_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/handover_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/heard.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/idle_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/ledger_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/members_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/meter_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/meters_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/params_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/pidmap_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/proctab_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/powercap_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/random_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/rapl_cores_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/rapl_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/record_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/recycle_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/registry_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/scope_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/suspend_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/trace_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/units_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/vm_feed_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/vm_model_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/vrapl_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/window_kunit.o

# A provider's part that a suite tests, where the provider does not bring it into the same image.
ifneq ($(CONFIG_ENERGY_RAPL_MSR),y)
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += sources/rapl_cores.o
endif
