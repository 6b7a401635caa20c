/* SPDX-License-Identifier: GPL-2.0-only */
/* Machines for tests of whole samples, and questions about what came of one. */
#ifndef _ENERGY_KUNIT_MACHINE_H
#define _ENERGY_KUNIT_MACHINE_H

#include <kunit/test.h>

#include "fake.h"

/* The machine: two packages of two CPUs, the first with all that RAPL can have. */
enum { PACKAGE_0, DRAM_0, CORE_0, PSYS_0, PACKAGE_1 };

static inline struct fake_source *machine_new(struct kunit *test)
{
	struct fake_source *fs = fake_source_new(test, "fake", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_DRAM, 0, 0, 2);
	fake_domain_add(fs, ENERGY_CORE, 0, 0, 2);
	fake_domain_add(fs, ENERGY_PSYS, 0, 0, 4);
	fake_domain_add(fs, ENERGY_PACKAGE, 1, 2, 2);
	return fs;
}

static inline struct fake_source *machine(struct kunit *test)
{
	struct fake_source *fs = machine_new(test);

	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

/* One package of two CPUs. */
static inline struct fake_source *package(struct kunit *test)
{
	struct fake_source *fs = fake_source_new(test, "fake", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

static inline u64 energy_nj(struct kunit *test, const struct fake_proc *fp)
{
	return fake_record(test, fp)->now.energy_nj;
}

static inline const struct energy_account *account(struct kunit *test, enum energy_kind kind,
						   unsigned int instance)
{
	struct energy_slot *s = fake_slot(test->priv, kind, instance);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return &s->account;
}

#endif /* _ENERGY_KUNIT_MACHINE_H */
