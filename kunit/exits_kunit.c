// SPDX-License-Identifier: GPL-2.0-only
/* Exits: in every order with charges, missed ones, and threads that run on afterwards. */
#include <kunit/test.h>
#include <linux/cred.h>

#include "fake.h"

/* One package of two CPUs. */
static struct fake_source *package(struct kunit *test)
{
	struct fake_source *fs = fake_source_new(test, "fake", 300);

	fake_domain_add(fs, ENERGY_PACKAGE, 0, 0, 2);
	fs->dom[0].max_power_mw = 1000;
	KUNIT_ASSERT_EQ(test, fake_source_register(test, fs), 0);
	return fs;
}

/* As many windows as the dead are kept for, and one more. */
static void let_the_dead_go(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		fake_step(test, FAKE_S);
}

static void exit_before_any_charge(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "short");
	struct energy_proc *p;

	a->mem = 4096;
	fake_die(core, 0, a);
	fake_step(test, 100 * FAKE_MS);
	p = fake_record(test, a);
	KUNIT_EXPECT_FALSE(test, p->alive);
	KUNIT_EXPECT_TRUE(test, p->listed);
	KUNIT_EXPECT_STREQ(test, p->comm, "short");
	KUNIT_EXPECT_EQ(test, p->now.mem, 4096ULL);
	KUNIT_EXPECT_EQ(test, p->now.use.cpu_ns, 0ULL);
	let_the_dead_go(test);
	KUNIT_EXPECT_NULL(test, fake_find(core, a));
}

/* Some kernels tell of an exit when the memory is gone: what was seen last counts (rule 5). */
static void exit_without_memory(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_bank *bank;

	a->mem = 4096;
	fake_run(core, 0, a, FAKE_MS);
	fake_step(test, FAKE_MS);
	a->mem = 0;
	fake_die(core, 0, a);
	bank = core->ledgers[0]->bank[core->ledgers[0]->cur];
	bank->exit[0].ident.mem_known = false;
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_FALSE(test, fake_record(test, a)->alive);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.mem, 4096ULL);
}

/* The exit itself says that the process is gone: nobody has to look for it. */
static void exit_needs_no_look(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	unsigned int looks;

	fake_run(core, 0, a, FAKE_MS);
	fake_step(test, FAKE_MS);
	looks = fake.nr_identified;
	fake_run(core, 0, a, FAKE_MS);
	fake_die(core, 0, a);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_FALSE(test, fake_record(test, a)->alive);
	KUNIT_EXPECT_EQ(test, fake.nr_identified, looks);
}

/* The bank is full of charges: a look at the whole table finds who is gone. */
static void exit_whose_charge_does_not_fit(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct energy_ledger *l = core->ledgers[0];
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	struct energy_key key = { .tgid = 1000, .start_ns = 1, .cgid = 1 };

	fake_run(core, 0, a, FAKE_MS);
	fake_step(test, FAKE_MS);
	while (l->bank[l->cur]->nr < ENERGY_BANK_CHARGES) {
		key.cookie += 0x440;
		key.tgid++;
		fake_charge(core, 0, &key)->cpu_ns++;
	}
	KUNIT_ASSERT_FALSE(test, fake_die(core, 0, a));
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->stats.exits_lost, 1ULL);
	KUNIT_EXPECT_FALSE(test, fake_record(test, a)->alive);
	let_the_dead_go(test);
	KUNIT_EXPECT_NULL(test, fake_find(core, a));
}

/* A process that lives between two samples is accounted in full. */
static void exit_and_charge_in_one_sample(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "short");
	struct energy_proc *p;

	a->cgid = fake_cgroup_new(test, 1, "group");
	fake_run(core, 0, a, FAKE_MS);
	fake_die(core, 1, a);
	fake_run(core, 0, a, FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fake_step(test, 2 * FAKE_MS);
	p = fake_record(test, a);
	KUNIT_EXPECT_FALSE(test, p->alive);
	KUNIT_EXPECT_STREQ(test, p->comm, "short");
	KUNIT_EXPECT_STREQ(test, fake_row(test, a)->path, "/group");
	KUNIT_EXPECT_EQ(test, p->now.use.cpu_ns, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, p->now.energy_nj, 500000ULL);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 1ULL);
}

static void exit_twice(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "twice");
	struct energy_proc *p;

	fake_run(core, 0, a, FAKE_MS);
	/* two threads both saw themselves as the last one */
	fake_die(core, 0, a);
	fake_die(core, 1, a);
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_MS);
	p = fake_record(test, a);
	fake_die(core, 1, a);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_PTR_EQ(test, fake_record(test, a), p);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 1ULL);
	KUNIT_EXPECT_EQ(test, p->now.use.cpu_ns, FAKE_MS);
	KUNIT_EXPECT_EQ(test, p->now.energy_nj, 500000ULL);
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
	KUNIT_EXPECT_EQ(test, core->books.exited_nj, 500000ULL);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 0ULL);
}

/* The bank is full: the process is unnamed, but its energy is not lost. */
static void exit_without_a_record(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *known = fake_proc_new(test, 100, "known");
	struct fake_proc *unknown = fake_proc_new(test, 101, "unknown");
	struct fake_proc *alive = fake_proc_new(test, 102, "alive");
	struct fake_proc *last;
	unsigned int n = 0, size = ENERGY_BANK_EXITS - 1;

	fake_run(core, 0, known, FAKE_MS);
	fake_run(core, 0, alive, FAKE_MS);
	fake_step(test, FAKE_S);
	fake_run(core, 0, unknown, 2 * FAKE_MS);
	last = fake_proc_new(test, 1000, "many");
	/* one has two exits, and one of the charges is the unknown process's */
	fake_die(core, 0, last);
	while (fake_die(core, 0, last)) {
		fake_proc_replace(last, 1000 + ++n, "many");
		KUNIT_ASSERT_LE(test, n, size);
	}
	KUNIT_EXPECT_EQ(test, n, size);
	KUNIT_EXPECT_FALSE(test, fake_die(core, 0, unknown));
	KUNIT_EXPECT_FALSE(test, fake_die(core, 0, known));
	fake_source_use(fs, 0, 1000);
	fake_step(test, 2 * FAKE_MS);

	KUNIT_EXPECT_EQ(test, core->stats.exits_lost, 3ULL);
	KUNIT_EXPECT_STREQ(test, fake_record(test, unknown)->comm, "?");
	KUNIT_EXPECT_FALSE(test, fake_record(test, unknown)->alive);
	KUNIT_EXPECT_EQ(test, fake_record(test, unknown)->now.energy_nj, 500000ULL);
	/* nobody told, but a look at the whole table finds out */
	KUNIT_EXPECT_FALSE(test, fake_record(test, known)->alive);
	KUNIT_EXPECT_STREQ(test, fake_record(test, known)->comm, "known");
	KUNIT_EXPECT_TRUE(test, fake_record(test, alive)->alive);

	/* there is room again */
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_TRUE(test, fake_die(core, 0, alive));
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
}

/* It is gone, but its exit comes with the next drain only. */
static void exit_that_is_late(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "late");
	struct energy_proc *p;

	fake_run(core, 0, a, FAKE_MS);
	a->gone = true;
	fake_step(test, 100 * FAKE_MS);
	p = fake_record(test, a);
	KUNIT_EXPECT_FALSE(test, p->alive);
	KUNIT_EXPECT_STREQ(test, p->comm, "?");
	fake_die(core, 0, a);
	fake_step(test, 100 * FAKE_MS);
	KUNIT_EXPECT_PTR_EQ(test, fake_record(test, a), p);
	KUNIT_EXPECT_STREQ(test, p->comm, "late");
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
}

/* A thread that has been reaped runs its last instructions on any CPU. */
static void tail_goes_to_the_dead(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "dead");
	struct fake_proc *b = fake_proc_new(test, 100, "same pid");

	fake_run_tail(core, 0, a, FAKE_MS);
	fake_run(core, 1, a, FAKE_MS);
	fake_die(core, 1, a);
	fake_run(core, 1, b, 2 * FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fake_step(test, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.use.cpu_ns, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, b)->now.use.cpu_ns, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 2ULL);
	KUNIT_EXPECT_EQ(test, core->stats.charges_unmatched, 0ULL);

	fake_run_tail(core, 0, a, FAKE_MS);
	fake_step(test, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.use.cpu_ns, 3 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, b)->now.use.cpu_ns, 2 * FAKE_MS);
	KUNIT_EXPECT_TRUE(test, fake_record(test, b)->alive);
}

/* Tails come first in the bank and the exit is on another CPU: order must not matter. */
static void tail_before_everything_else(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "never charged");

	fake_run_tail(core, 0, a, FAKE_MS);
	fake_die(core, 3, a);
	fake_step(test, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.use.cpu_ns, FAKE_MS);
	KUNIT_EXPECT_STREQ(test, fake_record(test, a)->comm, "never charged");
	KUNIT_EXPECT_EQ(test, core->stats.charges_unmatched, 0ULL);
}

static void tail_without_a_match_is_unattributed(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "long gone");
	struct fake_proc *b = fake_proc_new(test, 100, "same pid");

	fake_run(core, 0, b, FAKE_MS);
	fake_run_tail(core, 1, a, FAKE_MS);
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_MS);
	/* the PID alone is no match */
	KUNIT_EXPECT_EQ(test, fake_record(test, b)->now.energy_nj, 500000ULL);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 500000ULL);
	KUNIT_EXPECT_EQ(test, core->stats.charges_unmatched, 1ULL);
	KUNIT_EXPECT_EQ(test, core->sys.use.cpu_ns, 2 * FAKE_MS);
}

/* What comes after the process has left the live account is paid from the exited one. */
static void late_charges_find_the_right_account(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "slow");
	struct energy_proc *p;
	unsigned int i;

	fake_run(core, 0, a, FAKE_S);
	fake_run(core, 1, a, FAKE_S);
	fake_die(core, 0, a);
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_S);
	p = fake_record(test, a);
	KUNIT_EXPECT_TRUE(test, p->listed);
	KUNIT_EXPECT_EQ(test, core->books.live_nj, 1000000ULL);

	/* each sample publishes a window; as long as it runs it stays in the table */
	for (i = 2; i < 8; i++) {
		fake_run_tail(core, 0, a, FAKE_S);
		fake_run_tail(core, 1, a, FAKE_S);
		fake_source_use(fs, 0, 1000);
		fake_step(test, FAKE_S);
		KUNIT_ASSERT_PTR_EQ(test, fake_record(test, a), p);
		KUNIT_EXPECT_FALSE(test, p->listed);
		KUNIT_EXPECT_EQ(test, p->now.energy_nj, i * 1000000ULL);
		KUNIT_EXPECT_EQ(test, core->books.exited_nj, i * 1000000ULL);
		KUNIT_EXPECT_EQ(test, core->books.live_nj, 0ULL);
	}
	let_the_dead_go(test);
	KUNIT_EXPECT_NULL(test, fake_find(core, a));
	KUNIT_EXPECT_EQ(test, core->books.exited_nj, 7000000ULL);

	/* the record is gone: nobody to charge any more */
	fake_run_tail(core, 0, a, FAKE_S);
	fake_run_tail(core, 1, a, FAKE_S);
	fake_source_use(fs, 0, 1000);
	fake_step(test, FAKE_S);
	KUNIT_EXPECT_EQ(test, core->books.unattributed_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, core->stats.charges_unmatched, 2ULL);
}

/* Charged in one sample, not in the next, which publishes: changed, dead, and not listed. */
static void late_charge_between_windows(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "slow");
	struct fake_proc *b = fake_proc_new(test, 101, "other");
	unsigned int i, k;

	fake_run(core, 0, b, FAKE_MS);
	fake_run(core, 0, a, FAKE_MS);
	fake_die(core, 0, a);
	fake_step(test, FAKE_S);
	for (i = 0; i < 4; i++) {
		/* four samples in a window */
		for (k = 0; k < 4; k++) {
			if (k == i)
				fake_run_tail(core, 0, a, FAKE_MS);
			fake_run(core, 1, b, FAKE_MS);
			fake_source_use(fs, 0, 100);
			fake_step(test, FAKE_S / 4);
		}
	}
	let_the_dead_go(test);
	KUNIT_EXPECT_NULL(test, fake_find(core, a));
	KUNIT_EXPECT_EQ(test, core->stats.procs, 1ULL);
}

/* It died long ago when the counter can be read again: its claim has waited for that. */
static void gap_outlasts_the_dead(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *a = fake_proc_new(test, 100, "dead");
	struct fake_proc *b = fake_proc_new(test, 101, "both sockets");
	unsigned int i;

	fs->error[0] = -EIO;
	fake_run(core, 0, a, FAKE_S);
	fake_run(core, 1, b, FAKE_S);
	fake_run(core, 2, b, FAKE_S);
	fake_die(core, 0, a);
	fake_die(core, 0, b);
	fake_source_use(fs, 0, 1000);
	for (i = 0; i < 6; i++)
		fake_step(test, FAKE_S);
	KUNIT_EXPECT_NOT_NULL(test, fake_find(core, a));
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 0ULL);
	fs->error[0] = 0;
	fake_step(test, FAKE_S);
	/* 2 of 14 CPU seconds were busy */
	KUNIT_EXPECT_EQ(test, core->books.measured_nj, 1000000ULL);
	KUNIT_EXPECT_EQ(test, core->books.exited_nj, 2 * 71428ULL);
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
	KUNIT_EXPECT_EQ(test, core->books.exited_nj, 2 * 71428ULL);
}

static void pid_is_reused_at_once(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_source *fs = package(test);
	struct fake_proc *fp[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fp); i++) {
		fp[i] = fake_proc_new(test, 100, "reused");
		fake_run(core, 0, fp[i], (i + 1) * FAKE_MS);
		if (i + 1 < ARRAY_SIZE(fp))
			fake_die(core, 0, fp[i]);
	}
	fake_source_use(fs, 0, 3000);
	fake.offline[1] = true;
	fake_step(test, 15 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->stats.procs, (u64)ARRAY_SIZE(fp));
	for (i = 0; i < ARRAY_SIZE(fp); i++) {
		KUNIT_EXPECT_EQ(test, fake_record(test, fp[i])->now.use.cpu_ns, (i + 1) * FAKE_MS);
		KUNIT_EXPECT_EQ(test, fake_record(test, fp[i])->now.energy_nj, (i + 1) * 200000ULL);
		KUNIT_EXPECT_EQ(test, fake_record(test, fp[i])->alive, i + 1 == ARRAY_SIZE(fp));
	}
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 1ULL);
	KUNIT_EXPECT_EQ(test, fake_record(test, fp[4])->now.energy_nj, 1000000ULL);
}

/* An exec by another thread, or prctl(): names and credentials change over a life. */
static void identity_follows_the_process(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "before");
	struct energy_proc *p;

	fake_run(core, 0, a, FAKE_MS);
	fake_step(test, FAKE_MS);
	p = fake_record(test, a);
	KUNIT_EXPECT_STREQ(test, p->comm, "before");
	KUNIT_EXPECT_FALSE(test, p->kernel);
	strscpy(a->comm, "after", sizeof(a->comm));
	a->mem = 12345;
	fake_step(test, FAKE_MS);
	/* it has not run: nobody has looked */
	KUNIT_EXPECT_STREQ(test, p->comm, "before");
	fake_run(core, 0, a, FAKE_MS);
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_STREQ(test, p->comm, "after");
	KUNIT_EXPECT_EQ(test, p->now.mem, 12345ULL);
}

static void looked_at_once_per_drain(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a");
	unsigned int cpu;

	a->cgid = fake_cgroup_new(test, 1, "x");
	for (cpu = 0; cpu < FAKE_CPUS; cpu++)
		fake_run(core, cpu, a, FAKE_MS);
	/* and in another cgroup before it moved */
	fake_charge(core, 0, &(struct energy_key) {
		.tgid = a->key.tgid, .start_ns = a->key.start_ns, .cookie = a->key.cookie,
		.cgid = 1,
	})->cpu_ns += FAKE_MS;
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake.nr_identified, 1U);
	KUNIT_EXPECT_EQ(test, fake_record(test, a)->now.use.cpu_ns, 5 * FAKE_MS);
	KUNIT_EXPECT_STREQ(test, fake_row(test, a)->path, "/x");
}

/* Every reference to credentials that the core is given comes back. */
static void credentials_are_given_back(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *a = fake_proc_new(test, 100, "a"), *b = fake_proc_new(test, 101, "b");
	struct cred *first = prepare_creds(), *second = prepare_creds();
	unsigned int i;

	second->suid = KUIDT_INIT(1000);
	fake.cred = first;
	for (i = 0; i < 6; i++) {
		fake_run(core, 0, a, FAKE_MS);
		fake_run(core, 0, b, FAKE_MS);
		fake_step(test, FAKE_S);
		if (i == 2)
			fake.cred = second;
	}
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(fake_record(test, a)->cred),
			    (const struct cred *)second);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&second->usage), 3L);
	fake_die(core, 0, a);
	fake_die(core, 1, a);
	fake_die(core, 1, b);
	let_the_dead_go(test);
	KUNIT_EXPECT_EQ(test, core->stats.procs, 0ULL);
	/* an exit that is still queued when the core goes */
	fake_die(core, 1, b);
	fake_exit(test);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&first->usage), 1L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&second->usage), 1L);
	fake.cred = NULL;
	put_cred(first);
	put_cred(second);
}

/* When the dead and the core have gone, the references left are the case's own. */
static void all_are_given_back(struct kunit *test, struct cred **cred, unsigned int nr)
{
	unsigned int i;

	let_the_dead_go(test);
	fake_exit(test);
	fake.cred = NULL;
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, atomic_long_read(&cred[i]->usage), 1L);
		put_cred(cred[i]);
	}
}

/* What readers cannot tell apart is held once; what they can is not. */
static void credentials_are_shared(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct cred *cred[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cred); i++) {
		cred[i] = prepare_creds();
		KUNIT_ASSERT_NOT_NULL(test, cred[i]);
	}
	cred[2]->egid = KGIDT_INIT(1000);
	for (i = 0; i < ARRAY_SIZE(cred); i++) {
		fake.cred = cred[i];
		fake_die(core, 0, fake_proc_new(test, 100 + i, "a"));
	}
	fake_step(test, FAKE_MS);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&cred[0]->usage), 3L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&cred[1]->usage), 1L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&cred[2]->usage), 2L);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&cred[3]->usage), 2L);
	all_are_given_back(test, cred, ARRAY_SIZE(cred));
}

/* Of owners that take turns each exit has its own, in both banks. */
static void owners_take_turns(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct cred *cred[2] = { prepare_creds(), prepare_creds() };
	struct fake_proc *p[8], *later;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, cred[0]);
	KUNIT_ASSERT_NOT_NULL(test, cred[1]);
	cred[1]->uid = KUIDT_INIT(1000);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		/* A A B B on the one CPU, A B A B on the other */
		fake.cred = cred[i < 4 ? i / 2 : i % 2];
		p[i] = fake_proc_new(test, 100 + i, "p");
		fake_die(core, i / 4, p[i]);
	}
	fake_step(test, FAKE_MS);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(fake_record(test, p[i])->cred),
				    (const struct cred *)cred[i < 4 ? i / 2 : i % 2]);
	/* a bank that is used again remembers nobody */
	fake.cred = cred[1];
	for (i = 0; i < 3; i++) {
		later = fake_proc_new(test, 200 + i, "later");
		fake_die(core, 0, later);
		fake_step(test, FAKE_MS);
		KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(fake_record(test, later)->cred),
				    (const struct cred *)cred[1]);
	}
	all_are_given_back(test, cred, ARRAY_SIZE(cred));
}

/* While the scan at load is going on, whoever began with the kernel's totals is not charged. */
static void totals_are_not_charged_again(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fake_proc *old = fake_proc_new(test, 100, "old");
	struct fake_proc *born = fake_proc_new(test, 101, "born");

	fake_run(core, 0, old, FAKE_MS);
	fake_step(test, FAKE_MS);
	fake_record(test, old)->totals = ENERGY_TOTALS_TAKEN;
	core->scanning = true;
	fake_run(core, 0, old, FAKE_MS);
	fake_run_tail(core, 1, old, FAKE_MS);
	fake_run(core, 0, born, FAKE_MS);
	fake_run_tail(core, 1, born, FAKE_MS);
	fake_step(test, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, old)->now.use.cpu_ns, FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, born)->now.use.cpu_ns, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, core->stats.charges_unmatched, 0ULL);
	core->scanning = false;
	fake_run(core, 0, old, FAKE_MS);
	fake_run_tail(core, 1, old, FAKE_MS);
	fake_step(test, 2 * FAKE_MS);
	KUNIT_EXPECT_EQ(test, fake_record(test, old)->now.use.cpu_ns, 3 * FAKE_MS);
}

static struct kunit_case exits_cases[] = {
	KUNIT_CASE(exit_before_any_charge),
	KUNIT_CASE(exit_without_memory),
	KUNIT_CASE(exit_needs_no_look),
	KUNIT_CASE(exit_whose_charge_does_not_fit),
	KUNIT_CASE(exit_and_charge_in_one_sample),
	KUNIT_CASE(exit_twice),
	KUNIT_CASE(exit_without_a_record),
	KUNIT_CASE(exit_that_is_late),
	KUNIT_CASE(tail_goes_to_the_dead),
	KUNIT_CASE(tail_before_everything_else),
	KUNIT_CASE(tail_without_a_match_is_unattributed),
	KUNIT_CASE(late_charges_find_the_right_account),
	KUNIT_CASE(late_charge_between_windows),
	KUNIT_CASE(gap_outlasts_the_dead),
	KUNIT_CASE(pid_is_reused_at_once),
	KUNIT_CASE(identity_follows_the_process),
	KUNIT_CASE(looked_at_once_per_drain),
	KUNIT_CASE(credentials_are_given_back),
	KUNIT_CASE(credentials_are_shared),
	KUNIT_CASE(owners_take_turns),
	KUNIT_CASE(totals_are_not_charged_again),
	{}
};

static struct kunit_suite exits_suite = {
	.name = "energy_exits",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = exits_cases,
};

kunit_test_suite(exits_suite);
