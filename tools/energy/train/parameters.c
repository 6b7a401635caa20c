// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "train/parameters.h"

#define PARAMETERS "/sys/module/energy_core/parameters/"

static int print_options(FILE *out, const struct energy_weights *weights, const char *remarks)
{
	size_t i;

	fprintf(out, "%soptions energy_core", remarks);
	for (i = 0; i < ENERGY_METRICS; i++)
		fprintf(out, " %s=%" PRIu32, energy_train_metrics[i].parameter, weights->values[i]);
	fputc('\n', out);
	return fflush(out) || fsync(fileno(out)) ? -errno : 0;
}

int energy_parameters_save(const struct energy_weights *weights, const char *remarks,
			   const char *path, char *why, size_t size)
{
	struct stat what;
	char *name;
	FILE *out;
	int fd, err;

	if (!stat(path, &what) && !S_ISREG(what.st_mode)) {
		snprintf(why, size, "cannot write %s: it is no regular file", path);
		return -EINVAL;
	}
	if (asprintf(&name, "%s.XXXXXX", path) < 0) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out) {
		err = -errno;
		if (fd >= 0) {
			close(fd);
			unlink(name);
		}
		goto end;
	}
	err = fchmod(fd, 0644) ? -errno : print_options(out, weights, remarks);
	if (fclose(out) && !err)
		err = -errno;
	if (!err && rename(name, path))
		err = -errno;
	if (err)
		unlink(name);
end:
	if (err)
		snprintf(why, size, "cannot write %s: %s", path, strerror(-err));
	free(name);
	return err;
}

static int open_parameter(const char *root, const char *name, char *why, size_t size)
{
	char path[4096];
	int fd;

	if (snprintf(path, sizeof(path), "%s" PARAMETERS "%s", root, name) >=
	    (int)sizeof(path)) {
		snprintf(why, size, "too long: %s", root);
		return -ENAMETOOLONG;
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	fd = -errno;
	snprintf(why, size, "cannot open %s: %s%s", path, strerror(-fd),
		 fd == -ENOENT ? " (is energy_core loaded? modprobe energy_rapl_msr)" :
		 fd == -EACCES ? " (try sudo)" : "");
	return fd;
}

static int set_parameter(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t put = pwrite(fd, text, len, 0);

	if (put < 0)
		return -errno;
	return (size_t)put == len ? 0 : -EIO;
}

struct parameter {
	int fd;
	char before[32];	/* with its newline */
};

static int open_all(struct parameter *parameters, size_t *nr, const char *root, char *why,
		    size_t size)
{
	for (*nr = 0; *nr < ENERGY_METRICS; (*nr)++) {
		struct parameter *parameter = &parameters[*nr];
		ssize_t got;

		parameter->fd = open_parameter(root, energy_train_metrics[*nr].parameter, why,
					       size);
		if (parameter->fd < 0)
			return parameter->fd;
		got = pread(parameter->fd, parameter->before, sizeof(parameter->before) - 1, 0);
		if (got <= 0) {
			got = got ? -errno : -ENODATA;
			snprintf(why, size, "cannot read %s: %s; nothing was set",
				 energy_train_metrics[*nr].parameter, strerror(-got));
			close(parameter->fd);
			return got;
		}
		parameter->before[got] = '\0';
	}
	return 0;
}

/* The first @nr, as they were; false if one of them is not. */
static bool set_back(const struct parameter *parameters, size_t nr)
{
	bool good = true;

	while (nr--)
		good &= !set_parameter(parameters[nr].fd, parameters[nr].before);
	return good;
}

static int set_all(struct parameter *parameters, const struct energy_weights *weights, char *why,
		   size_t size)
{
	size_t i;

	for (i = 0; i < ENERGY_METRICS; i++) {
		char text[16];
		int err;

		snprintf(text, sizeof(text), "%" PRIu32 "\n", weights->values[i]);
		err = set_parameter(parameters[i].fd, text);
		if (!err)
			continue;
		snprintf(why, size, "cannot set %s: %s; %s", energy_train_metrics[i].parameter,
			 strerror(-err), set_back(parameters, i) ? "all are as they were" :
			 "and others could not be set back: they are a mixture");
		return err;
	}
	return 0;
}

int energy_parameters_apply(const struct energy_weights *weights, const char *root, char *why,
			    size_t size)
{
	struct parameter parameters[ENERGY_METRICS];
	size_t nr;
	int err = open_all(parameters, &nr, root, why, size);

	if (!err)
		err = set_all(parameters, weights, why, size);
	while (nr--)
		close(parameters[nr].fd);
	return err;
}
