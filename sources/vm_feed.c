// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's feed as a source of readings. Registered while lines come: a source that is quiet
 * is none, and the core goes back to the estimate by itself.
 *
 * The first line only says where counting begins. The source comes with it all the same, and the
 * estimate goes: what is used from that line on is in the next one, and the core keeps until then
 * who has run. Were the estimate used until the second line, that time would be billed twice.
 * Between the first line and the registration, which a work item does right after, both count;
 * that is some microseconds.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "vm_fallback.h"
#include "vm_feed.h"

/**
 * struct vm_feed - The feed
 * @lock: of @state, and writes of @registered; innermost, so that lines never wait for a sample
 * @state: what is known of it
 * @registered: the core has the source; changed by the work item alone
 */
static struct vm_feed {
	spinlock_t lock;
	struct vm_feed_state state;
	bool registered;
} feed = {
	.lock = __SPIN_LOCK_UNLOCKED(feed.lock),
};

static struct energy_domain domain;

static int feed_start(struct energy_source *src)
{
	spin_lock(&feed.lock);
	vm_feed_restart(&feed.state);
	spin_unlock(&feed.lock);
	return 0;
}

static int feed_read(struct energy_source *src, const struct energy_domain *dom, u64 *raw)
{
	u64 before_uj, uj;
	int ret;

	spin_lock(&feed.lock);
	before_uj = feed.state.following ? feed.state.told_uj : feed.state.total_uj;
	uj = before_uj;
	ret = vm_feed_read(&feed.state, &uj);
	spin_unlock(&feed.lock);
	if (ret == ENERGY_COUNTER_WAIT)
		return ret;
	vm_zone_add((uj - before_uj) * dom->mult);
	*raw = uj;
	return ret;
}

static const struct energy_source_ops feed_ops = {
	.start = feed_start,
	.read_domain = feed_read,
};

static struct energy_source source = {
	.version = ENERGY_SOURCE_VERSION,
	.name = "vm_feed",
	.rating = 110,
	.kind = ENERGY_HOST,
	.ops = &feed_ops,
	.domains = &domain,
	.nr_domains = 1,
};

/* No lock is held: the core reads the source in here. */
static bool change_registered(bool live, u64 interval_ns)
{
	int ret;

	if (!live) {
		energy_source_unregister(&source);
		pr_info("the host's feed has gone quiet: energy is estimated\n");
		return false;
	}
	ret = energy_source_register(&source);
	if (ret) {
		pr_warn_ratelimited("the host's feed cannot be used: %d\n", ret);
		return false;
	}
	pr_info("the host's feed is live, a line each %llu ms\n", interval_ns / NSEC_PER_MSEC);
	return true;
}

static void feed_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(work, feed_work);

/* Rounded up: work that comes before the feed is quiet would have to come again. */
static unsigned long delay_jiffies(u64 ns)
{
	return nsecs_to_jiffies(ns) + 1;
}

/*
 * Whatever is pending: what was thought of the next line may be wrong by now. Under @feed.lock,
 * where nobody else queues it; mod_delayed_work() wants a queue whose name depends on the kernel.
 */
static void work_in(unsigned long delay)
{
	cancel_delayed_work(&work);
	schedule_delayed_work(&work, delay);
}

static void feed_work(struct work_struct *unused)
{
	u64 interval_ns;
	bool was_live, live;

	spin_lock(&feed.lock);
	was_live = vm_feed_hush(&feed.state, ktime_get_ns());
	live = was_live;
	interval_ns = feed.state.last.interval_ns;
	spin_unlock(&feed.lock);

	if (live != feed.registered)
		live = change_registered(live, interval_ns);

	spin_lock(&feed.lock);
	feed.registered = live;
	if (feed.registered)
		work_in(delay_jiffies(vm_feed_left_ns(&feed.state, ktime_get_ns())));
	/* a line has come meanwhile, and has taken the source for registered */
	else if (!was_live && feed.state.live)
		work_in(0);
	/* one that cannot be registered is tried again with the next line */
	spin_unlock(&feed.lock);
}

/* The next line may come much sooner than the one before had let expect. */
static void expect_next(void)
{
	work_in(feed.registered ? delay_jiffies(feed.state.quiet_ns) : 0);
}

static const char *const verdicts[VRAPL_NR_VERDICTS] = {
	[VRAPL_GOOD] = "accepted",
	[VRAPL_TORN] = "bad_torn",
	[VRAPL_LENGTH] = "bad_length",
	[VRAPL_SYNTAX] = "bad_syntax",
	[VRAPL_UNSUPPORTED] = "bad_version",
	[VRAPL_CHECKSUM] = "bad_checksum",
	[VRAPL_NEGATIVE] = "bad_negative",
	[VRAPL_ABSURD] = "bad_absurd",
	[VRAPL_SEQUENCE] = "bad_sequence",
	[VRAPL_LATE] = "bad_late",
};

/**
 * vm_feed_verdict_name() - What a verdict is called in debugfs and the log
 * @verdict: the verdict
 *
 * Context: any.
 * Return: a word.
 */
const char *vm_feed_verdict_name(enum vrapl_verdict verdict)
{
	return verdicts[verdict];
}

static bool take_line(const char *text, size_t len, bool whole)
{
	enum vrapl_verdict verdict = whole ? VRAPL_GOOD : VRAPL_TORN;
	struct vm_feed_limits limits;
	struct vrapl_line line;

	if (whole)
		verdict = vrapl_parse(text, len, &line);
	vm_limits(&limits);
	spin_lock(&feed.lock);
	if (verdict)
		vm_feed_count(&feed.state, verdict);
	else
		verdict = vm_feed_accept(&feed.state, &limits, &line, ktime_get_ns());
	if (!verdict)
		expect_next();
	spin_unlock(&feed.lock);
	if (verdict)
		pr_warn_ratelimited("a line of the host's feed is ignored: %s\n",
				    vm_feed_verdict_name(verdict));
	return !verdict;
}

/**
 * vm_feed_take() - Take in lines
 * @text: lines, any bytes
 * @len: how many bytes
 *
 * Context: process context.
 * Return: whether any of them was accepted.
 */
bool vm_feed_take(const char *text, size_t len)
{
	bool any = false;

	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? newline - text : len;

		any |= take_line(text, n, newline);
		/* the newline too; there is none only at the end */
		n = min(n + 1, len);
		text += n;
		len -= n;
	}
	return any;
}

/**
 * vm_feed_copy() - The feed as it is now
 * @state: out
 *
 * Context: process context.
 */
void vm_feed_copy(struct vm_feed_state *state)
{
	spin_lock(&feed.lock);
	*state = feed.state;
	spin_unlock(&feed.lock);
}

/**
 * vm_feed_init() - Be ready for lines
 *
 * Context: any.
 */
void vm_feed_init(void)
{
	vm_domain_init(&domain, VM_NJ_PER_UJ);
}

/**
 * vm_feed_exit() - Take the source back, if it is there
 *
 * No line may come any more.
 *
 * Context: process context, may sleep.
 */
void vm_feed_exit(void)
{
	cancel_delayed_work_sync(&work);
	if (feed.registered)
		energy_source_unregister(&source);
}
