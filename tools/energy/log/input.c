// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/cgroups.h"
#include "lib/pairs.h"
#include "log/input.h"

#define DEBUGFS "/sys/kernel/debug/energy/"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define MODULE "/sys/module/energy_core"

#define NSEC_PER_SEC 1000000000ULL

static bool set_path(char path[4096], const char *root, const char *below)
{
	return snprintf(path, 4096, "%s%s", root, below) < 4096;
}

bool energy_log_input_init(struct energy_log_input *input, const char *root, bool all)
{
	input->cgroups[0] = '\0';
	return set_path(input->listing, root, all ? DEBUGFS "all" : DEBUGFS "sys") &&
	       (!all || set_path(input->cgroups, root, ENERGY_PROC_CGROUPS)) &&
	       set_path(input->boot, root, BOOT_ID) && set_path(input->module, root, MODULE);
}

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* Returns 0, -EBADMSG for something else, or -EAGAIN if it lacks its end. */
static int check(const char *path, const char *text, size_t len, struct energy_failure *failure)
{
	struct energy_slice slice = { text, len };

	if (energy_slice_begins(slice, "timestamp="))
		return text[len - 1] == '\n' ? 0 : -EAGAIN;
	snprintf(failure->path, sizeof(failure->path), "%s", path);
	failure->step = ENERGY_STEP_PARSE;
	failure->err = -EBADMSG;
	return -EBADMSG;
}

static int append_cgroups(const struct energy_log_input *input, struct energy_frame *frame,
			  struct energy_failure *failure)
{
	char *cgroups, *grown;
	size_t len;
	int err = energy_read_text(&energy_system_io, input->cgroups, &cgroups, &len, failure);

	if (err)
		return err;
	err = check(input->cgroups, cgroups, len, failure);
	if (err)
		goto free_cgroups;
	grown = realloc(frame->text, frame->len + len);
	if (!grown) {
		err = failure->err = -ENOMEM;
		goto free_cgroups;
	}
	memcpy(grown + frame->len, cgroups, len);
	frame->text = grown;
	frame->len += len;
free_cgroups:
	free(cgroups);
	return err;
}

int energy_log_input_read(const struct energy_log_input *input, struct energy_frame *frame,
			  struct energy_failure *failure)
{
	int err;

	*frame = (struct energy_frame){ .kind = ENERGY_FRAME_SAMPLE, .wall_ns = wall_ns() };
	err = energy_read_text(&energy_system_io, input->listing, &frame->text, &frame->len,
			       failure);
	if (err)
		return err;
	frame->listing_len = frame->len;
	err = check(input->listing, frame->text, frame->len, failure);
	if (!err && input->cgroups[0])
		err = append_cgroups(input, frame, failure);
	if (err) {
		free(frame->text);
		frame->text = NULL;
	}
	return err;
}

char *energy_log_input_origin(const struct energy_log_input *input)
{
	struct energy_failure failure;
	struct stat module = { 0 };
	char *boot = NULL, *origin;
	size_t len = 0;

	if (energy_read_text(&energy_system_io, input->boot, &boot, &len, &failure))
		len = 0;
	while (len && boot[len - 1] == '\n')
		len--;
	/* Its inode is another one each time that it is loaded. 0: built in, or not known. */
	if (stat(input->module, &module))
		module.st_ino = 0;
	if (asprintf(&origin, "boot=%.*s\nmodule=%" PRIu64 "\n", (int)len, len ? boot : "",
		     (uint64_t)module.st_ino) < 0)
		origin = NULL;
	free(boot);
	return origin;
}
