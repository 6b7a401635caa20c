/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine of one package, for tests of who measures it. */
#ifndef _ENERGY_KUNIT_PACKAGE_H
#define _ENERGY_KUNIT_PACKAGE_H

#include "fake.h"

/* A source of it, registered. */
static inline struct fake_source *source(struct kunit *test, const char *name, int rating)
{
	struct fake_source *fs = fake_source_new(test, name, rating);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 4);
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

static inline struct energy_slot *package(struct kunit *test)
{
	return fake_slot(test->priv, ENERGY_PACKAGE, 0);
}

static inline u64 energy_nj(struct kunit *test, const struct fake_proc *fp)
{
	return fake_record(test, fp)->now.energy_nj;
}

#endif /* _ENERGY_KUNIT_PACKAGE_H */
