# SPDX-License-Identifier: GPL-2.0-only
# The tests' objects, part of energy_core; one suite per file.
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/attrib_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/bill_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/cgroups_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/env_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/exits_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/fake.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/ledger_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/params_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/proctab_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/random_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/rapl_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/record_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/registry_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/scope_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/units_kunit.o
energy_core-$(CONFIG_ENERGY_KUNIT_TEST) += kunit/window_kunit.o
