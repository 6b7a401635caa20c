// SPDX-License-Identifier: GPL-2.0-only
/* What the tracepoints told, see heard.h. */
#include <linux/sched.h>

#include "../core/energy_trace.h"
#include "heard.h"

static void hear_exit(void *data, const struct energy_proc *p, u64 timestamp_ns)
{
	struct heard *h = data;

	if (current != h->task)
		return;
	if (h->nr_exits < HEARD_MAX)
		h->exit[h->nr_exits] = (struct heard_exit) {
			.tgid = p->tgid,
			.start_ns = p->start_ns,
			.timestamp_ns = timestamp_ns,
			.v = p->now,
		};
	h->nr_exits++;
	h->nr_alive += p->alive;
	h->exit_nj += p->now.energy_nj;
}

static void hear_sample(void *data, const struct energy_slot *s)
{
	struct heard *h = data;

	if (current != h->task)
		return;
	h->sample[h->nr_samples % HEARD_MAX] = (struct heard_sample) {
		.kind = s->kind,
		.instance = s->instance,
		.timestamp_ns = s->last_ns,
		.delta_ns = s->delta_ns,
		.delta_nj = s->delta_nj,
		.billed = s->billed,
	};
	h->nr_samples++;
	h->nr_unbalanced += !!energy_account_difference(&s->account);
	h->sample_nj += s->delta_nj;
}

/* After the core is gone, which still tells of the dead. */
static void heard_end(void *data)
{
	unregister_trace_energy_sample(hear_sample, data);
	unregister_trace_energy_exit(hear_exit, data);
	tracepoint_synchronize_unregister();
}

/**
 * heard_begin() - Listen until the test case ends
 * @test: the test case
 *
 * Return: what is heard from now on.
 */
struct heard *heard_begin(struct kunit *test)
{
	struct heard *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, h);
	h->task = current;
	/* taking away a probe that is not there does no harm */
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, heard_end, h), 0);
	KUNIT_ASSERT_EQ(test, register_trace_energy_exit(hear_exit, h), 0);
	KUNIT_ASSERT_EQ(test, register_trace_energy_sample(hear_sample, h), 0);
	return h;
}

/**
 * heard_last() - One of the last samples
 * @h: what was heard
 * @ago: 0 is the last one, 1 the one before
 *
 * Return: the sample; an empty one if there were less.
 */
const struct heard_sample *heard_last(const struct heard *h, u64 ago)
{
	return &h->sample[(h->nr_samples - 1 - ago) % HEARD_MAX];
}
