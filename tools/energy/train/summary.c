// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>

#include "lib/complain.h"
#include "train/summary.h"

/* The usual bounds above which coefficients are not to be trusted one by one. */
#define MUCH_INFLATION 10
#define BAD_CONDITION 30

#define LITTLE_R2 0.5
#define MUCH_ROUNDING 0.01

static const char *reason(enum energy_column state)
{
	switch (state) {
	case ENERGY_COLUMN_MISSING:
		return "not in the recordings";
	case ENERGY_COLUMN_CONSTANT:
		return "never varies";
	case ENERGY_COLUMN_UNWANTED:
		return "not among --columns";
	default:
		return "";
	}
}

void energy_summary_data(FILE *out, const struct energy_dataset *data)
{
	double joules = 0, seconds = 0;
	size_t i;

	for (i = 0; i < data->nr_rows; i++) {
		joules += data->rows[i].watts * data->rows[i].length_s;
		seconds += data->rows[i].length_s;
	}
	fprintf(out, "target     %s, %.3f W in the mean\n", data->target,
		seconds > 0 ? joules / seconds : 0);
	fprintf(out, "data       %zu intervals, %.1f s, of %zu samples in %zu recording%s\n",
		data->nr_rows, seconds, data->nr_samples, data->nr_logs,
		data->nr_logs == 1 ? "" : "s");
	if (data->nr_restarts)
		fprintf(out, "restarts   %zu, which no interval goes across\n", data->nr_restarts);
	if (data->nr_gaps)
		fprintf(out, "left out   intervals with samples missing: %zu\n", data->nr_gaps);
	if (data->nr_unusable)
		fprintf(out, "left out   samples that lack a number: %zu\n", data->nr_unusable);
	if (data->nr_unmeasured)
		fprintf(out, "left out   samples while nothing was measured: %zu\n",
			data->nr_unmeasured);
	if (data->nr_damaged)
		fprintf(out, "left out   damaged records: %" PRIu64 "\n", data->nr_damaged);
}

/* Five digits, and no exponent for what will be a whole number. */
static const char *shown(char text[32], double value)
{
	snprintf(text, 32, fabs(value) >= 1e4 ? "%.0f" : "%.5g", value);
	return text;
}

static void print_coefficient(FILE *out, const struct energy_coefficient *coefficient,
			      const char *name, const char *unit, double scale)
{
	char value[32], low[32], high[32], interval[80], inflation[32] = "";

	if (isnan(coefficient->low))
		snprintf(interval, sizeof(interval), "not known");
	else
		snprintf(interval, sizeof(interval), "[%s, %s]",
			 shown(low, coefficient->low * scale),
			 shown(high, coefficient->high * scale));
	if (coefficient->inflation)
		snprintf(inflation, sizeof(inflation), "%.4g", coefficient->inflation);
	fprintf(out, "%-18s %10s  %-24s %8s  %s\n", name, shown(value, coefficient->value * scale),
		interval, inflation, unit);
}

static void print_left_out(FILE *out, const struct energy_design *design)
{
	size_t i;

	for (i = 0; i < ENERGY_METRICS; i++) {
		if (design->state[i] != ENERGY_COLUMN_USED)
			fprintf(out, "%-18s %10s  %s: %s\n", energy_train_metrics[i].parameter, "-",
				energy_train_metrics[i].field, reason(design->state[i]));
	}
}

static void print_quality(FILE *out, const struct energy_quality *quality)
{
	/* Of a power that never changes nothing can be explained; of none there are no parts. */
	if (isnan(quality->r2))
		fputs("R2 not known, ", out);
	else
		fprintf(out, "R2 %.4f, ", quality->r2);
	fprintf(out, "RMSE %.4g W, MAE %.4g W, MAPE ", quality->rmse_w, quality->mae_w);
	if (isnan(quality->mape))
		fputs("not known\n", out);
	else
		fprintf(out, "%.3g %%\n", 100 * quality->mape);
}

void energy_summary_model(FILE *out, const struct energy_model *model)
{
	size_t j;

	fprintf(out, "\n%-18s %10s  %-24s %8s  %s\n", "", "fitted", "95 % interval", "VIF", "unit");
	print_coefficient(out, &model->coefficients[0], "idle power", "W", 1);
	for (j = 1; j < model->design.nr; j++) {
		size_t i = model->design.metrics[j - 1];
		const struct energy_train_metric *metric = &energy_train_metrics[i];

		print_coefficient(out, &model->coefficients[j], metric->parameter, metric->unit,
				  ENERGY_PJ_PER_J);
	}
	print_left_out(out, &model->design);
	fprintf(out, "\nridge      %g, of %zu-fold cross-validation in blocks of time\n",
		model->ridge, model->nr_folds);
	fprintf(out, "condition  %.4g\n", model->condition);
	fputs("held out   ", out);
	print_quality(out, &model->held_out);
}

static void warn_inflation(const char *who, const struct energy_model *model, size_t j)
{
	const struct energy_design *design = &model->design;
	size_t i, partner = j ? 0 : 1;

	for (i = 0; i < design->nr - 1; i++) {
		if (i != j && fabs(model->correlations[j][i]) >
			      fabs(model->correlations[j][partner]))
			partner = i;
	}
	energy_complain(who, "warning: %s goes with other columns (VIF %.3g), most with %s "
			"(correlation %.4f): what each of them costs is uncertain (record loads in "
			"which they differ, or leave one out with --columns)",
			energy_train_metrics[design->metrics[j]].field,
			model->coefficients[j + 1].inflation,
			energy_train_metrics[design->metrics[partner]].field,
			model->correlations[j][partner]);
}

static void warn_rounding(const char *who, const struct energy_weights *weights)
{
	size_t i;

	for (i = 0; i < ENERGY_METRICS; i++) {
		double exact = weights->exact[i];

		if (exact > 0 && fabs(weights->values[i] / exact - 1) > MUCH_ROUNDING)
			energy_complain(who, "warning: %s is rounded from %.4g to %" PRIu32
					", as the module takes whole numbers",
					energy_train_metrics[i].parameter, exact,
					weights->values[i]);
	}
}

void energy_summary_warnings(const char *who, const struct energy_model *model,
			     const struct energy_weights *weights)
{
	size_t j;

	for (j = 0; j + 1 < model->design.nr; j++) {
		if (model->coefficients[j + 1].inflation > MUCH_INFLATION)
			warn_inflation(who, model, j);
	}
	if (isnan(model->coefficients[0].low))
		energy_complain(who, "warning: these are too few intervals between samples to tell how "
				"certain weights are (record for longer)");
	if (model->condition > BAD_CONDITION)
		energy_complain(who, "warning: the condition number of the columns is %.3g: "
				"predictions may be good, single weights are not",
				model->condition);
	if (isnan(model->held_out.r2))
		energy_complain(who, "warning: power never changes, which tells nothing of any weight "
				"(record loads that differ, while energy is measured)");
	else if (model->held_out.r2 < LITTLE_R2)
		energy_complain(who, "warning: the model explains little of what was held out "
				"(R2 %.3f): record more, and more different loads",
				model->held_out.r2);
	warn_rounding(who, weights);
}

void energy_summary_counts(FILE *out, const struct energy_weights *weights, double g_per_kwh)
{
	fprintf(out, "energy= counts %s", energy_counts_name(weights->counts));
	if (weights->counts != ENERGY_COUNTS_MJ)
		fprintf(out, ", at %g g/kWh, not millijoules", g_per_kwh);
	fputc('\n', out);
}

void energy_summary_remarks(FILE *out, const struct energy_model *model,
			    const struct energy_weights *weights, double g_per_kwh)
{
	size_t i;

	fputs("# Fitted by energy train; for /etc/modprobe.d.\n# ", out);
	energy_summary_counts(out, weights, g_per_kwh);
	fprintf(out, "# idle power, which is in no weight: %.6g W\n# held out: ",
		model->coefficients[0].value);
	print_quality(out, &model->held_out);
	for (i = 0; i < ENERGY_METRICS; i++) {
		if (model->design.state[i] != ENERGY_COLUMN_USED)
			fprintf(out, "# %s=0, as it was not fitted: %s %s\n",
				energy_train_metrics[i].parameter, energy_train_metrics[i].field,
				reason(model->design.state[i]));
	}
}
