// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes one call of a function of the kernel's fail: that of a task of a certain name. The
 * function returns at once, with what was asked for. For steps of a module's initialization that
 * do not fail for want of memory.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

static char *symbol = "";
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "the function");

static char *program = "insmod";
module_param(program, charp, 0444);
MODULE_PARM_DESC(program, "with what their names begin whose calls count (insmod)");

static int nth = 1;
module_param(nth, int, 0644);
MODULE_PARM_DESC(nth, "which call fails: the first is 1; 0 is all, -1 none (1)");

static long result;
module_param(result, long, 0444);
MODULE_PARM_DESC(result, "what it returns (0)");

static atomic_t calls;

static int set_calls(const char *val, const struct kernel_param *kp)
{
	int n, ret = kstrtoint(val, 0, &n);

	if (!ret)
		atomic_set(&calls, n);
	return ret;
}

static int get_calls(char *buf, const struct kernel_param *kp)
{
	return scnprintf(buf, PAGE_SIZE, "%d\n", atomic_read(&calls));
}

static const struct kernel_param_ops calls_ops = {
	.set = set_calls,
	.get = get_calls,
};

module_param_cb(calls, &calls_ops, NULL, 0644);
MODULE_PARM_DESC(calls, "how many there were (0)");

/* What is returned from instead: as the function's caller expects it. */
static noinline notrace void return_at_once(void)
{
	barrier();
}

static int denied_pre(struct kprobe *p, struct pt_regs *regs)
{
	int call, which = READ_ONCE(nth);

	if (!strstarts(current->comm, program))
		return 0;
	call = atomic_inc_return(&calls);
	if (which && which != call)
		return 0;
	regs->ax = result;
	regs->ip = (unsigned long)return_at_once;
	return 1;
}

NOKPROBE_SYMBOL(denied_pre);

/* Its being there lets the other one change where to go on. */
static void denied_post(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

NOKPROBE_SYMBOL(denied_post);

static struct kprobe denied = {
	.pre_handler = denied_pre,
	.post_handler = denied_post,
};

static int __init energy_denied_init(void)
{
	denied.symbol_name = symbol;
	return register_kprobe(&denied);
}

static void __exit energy_denied_exit(void)
{
	unregister_kprobe(&denied);
}

module_init(energy_denied_init);
module_exit(energy_denied_exit);

MODULE_DESCRIPTION("Makes a function fail once, for tests");
MODULE_AUTHOR("The energy meter's maintainers");
MODULE_LICENSE("GPL");
