// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "train/plot.h"

/* More points than a picture has columns are drawn as their means. */
#define MOST_POINTS 1500

static const char script[] =
	"set terminal svg size 1000,640 font 'sans-serif,13' background '#ffffff'\n"
	"set multiplot layout 2,1\n"
	"set lmargin 9\n"
	"set rmargin 3\n"
	"set grid lc rgb '#dddddd'\n"
	"set key top right horizontal\n"
	"set ylabel 'W'\n"
	"set title 'Power: measured, and predicted by a model that did not see it'\n"
	"plot $data using 1:2 with lines lw 1.5 lc rgb '#1f77b4' title 'measured', \\\n"
	"     '' using 1:3 with lines lw 1.5 lc rgb '#d62728' title 'predicted'\n"
	"set title 'Residuals: measured less predicted'\n"
	"set xlabel 'time recorded, s'\n"
	"set xzeroaxis lc rgb '#333333'\n"
	"plot $data using 1:($2 - $3) with points pt 7 ps 0.3 lc rgb '#2ca02c' notitle\n"
	"unset multiplot\n";

static void print_data(FILE *out, const struct energy_model *model,
		       const struct energy_dataset *data)
{
	size_t step = (data->nr_rows + MOST_POINTS - 1) / MOST_POINTS, i, j;

	fputs("$data << END\n", out);
	for (i = 0; i < data->nr_rows; i += step) {
		double measured = 0, predicted = 0;

		for (j = i; j < i + step && j < data->nr_rows; j++) {
			measured += data->rows[j].watts;
			predicted += model->predicted_w[j];
		}
		fprintf(out, "%.9g %.9g %.9g\n", data->rows[j - 1].end_s, measured / (j - i),
			predicted / (j - i));
	}
	fputs("END\n", out);
}

/* gnuplot reads from @in and writes to @out: no name of a file has to be quoted for it. */
static void run_in_child(int in, int out)
{
	/* It warns of axes without a range, which is nobody's concern; what fails, has a status. */
	int null = open("/dev/null", O_WRONLY);

	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		_exit(127);
	execlp("gnuplot", "gnuplot", "-d", (char *)NULL);
	_exit(127);
}

static int start_gnuplot(int out, FILE **in, pid_t *child)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	*child = fork();
	if (!*child)
		run_in_child(ends[0], out);
	close(ends[0]);
	*in = *child < 0 ? NULL : fdopen(ends[1], "w");
	if (*in)
		return 0;
	close(ends[1]);
	return *child < 0 ? -EAGAIN : -ENOMEM;
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return status;
}

int energy_plot(const struct energy_model *model, const struct energy_dataset *data,
		const char *path, char *why, size_t size)
{
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct stat what;
	pid_t child = -1;
	FILE *in = NULL;
	int err;

	if (out < 0) {
		snprintf(why, size, "cannot write %s: %s", path, strerror(errno));
		return -errno;
	}
	/* If it ends early, that is told by its status. */
	signal(SIGPIPE, SIG_IGN);
	err = start_gnuplot(out, &in, &child);
	if (!err) {
		print_data(in, model, data);
		fputs(script, in);
		fclose(in);
		err = wait_for(child) ? -EIO : 0;
	}
	if (err && !fstat(out, &what) && S_ISREG(what.st_mode))
		unlink(path);
	close(out);
	if (err) {
		snprintf(why, size, "cannot draw %s: gnuplot failed, or is not there "
			 "(apt install gnuplot-nox)", path);
	}
	return err;
}
