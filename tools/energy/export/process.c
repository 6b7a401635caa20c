// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/process.h"

#define CGROUP_FILE_MAX 8192

struct path {
	char text[512];
};

static struct path path_of(const char *proc, uint64_t pid, const char *file)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%" PRIu64 "/%s", proc, pid, file);
	return path;
}

/* The file's beginning, ended with a 0; empty where it cannot be read. */
static size_t read_beginning(char *out, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = 0;

	if (fd >= 0) {
		len = read(fd, out, size - 1);
		close(fd);
	}
	if (len < 0)
		len = 0;
	out[len] = '\0';
	return len;
}

static void look_up_cmdline(struct energy_process *process, const char *proc, uint64_t pid)
{
	struct path path = path_of(proc, pid, "cmdline");
	char *text = process->cmdline;
	size_t len = read_beginning(text, sizeof(process->cmdline), path.text);
	size_t i;

	while (len && !text[len - 1])
		len--;
	for (i = 0; i < len; i++) {
		if (!text[i])
			text[i] = ' ';
	}
}

/* Lines are "0::/path", or with cgroup v1 "4:memory:/path": the first that tells more wins. */
static void look_up_container(struct energy_process *process, const char *proc, uint64_t pid)
{
	struct path path = path_of(proc, pid, "cgroup");
	char text[CGROUP_FILE_MAX];
	char *line, *rest = text;

	read_beginning(text, sizeof(text), path.text);
	while ((line = strsep(&rest, "\n"))) {
		char *colon = strchr(line, ':');
		char *at = colon ? strchr(colon + 1, ':') : NULL;

		if (at && energy_container_of(&process->container, at + 1) &&
		    process->container.runtime != ENERGY_RUNTIME_NONE)
			return;
	}
	memset(&process->container, 0, sizeof(process->container));
}

void energy_process_look_up(struct energy_process *process, const char *proc, uint64_t pid)
{
	struct path path = path_of(proc, pid, "exe");
	ssize_t len;

	memset(process, 0, sizeof(*process));
	len = readlink(path.text, process->exe, sizeof(process->exe) - 1);
	process->exe[len > 0 ? len : 0] = '\0';
	look_up_cmdline(process, proc, pid);
	look_up_container(process, proc, pid);
}

uint64_t energy_process_resident(const char *proc, uint64_t pid)
{
	struct path path = path_of(proc, pid, "statm");
	char text[128];
	uint64_t pages;

	read_beginning(text, sizeof(text), path.text);
	if (sscanf(text, "%*u %" SCNu64, &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
