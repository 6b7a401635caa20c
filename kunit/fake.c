// SPDX-License-Identifier: GPL-2.0-only
/* What the tests put around the core, see fake.h. */
#include <linux/slab.h>

#include "exit.h"
#include "fake.h"
#include "metering.h"

struct fake_kernel fake;

/* The environment that the core sees. */

static u64 fake_boottime(void)
{
	return fake.now_ns + fake.late_ns;
}

static u64 fake_cpu_clock(int cpu)
{
	return fake.now_ns + fake.skew_ns[cpu];
}

static bool fake_identify(pid_t tgid, u64 start_ns, struct energy_ident *id)
{
	unsigned int i;

	fake.nr_identified++;
	for (i = 0; i < fake.nr_procs; i++) {
		const struct fake_proc *fp = &fake.proc[i];

		if (fp->gone || fp->key.tgid != tgid || fp->key.start_ns != start_ns)
			continue;
		*id = (struct energy_ident) {
			.cred = fake.cred ? get_cred(fake.cred) : NULL,
			.mem = fp->mem,
			.mem_known = true,
			.cgid = fp->cgid,
			.kernel = fp->kernel,
		};
		strscpy(id->comm, fp->comm, sizeof(id->comm));
		return true;
	}
	return false;
}

static bool fake_may_run(pid_t tgid, u64 start_ns)
{
	return fake.dying;
}

static int fake_cgroup_info(u64 id, struct energy_cgroup_info *info)
{
	char *path = NULL, *longer;

	fake.nr_looked_up++;
	if (!id || id > fake.nr_cgroups)
		return -ENOENT;
	if (fake.cgroup[id - 1].error || !info)
		return fake.cgroup[id - 1].error;
	info->parent = fake.cgroup[id - 1].parent;
	for (; id != 1; id = fake.cgroup[id - 1].parent) {
		longer = kasprintf(GFP_KERNEL, "/%s%s", fake.cgroup[id - 1].name, path ?: "");
		kfree(path);
		if (!longer)
			return -ENOMEM;
		path = longer;
	}
	info->path = path ?: kstrdup("/", GFP_KERNEL);
	return info->path ? 0 : -ENOMEM;
}

static u64 fake_root_cgroup(void)
{
	return 1;
}

static bool fake_cpu_online(int cpu)
{
	return !fake.offline[cpu];
}

static u64 fake_mem_used(void)
{
	return fake.mem_used;
}

static void fake_settle(struct energy_core *core, const struct cpumask *cpus)
{
	unsigned long flags;
	unsigned int cpu;

	for_each_set_bit(cpu, cpumask_bits(cpus), FAKE_CPUS) {
		fake.nr_settled++;
		local_irq_save(flags);
		energy_meter_settle(core->ledgers[cpu], fake_cpu_clock(cpu));
		local_irq_restore(flags);
	}
}

static const struct energy_env fake_env = {
	.boottime = fake_boottime,
	.cpu_clock = fake_cpu_clock,
	.identify = fake_identify,
	.may_run = fake_may_run,
	.cgroup = fake_cgroup_info,
	.root_cgroup = fake_root_cgroup,
	.online = fake_cpu_online,
	.mem_used = fake_mem_used,
	.settle = fake_settle,
};

/**
 * fake_init() - Make a kernel and a core for a test case
 * @test: gets the core as its priv
 *
 * Return: 0 or a negative errno.
 */
int fake_init(struct kunit *test)
{
	struct energy_core *core;
	int ret;

	fake = (struct fake_kernel) {
		.now_ns = FAKE_START_NS,
		.mem_used = 1 << 30,
		.nr_cgroups = 1,
	};
	core = kunit_kzalloc(test, sizeof(*core), GFP_KERNEL);
	if (!core)
		return -ENOMEM;
	core->params = (struct energy_params)ENERGY_PARAMS_INIT;
	ret = energy_core_setup(core, FAKE_CPUS, &fake_env);
	if (ret)
		return ret;
	/* as loading the module does */
	core->last_ns = fake.now_ns;
	core->last_drain_ns = fake.now_ns;
	test->priv = core;
	return 0;
}

/**
 * fake_exit() - Take everything down again
 * @test: the test case, whatever became of it
 */
void fake_exit(struct kunit *test)
{
	struct energy_core *core = test->priv;
	unsigned int i;

	if (!core)
		return;
	for (i = 0; i < FAKE_SOURCES; i++)
		if (fake.src[i])
			energy_registry_remove(core, fake.src[i], fake.now_ns);
	energy_core_teardown(core);
	test->priv = NULL;
}

/**
 * fake_proc_new() - Have a process
 * @test: the test case
 * @tgid: its id; may be in use by another one
 * @comm: its name
 *
 * Return: the process, in the root cgroup.
 */
struct fake_proc *fake_proc_new(struct kunit *test, pid_t tgid, const char *comm)
{
	KUNIT_ASSERT_LT(test, fake.nr_procs, (unsigned int)FAKE_PROCS);
	fake_proc_replace(&fake.proc[fake.nr_procs], tgid, comm);
	return &fake.proc[fake.nr_procs++];
}

/**
 * fake_proc_replace() - Have a new process in the place of one that the test is done with
 * @fp: the place
 * @tgid: its id; may be in use by another one
 * @comm: its name
 */
void fake_proc_replace(struct fake_proc *fp, pid_t tgid, const char *comm)
{
	u64 nr = ++fake.nr_born;

	*fp = (struct fake_proc) {
		.key = {
			.tgid = tgid,
			.start_ns = FAKE_START_NS / 2 + nr,
			.cookie = 0x10000 + nr * 0x440,
		},
		.cgid = 1,
	};
	strscpy(fp->comm, comm, sizeof(fp->comm));
}

/**
 * fake_find() - What the core knows of a process, if anything
 * @core: the core
 * @fp: the process
 *
 * Return: its record or NULL; stays until the next step.
 */
struct energy_proc *fake_find(struct energy_core *core, const struct fake_proc *fp)
{
	struct energy_proc *p;

	mutex_lock(&core->lock);
	p = energy_proctab_find(core, fp->key.tgid, fp->key.start_ns);
	mutex_unlock(&core->lock);
	return p;
}

/**
 * fake_record() - What the core knows of a process that it has to know
 * @test: the test case, which ends here if there is none: to follow a NULL would end the kernel,
 *	and all other cases with it
 * @fp: the process
 *
 * Return: its record; stays until the next step.
 */
struct energy_proc *fake_record(struct kunit *test, const struct fake_proc *fp)
{
	struct energy_proc *p = fake_find(test->priv, fp);

	KUNIT_ASSERT_NOT_NULL_MSG(test, p, "%s, %d, has no record", fp->comm, fp->key.tgid);
	return p;
}

/**
 * fake_row() - Where the core last saw a process that it has to know
 * @test: the test case, which ends here if there is no such place
 * @fp: the process
 *
 * Return: the cgroup's row; stays until the next step.
 */
struct energy_cgroup *fake_row(struct kunit *test, const struct fake_proc *fp)
{
	struct energy_cgroup *cg = rcu_access_pointer(fake_record(test, fp)->cgroup);

	KUNIT_ASSERT_NOT_NULL_MSG(test, cg, "%s, %d, has no cgroup", fp->comm, fp->key.tgid);
	return cg;
}

/**
 * fake_cgroup_new() - Have a cgroup
 * @test: the test case
 * @parent: its parent's id; 1 is the root
 * @name: the last part of its path
 *
 * Return: its id.
 */
u64 fake_cgroup_new(struct kunit *test, u64 parent, const char *name)
{
	KUNIT_ASSERT_LT(test, fake.nr_cgroups, (unsigned int)FAKE_CGROUPS);
	fake.cgroup[fake.nr_cgroups] = (struct fake_cgroup) { .parent = parent, .name = name };
	return ++fake.nr_cgroups;
}

/**
 * fake_cgroup_remove() - A cgroup is removed
 * @core: the core, which hears of it
 * @id: its id
 */
void fake_cgroup_remove(struct energy_core *core, u64 id)
{
	fake.cgroup[id - 1].error = -ENOENT;
	energy_rmdir_note(core, id, fake.cgroup[id - 1].parent);
}

/**
 * fake_charge() - Where a CPU's usage of a key is counted
 * @core: the core
 * @cpu: the CPU
 * @key: who
 *
 * Return: the usage to add to, as energy_bank_find() finds it in the current bank.
 */
struct energy_usage *fake_charge(struct energy_core *core, unsigned int cpu,
				 const struct energy_key *key)
{
	struct energy_ledger *l = core->ledgers[cpu];

	return energy_bank_find(l->bank[l->cur], key);
}

/**
 * fake_run() - A process has run
 * @core: the core
 * @cpu: where
 * @fp: the process
 * @ns: for how long
 */
void fake_run(struct energy_core *core, unsigned int cpu, const struct fake_proc *fp, u64 ns)
{
	struct energy_key key = fp->key;

	key.cgid = fp->cgid;
	fake_charge(core, cpu, &key)->cpu_ns += ns;
}

/**
 * fake_run_tail() - A thread of a process has run after it was reaped
 * @core: the core
 * @cpu: where
 * @fp: the process
 * @ns: for how long
 */
void fake_run_tail(struct energy_core *core, unsigned int cpu, const struct fake_proc *fp,
		   u64 ns)
{
	struct energy_key key = { .cookie = fp->key.cookie, .tgid = fp->key.tgid };

	fake_charge(core, cpu, &key)->cpu_ns += ns;
}

/**
 * fake_die() - A process exits
 * @core: the core
 * @cpu: where
 * @fp: the process
 *
 * Return: false if there was no room for its exit.
 */
bool fake_die(struct energy_core *core, unsigned int cpu, struct fake_proc *fp)
{
	struct energy_ledger *l = core->ledgers[cpu];
	struct energy_key key = fp->key;
	struct energy_exit *x;
	unsigned long flags;

	key.cgid = fp->cgid;
	raw_spin_lock_irqsave(&l->lock, flags);
	x = energy_ledger_exit(l, &key, fake.cred);
	if (x) {
		x->ident = (struct energy_ident) {
			.cred = x->ident.cred,
			.mem = fp->mem,
			.mem_known = true,
			.cgid = fp->cgid,
			.kernel = fp->kernel,
		};
		strscpy(x->ident.comm, fp->comm, sizeof(x->ident.comm));
	}
	raw_spin_unlock_irqrestore(&l->lock, flags);
	fp->gone = true;
	return x;
}

static unsigned int domain_index(struct energy_source *src, const struct energy_domain *dom)
{
	return dom - src->domains;
}

static int fake_start(struct energy_source *src)
{
	struct fake_source *fs = src->priv;

	fs->nr_starts++;
	fs->nr_bad_calls += fs->started;
	if (fs->start_error)
		return fs->start_error;
	fs->started = true;
	return 0;
}

static void fake_stop(struct energy_source *src)
{
	struct fake_source *fs = src->priv;

	fs->nr_stops++;
	fs->nr_bad_calls += !fs->started;
	fs->started = false;
}

static int fake_read_domain(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	struct fake_source *fs = src->priv;
	unsigned int i = domain_index(src, dom);

	fs->nr_reads++;
	fs->nr_bad_calls += !fs->started;
	if (fs->error[i])
		return fs->error[i];
	if (fs->nr_steps[i]) {
		fs->nr_steps[i]--;
		fake_source_use(fs, i, fs->step[i]);
	}
	*raw = fs->model ? fs->model->sys.score_nj : fs->raw[i];
	if (!fs->reset[i])
		return 0;
	fs->reset[i] = false;
	return ENERGY_COUNTER_RESET;
}

static const struct energy_source_ops fake_source_ops = {
	.start = fake_start,
	.stop = fake_stop,
	.read_domain = fake_read_domain,
};

/**
 * fake_source_new() - Make a source without domains
 * @test: the test case, which frees it
 * @name: its name
 * @rating: its rating
 *
 * Return: the source, not registered.
 */
struct fake_source *fake_source_new(struct kunit *test, const char *name, int rating)
{
	struct fake_source *fs = kunit_kzalloc(test, sizeof(*fs), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fs);
	fs->src.version = ENERGY_SOURCE_VERSION;
	fs->src.name = name;
	fs->src.rating = rating;
	fs->src.kind = ENERGY_MEASURED;
	fs->src.ops = &fake_source_ops;
	fs->src.domains = fs->dom;
	fs->src.priv = fs;
	return fs;
}

/**
 * fake_domain_add() - Give a source one more domain
 * @fs: the source, not registered yet
 * @kind: see struct energy_domain
 * @instance: see struct energy_domain
 * @first_cpu: first of its CPUs
 * @nr_cpus: how many
 *
 * A raw unit is a microjoule and the counter wraps at 2^32; change @fs->dom[] for others.
 *
 * Return: its index.
 */
unsigned int fake_domain_add(struct fake_source *fs, enum energy_kind kind,
			     unsigned int instance, unsigned int first_cpu,
			     unsigned int nr_cpus)
{
	static const char *const names[ENERGY_NR_KINDS] = {
		[ENERGY_PACKAGE] = "package",
		[ENERGY_CORE] = "core",
		[ENERGY_UNCORE] = "uncore",
		[ENERGY_DRAM] = "dram",
		[ENERGY_PSYS] = "psys",
		[ENERGY_VM] = "vm",
	};
	struct energy_domain *dom = &fs->dom[fs->src.nr_domains];
	unsigned int i;

	dom->kind = kind;
	dom->instance = instance;
	snprintf(dom->name, sizeof(dom->name), "%s-%u", names[kind], instance);
	/* The running kernel may have fewer CPUs; the bits are there all the same. */
	for (i = 0; i < nr_cpus; i++)
		__set_bit(first_cpu + i, cpumask_bits(&dom->cpus));
	dom->wrap_range = 1ULL << 32;
	dom->mult = 1000;
	return fs->src.nr_domains++;
}

/**
 * fake_source_use() - A domain uses energy
 * @fs: the source
 * @dom: the domain's index
 * @units: how much, raw units; less than a whole turn of the counter
 */
void fake_source_use(struct fake_source *fs, unsigned int dom, u64 units)
{
	u64 range = fs->dom[dom].wrap_range;

	if (range && units >= range - fs->raw[dom])
		fs->raw[dom] -= range;
	fs->raw[dom] += units;
}

/**
 * fake_source_register() - Offer a source to the core
 * @test: the test case
 * @fs: the source
 *
 * Return: what energy_registry_add() returns.
 */
int fake_source_register(struct kunit *test, struct fake_source *fs)
{
	unsigned int i = 0;
	int ret;

	while (i < FAKE_SOURCES && fake.src[i])
		i++;
	KUNIT_ASSERT_LT(test, i, (unsigned int)FAKE_SOURCES);
	ret = energy_registry_add(test->priv, &fs->src, fake.now_ns);
	if (!ret)
		fake.src[i] = &fs->src;
	return ret;
}

/**
 * fake_source_unregister() - Take a source away from the core
 * @test: the test case
 * @fs: the source
 */
void fake_source_unregister(struct kunit *test, struct fake_source *fs)
{
	unsigned int i;

	for (i = 0; i < FAKE_SOURCES; i++)
		if (fake.src[i] == &fs->src)
			fake.src[i] = NULL;
	energy_registry_remove(test->priv, &fs->src, fake.now_ns);
}

/**
 * fake_slot() - The slot of a domain
 * @core: the core
 * @kind: see struct energy_domain
 * @instance: see struct energy_domain
 *
 * Return: the slot or NULL.
 */
struct energy_slot *fake_slot(struct energy_core *core, enum energy_kind kind,
			      unsigned int instance)
{
	struct energy_slot *s;

	list_for_each_entry(s, &core->slots, node)
		if (s->kind == kind && s->instance == instance)
			return s;
	return NULL;
}

/* What the records and the domains say, to be compared with the books. */
struct sums {
	u64 live_nj;
	u64 gone_nj;
	u64 procs;
	u64 cgroups_nj;
	struct energy_account accounts;
	s64 difference;
	bool in_order;
};

static void add_account(struct sums *sums, const struct energy_slot *s)
{
	const struct energy_account *a = &s->account;

	if (energy_account_difference(a))
		sums->difference = energy_account_difference(a);
	sums->accounts.measured_nj += a->measured_nj;
	sums->accounts.attributed_nj += a->attributed_nj;
	sums->accounts.unattributed_nj += a->unattributed_nj;
	sums->accounts.idle_nj += a->idle_nj;
	sums->accounts.pending_nj += a->pending_nj;
	sums->accounts.reported_nj += a->reported_nj;
}

/* What the root knows, and what is still on its way there. */
static void add_cgroups(struct energy_core *core, struct sums *sums)
{
	const struct energy_cgroup *cg;
	unsigned long id;

	xa_for_each(&core->cgroups, id, cg)
		sums->cgroups_nj += cg == core->root ? cg->total.energy_nj : cg->up.energy_nj;
}

static void add_up(struct energy_core *core, struct sums *sums)
{
	struct energy_procpos pos = {};
	const struct energy_proc *p, *last = NULL;
	struct energy_slot *s;

	sums->in_order = true;
	mutex_lock(&core->lock);
	rcu_read_lock();
	for (; (p = energy_proctab_at(core, &pos)); pos.nth++) {
		sums->procs++;
		if (last && (p->tgid < last->tgid ||
			     (p->tgid == last->tgid && p->start_ns >= last->start_ns)))
			sums->in_order = false;
		last = p;
		if (p->listed)
			sums->live_nj += p->now.energy_nj;
		else
			sums->gone_nj += p->now.energy_nj;
	}
	rcu_read_unlock();
	list_for_each_entry(s, &core->slots, node)
		add_account(sums, s);
	add_cgroups(core, sums);
	mutex_unlock(&core->lock);
}

/**
 * fake_check() - The core's books balance, and agree with the records and the domains
 * @test: the test case
 */
void fake_check(struct kunit *test)
{
	struct energy_core *core = test->priv;
	const struct energy_books *b = &core->books;
	struct sums sums = {};

	add_up(core, &sums);
	KUNIT_EXPECT_EQ(test, energy_books_difference(b), 0LL);
	KUNIT_EXPECT_EQ(test, b->live_nj, sums.live_nj);
	KUNIT_EXPECT_GE(test, b->exited_nj, sums.gone_nj);
	KUNIT_EXPECT_EQ(test, core->stats.procs, sums.procs);
	KUNIT_EXPECT_TRUE(test, sums.in_order);

	KUNIT_EXPECT_EQ(test, sums.difference, 0LL);
	KUNIT_EXPECT_EQ(test, b->measured_nj + sums.accounts.reported_nj,
			sums.accounts.measured_nj);
	KUNIT_EXPECT_EQ(test, b->live_nj + b->exited_nj, sums.accounts.attributed_nj);
	KUNIT_EXPECT_EQ(test, b->live_nj + b->exited_nj, sums.cgroups_nj);
	KUNIT_EXPECT_EQ(test, b->unattributed_nj, sums.accounts.unattributed_nj);
	KUNIT_EXPECT_EQ(test, b->idle_nj, sums.accounts.idle_nj);
	KUNIT_EXPECT_EQ(test, b->pending_nj, sums.accounts.pending_nj);
}

/**
 * fake_step() - Let time pass, take a sample, and check the books
 * @test: the test case
 * @dt_ns: how much time
 */
void fake_step(struct kunit *test, u64 dt_ns)
{
	fake.now_ns += dt_ns;
	energy_sampler_step(test->priv, fake.now_ns);
	fake_check(test);
}

/**
 * fake_publish() - End a window here and now, and check the books
 * @test: the test case
 */
void fake_publish(struct kunit *test)
{
	struct energy_core *core = test->priv;

	mutex_lock(&core->lock);
	energy_window_publish(core, fake.now_ns);
	mutex_unlock(&core->lock);
	fake_check(test);
}
