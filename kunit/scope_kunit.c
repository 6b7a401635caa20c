// SPDX-License-Identifier: GPL-2.0-only
/* Who may see what: cgroup, own processes, hidepid. The opener counts, not the reader. */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/user_namespace.h>

#include "../export/scope.h"
#include "fake.h"

struct fixture {
	struct energy_scope scope;
	struct file *file;
	struct cred *opener;
	struct cred *owner;
	struct energy_proc *p;
};

static void owner_is(struct fixture *f, unsigned int uid, unsigned int gid)
{
	f->owner->uid = KUIDT_INIT(uid);
	f->owner->euid = KUIDT_INIT(uid);
	f->owner->suid = KUIDT_INIT(uid);
	f->owner->gid = KGIDT_INIT(gid);
	f->owner->egid = KGIDT_INIT(gid);
	f->owner->sgid = KGIDT_INIT(gid);
}

/* A process of user 1000, group 100, and a file that user 1000, group 100 has open. */
static struct fixture *fixture(struct kunit *test)
{
	struct fake_proc *fp = fake_proc_new(test, 100, "seen");
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->file = kunit_kzalloc(test, sizeof(*f->file), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->file);
	f->opener = kunit_kzalloc(test, sizeof(*f->opener), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->opener);
	*f->opener = *current_cred();
	f->opener->fsuid = KUIDT_INIT(1000);
	f->opener->fsgid = KGIDT_INIT(100);
	cap_clear(f->opener->cap_effective);
	f->file->f_cred = f->opener;
	f->scope.file = f->file;
	f->scope.pid_ns = &init_pid_ns;

	f->owner = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, f->owner);
	owner_is(f, 1000, 100);
	fake.cred = f->owner;
	fp->cgid = fake_cgroup_new(test, 1, "a");
	fp->cgid = fake_cgroup_new(test, fp->cgid, "b");
	fake_run(test->priv, 0, fp, FAKE_MS);
	fake_step(test, FAKE_MS);
	fake.cred = NULL;
	put_cred(f->owner);
	f->p = fake_record(test, fp);
	KUNIT_ASSERT_NOT_NULL(test, rcu_access_pointer(f->p->cgroup));
	KUNIT_ASSERT_PTR_EQ(test, rcu_access_pointer(f->p->cred), (const struct cred *)f->owner);
	return f;
}

static bool allows(struct fixture *f)
{
	bool allowed;

	rcu_read_lock();
	energy_scope_resume(&f->scope);
	allowed = energy_scope_allows(&f->scope, f->p);
	rcu_read_unlock();
	return allowed;
}

/* As for a process that was gone before anybody could look at it. */
static bool allows_without_cred(struct fixture *f)
{
	const struct cred *cred = rcu_access_pointer(f->p->cred);
	bool allowed;

	RCU_INIT_POINTER(f->p->cred, NULL);
	allowed = allows(f);
	RCU_INIT_POINTER(f->p->cred, cred);
	return allowed;
}

static void no_limit(struct kunit *test)
{
	struct fixture *f = fixture(test);

	owner_is(f, 0, 0);
	KUNIT_EXPECT_TRUE(test, allows(f));
	KUNIT_EXPECT_TRUE(test, allows_without_cred(f));
}

static void cgroup_and_below(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fixture *f = fixture(test);
	struct energy_cgroup *own = rcu_access_pointer(f->p->cgroup), *above = own->parent;
	struct energy_cgroup *other = energy_cgroup_get(core, fake_cgroup_new(test, 1, "ab"));
	struct energy_cgroup *below = energy_cgroup_get(core, fake_cgroup_new(test, own->id, "c"));

	mutex_lock(&core->lock);
	energy_cgroups_resolve(core);
	mutex_unlock(&core->lock);
	f->scope.cgroup = own;
	KUNIT_EXPECT_TRUE(test, allows(f));
	f->scope.cgroup = above;
	KUNIT_EXPECT_TRUE(test, allows(f));
	f->scope.cgroup = other;
	KUNIT_EXPECT_FALSE(test, allows(f));
	f->scope.cgroup = below;
	KUNIT_EXPECT_FALSE(test, allows(f));

	/* a process whose cgroup is not known is in none */
	f->scope.cgroup = above;
	RCU_INIT_POINTER(f->p->cgroup, NULL);
	KUNIT_EXPECT_FALSE(test, allows(f));
	RCU_INIT_POINTER(f->p->cgroup, own);
	energy_cgroup_put(other);
	energy_cgroup_put(below);
}

static void own_processes_only(struct kunit *test)
{
	struct fixture *f = fixture(test);

	f->scope.own_only = true;
	KUNIT_EXPECT_TRUE(test, allows(f));
	/* the group does not matter */
	owner_is(f, 1000, 0);
	KUNIT_EXPECT_TRUE(test, allows(f));
	owner_is(f, 1001, 100);
	KUNIT_EXPECT_FALSE(test, allows(f));
	KUNIT_EXPECT_FALSE(test, allows_without_cred(f));

	/* all three have to be the opener's: a setuid program is not its user's */
	owner_is(f, 1000, 100);
	f->owner->uid = KUIDT_INIT(0);
	KUNIT_EXPECT_FALSE(test, allows(f));
	owner_is(f, 1000, 100);
	f->owner->euid = KUIDT_INIT(0);
	KUNIT_EXPECT_FALSE(test, allows(f));
	owner_is(f, 1000, 100);
	f->owner->suid = KUIDT_INIT(0);
	KUNIT_EXPECT_FALSE(test, allows(f));
}

static void hidden_from_others(struct kunit *test)
{
	struct fixture *f = fixture(test);

	f->scope.hide = true;
	KUNIT_EXPECT_TRUE(test, allows(f));
	owner_is(f, 1001, 100);
	KUNIT_EXPECT_FALSE(test, allows(f));
	owner_is(f, 1000, 101);
	KUNIT_EXPECT_FALSE(test, allows(f));
	owner_is(f, 1000, 100);
	f->owner->sgid = KGIDT_INIT(0);
	KUNIT_EXPECT_FALSE(test, allows(f));
	KUNIT_EXPECT_FALSE(test, allows_without_cred(f));
}

static void capability_sees_the_hidden(struct kunit *test)
{
	struct fixture *f = fixture(test);

	owner_is(f, 1001, 101);
	f->scope.hide = true;
	cap_raise(f->opener->cap_effective, CAP_SYS_ADMIN);
	KUNIT_EXPECT_FALSE(test, allows(f));
	cap_raise(f->opener->cap_effective, CAP_SYS_PTRACE);
	KUNIT_EXPECT_TRUE(test, allows(f));
	KUNIT_EXPECT_TRUE(test, allows_without_cred(f));
	/* it is no help where only one's own are shown */
	f->scope.own_only = true;
	KUNIT_EXPECT_FALSE(test, allows(f));
}

/* Whose container it is has all capabilities there, and none on the host (rule 19). */
static void owner_of_a_namespace_sees_the_hidden(struct kunit *test)
{
	struct user_namespace *ns = kunit_kzalloc(test, sizeof(*ns), GFP_KERNEL);
	struct fixture *f = fixture(test);
	struct user_namespace *host = f->owner->user_ns;

	KUNIT_ASSERT_NOT_NULL(test, ns);
	ns->level = 1;
	ns->parent = &init_user_ns;
	ns->owner = KUIDT_INIT(1000);
	owner_is(f, 1001, 101);
	f->opener->euid = KUIDT_INIT(1000);
	f->scope.hide = true;
	KUNIT_EXPECT_FALSE(test, allows(f));
	f->owner->user_ns = ns;
	KUNIT_EXPECT_TRUE(test, allows(f));
	f->opener->euid = KUIDT_INIT(1002);
	KUNIT_EXPECT_FALSE(test, allows(f));
	f->owner->user_ns = host;
}

static void limits_add_up(struct kunit *test)
{
	struct fixture *f = fixture(test);

	f->scope.hide = true;
	f->scope.own_only = true;
	f->scope.cgroup = rcu_access_pointer(f->p->cgroup);
	KUNIT_EXPECT_TRUE(test, allows(f));
	owner_is(f, 1000, 101);
	KUNIT_EXPECT_FALSE(test, allows(f));
}

static void pid_in_the_initial_namespace(struct kunit *test)
{
	struct fixture *f = fixture(test);

	/* known even of those that were gone before they could be looked at */
	KUNIT_EXPECT_NULL(test, f->p->pid);
	KUNIT_EXPECT_EQ(test, energy_scope_pid(&f->scope, f->p), 100);
}

struct hidepid_case {
	const char *name;
	enum proc_hidepid hide_pid;
	bool in_group;
	bool hide;
};

static const struct hidepid_case hidepid_cases[] = {
	{ "off", HIDEPID_OFF, false, false },
	{ "off, in the group", HIDEPID_OFF, true, false },
	{ "noaccess", HIDEPID_NO_ACCESS, false, true },
	{ "noaccess, in the group", HIDEPID_NO_ACCESS, true, false },
	{ "invisible", HIDEPID_INVISIBLE, false, true },
	{ "invisible, in the group", HIDEPID_INVISIBLE, true, false },
	{ "ptraceable", HIDEPID_NOT_PTRACEABLE, false, true },
	{ "ptraceable, where no group helps", HIDEPID_NOT_PTRACEABLE, true, true },
};

FAKE_TABLE(hidepid, hidepid_cases);

/* The mount that a file is opened from says whose PIDs it shows, and what it hides. */
static void mount_decides(struct kunit *test)
{
	const struct hidepid_case *c = test->param_value;
	struct super_block *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);
	struct inode *inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	struct proc_fs_info info = {
		.pid_ns = &init_pid_ns,
		.hide_pid = c->hide_pid,
		.pid_gid = KGIDT_INIT(100),
	};
	struct fixture *f = fixture(test);
	struct energy_scope s = { };
	const struct cred *old;

	KUNIT_ASSERT_NOT_NULL(test, sb);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	sb->s_fs_info = &info;
	inode->i_sb = sb;
	f->opener->fsgid = KGIDT_INIT(c->in_group ? 100 : 101);
	old = override_creds(f->opener);
	energy_scope_open_proc(&s, f->file, inode);
	revert_creds(old);
	KUNIT_EXPECT_PTR_EQ(test, s.file, (const struct file *)f->file);
	KUNIT_EXPECT_PTR_EQ(test, s.pid_ns, &init_pid_ns);
	KUNIT_EXPECT_EQ(test, s.hide, c->hide);
	KUNIT_EXPECT_NULL(test, s.cgroup);
	energy_scope_release(&s);
}

/* In the root cgroup, where this runs, only administrators see others, and totals. */
static void root_cgroup_is_for_administrators(struct kunit *test)
{
	struct energy_core *core = test->priv;
	struct fixture *f = fixture(test);
	struct energy_scope s = { };
	struct energy_cgroup *cg;
	const struct cred *old;

	energy_scope_open_task(&s, f->file);
	KUNIT_EXPECT_EQ(test, energy_scope_limit_to_cgroup(&s, core), 0);
	KUNIT_EXPECT_FALSE(test, s.own_only);
	KUNIT_EXPECT_NULL(test, s.cgroup);
	KUNIT_EXPECT_FALSE(test, s.hide);
	energy_scope_release(&s);
	cg = energy_scope_cgroup(core);
	KUNIT_EXPECT_PTR_EQ(test, cg, core->root);
	if (!IS_ERR_OR_NULL(cg))
		energy_cgroup_put(cg);

	memset(&s, 0, sizeof(s));
	old = override_creds(f->opener);
	energy_scope_open_task(&s, f->file);
	KUNIT_EXPECT_EQ(test, energy_scope_limit_to_cgroup(&s, core), 0);
	KUNIT_EXPECT_TRUE(test, s.own_only);
	KUNIT_EXPECT_NULL(test, s.cgroup);
	energy_scope_release(&s);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(energy_scope_cgroup(core)), -EPERM);
	revert_creds(old);
}

static struct kunit_case scope_cases[] = {
	KUNIT_CASE(no_limit),
	KUNIT_CASE(cgroup_and_below),
	KUNIT_CASE(own_processes_only),
	KUNIT_CASE(hidden_from_others),
	KUNIT_CASE(capability_sees_the_hidden),
	KUNIT_CASE(owner_of_a_namespace_sees_the_hidden),
	KUNIT_CASE(limits_add_up),
	KUNIT_CASE(pid_in_the_initial_namespace),
	KUNIT_CASE_PARAM(mount_decides, hidepid_gen_params),
	KUNIT_CASE(root_cgroup_is_for_administrators),
	{}
};

static struct kunit_suite scope_suite = {
	.name = "energy_scope",
	.init = fake_init,
	.exit = fake_exit,
	.test_cases = scope_cases,
};

kunit_test_suite(scope_suite);
