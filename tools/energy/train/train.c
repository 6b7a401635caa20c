// SPDX-License-Identifier: GPL-2.0-only
/* energy train: recordings in, weights out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/carbon.h"
#include "lib/command.h"
#include "lib/complain.h"
#include "lib/rotated.h"
#include "lib/wait.h"
#include "train/options.h"
#include "train/parameters.h"
#include "train/plot.h"
#include "train/summary.h"

struct train {
	const char *who;
	struct energy_train_options options;
	struct energy_dataset data;
	struct energy_carbon carbon;
	struct energy_model model;
	struct energy_weights weights;
	char why[8192];
};

static int fail(struct train *train, int err)
{
	energy_complain(train->who, "%s", train->why);
	return err;
}

/*
 * With "train.log*" a file is there by itself and as what another one was rotated from. Fitted
 * twice, it would seem to say what it says with more certainty. Returns that other one, or NULL.
 */
static const char *read_with(const struct energy_train_options *options, size_t i)
{
	char **logs = options->logs;
	size_t j;

	for (j = 0; j < options->nr_logs; j++) {
		if (j != i && energy_rotated_includes(logs[j], logs[i]) &&
		    (j < i || !energy_rotated_includes(logs[i], logs[j])))
			return logs[j];
	}
	return NULL;
}

static int read_logs(struct train *train)
{
	const char *other;
	size_t i;
	int err;

	for (i = 0; i < train->options.nr_logs; i++) {
		other = read_with(&train->options, i);
		if (other) {
			energy_complain(train->who, "%s is read once, with %s",
					train->options.logs[i], other);
			continue;
		}
		err = energy_dataset_add(&train->data, train->options.logs[i],
					 train->options.target, train->why, sizeof(train->why));
		if (err)
			return fail(train, err);
	}
	energy_dataset_finish(&train->data);
	return 0;
}

static enum energy_counts asked_counts(const struct energy_train_options *options)
{
	if (!options->carbon)
		return ENERGY_COUNTS_MJ;
	switch (options->carbon_unit[0]) {
	case 'm':
		return ENERGY_COUNTS_MG;
	case 'u':
		return ENERGY_COUNTS_UG;
	default:
		return ENERGY_COUNTS_NG;
	}
}

static int set_weights(struct train *train)
{
	const struct energy_train_options *options = &train->options;
	int err;

	if (options->carbon && !options->carbon_unit)
		err = energy_weights_fill_carbon(&train->weights, &train->model,
						 train->carbon.g_per_kwh, train->why,
						 sizeof(train->why));
	else
		err = energy_weights_fill(&train->weights, &train->model, asked_counts(options),
					  train->carbon.g_per_kwh, train->why, sizeof(train->why));
	return err ? fail(train, err) : 0;
}

static int tell(struct train *train)
{
	energy_summary_data(stdout, &train->data);
	energy_summary_model(stdout, &train->model);
	energy_summary_counts(stdout, &train->weights, train->carbon.g_per_kwh);
	if (fflush(stdout) || ferror(stdout)) {
		energy_complain(train->who, "cannot write: %s", strerror(errno));
		return -EIO;
	}
	energy_summary_warnings(train->who, &train->model, &train->weights);
	return 0;
}

static int save(struct train *train)
{
	char *remarks = NULL;
	size_t len;
	FILE *out = open_memstream(&remarks, &len);
	int err = -ENOMEM;

	snprintf(train->why, sizeof(train->why), "%s", strerror(ENOMEM));
	if (out) {
		energy_summary_remarks(out, &train->model, &train->weights,
				       train->carbon.g_per_kwh);
		if (!fclose(out))
			err = energy_parameters_save(&train->weights, remarks,
						     train->options.output, train->why,
						     sizeof(train->why));
	}
	free(remarks);
	return err ? fail(train, err) : 0;
}

static void tell_applied(const struct train *train)
{
	fputs("applied: ", stdout);
	energy_summary_counts(stdout, &train->weights, train->carbon.g_per_kwh);
	fflush(stdout);
}

static int apply(struct train *train)
{
	int err = energy_parameters_apply(&train->weights, train->options.root, train->why,
					  sizeof(train->why));

	if (err)
		return fail(train, err);
	tell_applied(train);
	return 0;
}

/*
 * The unit stays: what energy= has counted so far is in it. What has not changed is set, too, as
 * the module may have been loaded anew meanwhile.
 */
static int follow_once(struct train *train)
{
	struct energy_weights next;
	int err = energy_carbon_refresh(&train->carbon, train->why, sizeof(train->why));

	if (!err)
		err = energy_weights_fill(&next, &train->model, train->weights.counts,
					  train->carbon.g_per_kwh, train->why, sizeof(train->why));
	if (!err)
		err = energy_parameters_apply(&next, train->options.root, train->why,
					      sizeof(train->why));
	if (err)
		return err;
	if (memcmp(next.values, train->weights.values, sizeof(next.values))) {
		train->weights = next;
		tell_applied(train);
	}
	return 0;
}

static void follow(struct train *train)
{
	uint64_t next_ns = energy_now_ns();

	energy_wait_init();
	while (!energy_wait_ended()) {
		next_ns += train->options.every_ns;
		if (next_ns < energy_now_ns())
			next_ns = energy_now_ns();
		if (energy_wait(next_ns, -1) == ENERGY_EVENT_TICK && follow_once(train) &&
		    !energy_wait_ended())
			energy_complain(train->who, "%s; the weights stay as they are",
					train->why);
	}
}

static int put_to_use(struct train *train)
{
	const struct energy_train_options *options = &train->options;
	int err = tell(train);

	if (!err && (options->output || options->apply)) {
		err = energy_weights_check(&train->weights, &train->model, train->why,
					   sizeof(train->why));
		if (err)
			fail(train, err);
	}
	if (!err && options->plot) {
		err = energy_plot(&train->model, &train->data, options->plot, train->why,
				  sizeof(train->why));
		if (err)
			fail(train, err);
	}
	if (!err && options->output)
		err = save(train);
	if (!err && options->apply)
		err = apply(train);
	if (!err && options->follow)
		follow(train);
	return err;
}

static int run(struct train *train)
{
	const struct energy_train_options *options = &train->options;
	int err;

	if (options->carbon && energy_carbon_init(&train->carbon, options->carbon, train->why,
						  sizeof(train->why)))
		return fail(train, -EINVAL);
	err = read_logs(train);
	if (err)
		return err;
	err = energy_model_fit(&train->model, &train->data, options->wanted, options->nr_folds,
			       train->why, sizeof(train->why));
	if (err)
		return fail(train, err);
	err = set_weights(train);
	return err ? err : put_to_use(train);
}

int energy_train(int argc, char **argv)
{
	struct train train = { .who = argv[0] };
	int status, err;

	if (!energy_train_options_parse(&train.options, argc, argv, &status))
		return status;
	err = run(&train);
	energy_model_free(&train.model);
	energy_dataset_free(&train.data);
	return err ? ENERGY_FAILED : ENERGY_OK;
}
