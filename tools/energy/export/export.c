// SPDX-License-Identifier: GPL-2.0-only
/* energy export: find what may be read, open it, give up privileges, then serve or write. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/files.h"
#include "export/options.h"
#include "export/privileges.h"
#include "export/reading.h"
#include "export/server.h"
#include "export/textfile.h"
#include "lib/command.h"
#include "lib/complain.h"
#include "lib/wait.h"

struct export {
	const char *who;
	struct energy_export_options options;
	struct energy_reading reading;
	char listing_path[4096], cgroups_path[4096];
	char host[256];
};

/* 0 when it can be read now. */
static int try_listing(struct energy_failure *failure, const char *path)
{
	struct energy_listing listing;
	int err = energy_read(&energy_system_io, path, &listing, failure);

	if (!err)
		energy_listing_free(&listing);
	return err;
}

/* As energy_read_best(), with the host's procfs where the user says it is. */
static int find_listing(struct export *export)
{
	const struct energy_export_options *options = &export->options;
	struct energy_failure failure, ignored;
	char *path = export->listing_path;
	size_t size = sizeof(export->listing_path);

	if (options->file) {
		snprintf(path, size, "%s", options->file);
		if (!try_listing(&failure, path))
			return 0;
		goto fail;
	}
	snprintf(path, size, "%s", ENERGY_DEBUGFS_ALL);
	if (!options->no_debugfs && !try_listing(&ignored, path))
		return 0;
	snprintf(path, size, "%s/energy/all", options->proc);
	if (!try_listing(&failure, path))
		return 0;
	snprintf(path, size, "%s/energy/cgroup", options->proc);
	if (!try_listing(&ignored, path)) {
		energy_complain(export->who, "only this cgroup's processes may be read, in %s "
				"(try sudo)", path);
		return 0;
	}
fail:
	energy_complain_failure(export->who, &failure);
	return failure.err;
}

/* Not being allowed to is no failure, but for a file that was asked for. */
static int find_cgroups(struct export *export)
{
	const struct energy_export_options *options = &export->options;
	struct energy_cgroup_list list;
	struct energy_failure failure;
	int err;

	/* A listing from somewhere else has nothing to do with this machine's cgroups. */
	if (options->file && !options->cgroups_file)
		return 0;
	if (options->cgroups_file)
		snprintf(export->cgroups_path, sizeof(export->cgroups_path), "%s",
			 options->cgroups_file);
	else
		snprintf(export->cgroups_path, sizeof(export->cgroups_path), "%s/energy/cgroups",
			 options->proc);
	err = energy_cgroups_read(&energy_system_io, export->cgroups_path, &list, &failure);
	if (!err) {
		energy_cgroups_free(&list);
		export->reading.options.cgroups_path = export->cgroups_path;
		return 0;
	}
	if (!options->cgroups_file)
		return 0;
	energy_complain_failure(export->who, &failure);
	return err;
}

static int keep(struct export *export, const char *path)
{
	int err = path ? energy_files_keep(path) : 0;

	if (err)
		energy_complain(export->who, "cannot open %s: %s", path, strerror(-err));
	return err;
}

/* After this, only what is open already can be read. */
static int drop_privileges(struct export *export)
{
	const struct energy_export_options *options = &export->options;
	char why[256];
	int err;

	if (!options->user && !options->drop_capabilities)
		return 0;
	err = keep(export, export->reading.options.listing_path);
	if (!err)
		err = keep(export, export->reading.options.cgroups_path);
	if (err)
		return err;
	export->reading.io = &energy_kept_io;
	err = energy_privileges_drop(options->user, why, sizeof(why));
	if (err)
		energy_complain(export->who, "cannot drop privileges: %s (only root can become "
				"another user)", why);
	return err;
}

static int write_out(struct export *export, const char *text, size_t len)
{
	const char *path = export->options.textfile;
	int err = 0;

	if (path) {
		err = energy_textfile_write(path, text, len);
		if (err)
			energy_complain(export->who, "cannot write %s: %s", path, strerror(-err));
		return err;
	}
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout)) {
		energy_complain(export->who, "cannot write: %s", strerror(errno));
		err = -EIO;
	}
	return err;
}

static int write_reading(struct export *export)
{
	struct energy_text text = { .format = ENERGY_FORMAT_PROMETHEUS };
	int err = -ENOMEM;

	if (energy_reading_refresh(&export->reading))
		energy_complain_failure(export->who, &export->reading.failure);
	energy_metrics(&text, &export->reading, &export->options.metrics);
	if (text.failed)
		energy_complain(export->who, "%s", strerror(ENOMEM));
	else
		err = write_out(export, text.at, text.len);
	energy_text_free(&text);
	return err;
}

/* A file that cannot be written, or read, now may be the next time: a full disk, a reload. */
static int write_until_end(struct export *export)
{
	uint64_t next_ns = energy_now_ns();

	do {
		write_reading(export);
		next_ns += export->options.interval_ns;
	} while (energy_wait(next_ns, -1) == ENERGY_EVENT_TICK);
	return 0;
}

static int write_once(struct export *export)
{
	int err = write_reading(export);

	return err || export->reading.up ? err : -EIO;
}

static int serve(struct export *export)
{
	struct energy_server *server = energy_server_open(export->who, &export->options,
							  &export->reading);
	int err = -EIO;

	if (!server)
		return err;
	err = drop_privileges(export);
	if (!err)
		err = energy_server_run(server);
	energy_server_close(server);
	return err;
}

static int run(struct export *export)
{
	int err = find_listing(export);

	if (!err)
		err = find_cgroups(export);
	if (err)
		return err;
	if (!export->options.textfile && !export->options.once)
		return serve(export);
	err = drop_privileges(export);
	if (err)
		return err;
	return export->options.once ? write_once(export) : write_until_end(export);
}

int energy_export(int argc, char **argv)
{
	struct export *export = calloc(1, sizeof(*export));
	int status;

	if (!export) {
		energy_complain(argv[0], "%s", strerror(ENOMEM));
		return ENERGY_FAILED;
	}
	export->who = argv[0];
	if (!energy_export_options_parse(&export->options, argc, argv, &status))
		goto free_export;
	gethostname(export->host, sizeof(export->host) - 1);
	if (!export->options.metrics.node_name)
		export->options.metrics.node_name = export->host;
	export->reading.io = &energy_system_io;
	export->reading.options = (struct energy_reading_options){
		.listing_path = export->listing_path,
		.proc = export->options.proc,
		.most_processes = export->options.most_processes,
		.most_cgroups = export->options.most_cgroups,
	};
	energy_wait_init();
	status = run(export) ? ENERGY_FAILED : ENERGY_OK;
	energy_reading_free(&export->reading);
	energy_files_close();
free_export:
	free(export);
	return status;
}
