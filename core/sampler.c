// SPDX-License-Identifier: GPL-2.0-only
/* The sampler thread: when it has something to do, and nothing else. */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>

#include "beat.h"
#include "internal.h"

static bool has_work(const struct energy_core *core)
{
	return kthread_should_stop() || READ_ONCE(core->drain_wanted) ||
	       READ_ONCE(core->params_changed) || READ_ONCE(core->errand);
}

static void wait_until(struct energy_core *core, u64 next_ns, u64 sample_ns)
{
	ktime_t at = ns_to_ktime(next_ns);

	/* not TASK_UNINTERRUPTIBLE: a thread that waits for time is no load */
	set_current_state(TASK_IDLE);
	if (!has_work(core))
		schedule_hrtimeout_range(&at, energy_slack_ns(sample_ns), HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
}

static void keep_beat(struct energy_core *core, struct energy_beat *beat, u64 now_ns)
{
	u64 drift_ns;

	core->stats.late += energy_beat_take(beat, now_ns, &drift_ns);
	core->stats.drift_ns += drift_ns;
	core->stats.drift_max_ns = max(core->stats.drift_max_ns, drift_ns);
}

static int sampler(void *data)
{
	struct energy_core *core = data;
	struct energy_beat beat;
	u64 now_ns;

	energy_beat_start(&beat, READ_ONCE(core->params.sample_ns), ktime_get_ns());
	while (!kthread_should_stop()) {
		wait_until(core, beat.due_ns, beat.sample_ns);
		if (kthread_should_stop())
			break;
		energy_errand_do(core);
		now_ns = ktime_get_ns();
		if (READ_ONCE(core->params_changed)) {
			WRITE_ONCE(core->params_changed, false);
			energy_beat_change(&beat, READ_ONCE(core->params.sample_ns), now_ns);
		}
		if (now_ns < beat.due_ns) {
			if (READ_ONCE(core->drain_wanted))
				energy_sampler_drain(core, ktime_get_boottime_ns());
			continue;
		}
		energy_sampler_step(core, ktime_get_boottime_ns());
		keep_beat(core, &beat, now_ns);
	}
	return 0;
}

/**
 * energy_sampler_kick() - Have the sampler look for work now
 * @core: the core
 *
 * Context: any, hard IRQ included; not under a ledger's lock.
 */
void energy_sampler_kick(struct energy_core *core)
{
	struct task_struct *t = READ_ONCE(core->sampler);

	if (t)
		wake_up_process(t);
}

/**
 * energy_sampler_start() - Start the thread
 * @core: the core
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int energy_sampler_start(struct energy_core *core)
{
	struct task_struct *t = kthread_create(sampler, core, "energy_sampler");
	int ret;

	if (IS_ERR(t))
		return PTR_ERR(t);
	/* Little work, but ledgers fill while it waits for a CPU. */
	set_user_nice(t, MIN_NICE);
	kernel_param_lock(THIS_MODULE);
	/* parameters could be written, each for itself, since before init was called */
	ret = energy_params_check(&core->params);
	if (!ret) {
		WRITE_ONCE(core->sampler, t);
		WRITE_ONCE(core->running, true);
	}
	kernel_param_unlock(THIS_MODULE);
	if (ret)
		kthread_stop(t);
	else
		wake_up_process(t);
	return ret;
}

/**
 * energy_sampler_stop() - Stop the thread
 * @core: the core; no file of it is open any more
 *
 * Probes may still ask for early drains, and parameters be written.
 *
 * Context: may sleep.
 */
void energy_sampler_stop(struct energy_core *core)
{
	struct task_struct *t = core->sampler;

	kernel_param_lock(THIS_MODULE);
	WRITE_ONCE(core->running, false);
	WRITE_ONCE(core->sampler, NULL);
	kernel_param_unlock(THIS_MODULE);
	/* an early drain kicks from a hard IRQ, which is an RCU reader */
	synchronize_rcu();
	kthread_stop(t);
}
