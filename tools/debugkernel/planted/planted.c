// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs on request, one by each name that is written to the parameter `bug`: so that it is known
 * that a debug kernel finds them. Each does no more harm than it needs to be found.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

/* What the compiler cannot know. */
static int planted_zero;

static void use_after_free(void)
{
	int *number = kzalloc(sizeof(*number), GFP_KERNEL);

	if (!number)
		return;
	kfree(number);
	WRITE_ONCE(*number, 1);
}

static void leak(void)
{
	void *lost = kmalloc(64, GFP_KERNEL);

	/* nor may it stay on a stack or in a register */
	OPTIMIZER_HIDE_VAR(lost);
}

static void sleep_in_atomic(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	might_sleep();
	spin_unlock(&lock);
}

static void locks_in_both_orders(void)
{
	static DEFINE_MUTEX(one);
	static DEFINE_MUTEX(other);

	mutex_lock(&one);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&one);
	mutex_lock(&other);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&other);
}

static void lock_without_key(void)
{
	spinlock_t *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	if (!lock)
		return;
	spin_lock(lock);
	spin_unlock(lock);
	kfree(lock);
}

static void rcu_list_without_lock(void)
{
	static LIST_HEAD(list);
	struct planted_item {
		struct list_head node;
	} *item;

	list_for_each_entry_rcu(item, &list, node)
		;
}

static void list_deleted_twice(void)
{
	static LIST_HEAD(list);
	static struct list_head item;

	list_add(&item, &list);
	list_del(&item);
	list_del(&item);
}

static void do_nothing(struct timer_list *timer)
{
}

static void armed_timer_freed(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, do_nothing, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	/* debug objects take it out before it is freed */
	kfree(timer);
}

static void shift_too_far(void)
{
	int bits = 32 + READ_ONCE(planted_zero);

	WRITE_ONCE(planted_zero, (1 << bits) & 0);
}

static void cache_with_objects(void)
{
	struct kmem_cache *cache = kmem_cache_create("energy_planted", 200, 0, 0, NULL);
	void *object;

	if (!cache)
		return;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_destroy(cache);
	OPTIMIZER_HIDE_VAR(object);
}

static int planted_shared;

static int count_up(void *unused)
{
	unsigned long end = jiffies + 5 * HZ;

	while (time_before(jiffies, end)) {
		planted_shared++;
		barrier();
		cond_resched();
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static void race(void)
{
	struct task_struct *one = kthread_run(count_up, NULL, "planted/1");
	struct task_struct *other = kthread_run(count_up, NULL, "planted/2");

	if (!IS_ERR(one))
		kthread_stop(one);
	if (!IS_ERR(other))
		kthread_stop(other);
}

static const struct {
	const char *name;
	void (*plant)(void);
} bugs[] = {
	{ "use_after_free", use_after_free },
	{ "leak", leak },
	{ "sleep_in_atomic", sleep_in_atomic },
	{ "locks_in_both_orders", locks_in_both_orders },
	{ "lock_without_key", lock_without_key },
	{ "rcu_list_without_lock", rcu_list_without_lock },
	{ "list_deleted_twice", list_deleted_twice },
	{ "armed_timer_freed", armed_timer_freed },
	{ "shift_too_far", shift_too_far },
	{ "cache_with_objects", cache_with_objects },
	{ "race", race },
};

static int set_bug(const char *val, const struct kernel_param *kp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (sysfs_streq(val, bugs[i].name)) {
			bugs[i].plant();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops bug_ops = {
	.set = set_bug,
};

module_param_cb(bug, &bug_ops, NULL, 0200);
MODULE_PARM_DESC(bug, "the bug's name");

static int __init planted_init(void)
{
	return 0;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);

MODULE_DESCRIPTION("Bugs, to see whether they are found");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
