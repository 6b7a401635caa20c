// SPDX-License-Identifier: GPL-2.0-only
/* The cgroup of one run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/comm.h"
#include "stat/cgroup.h"
#include "stat/run.h"

#define PREFIX "energy-stat-"

/* Of moving who is left: who forks meanwhile is found in the next one. */
#define MOST_ROUNDS 500
#define MOMENT_NS 10000000
#define MOST_NAMES 100

/* In linux/sched.h, and among the flags that proc(5) tells. */
#define PF_EXITING 0x4

/*
 * Removes what a measurement that was killed has left. Who measures holds a lock on the
 * directory; one with processes in it cannot be removed.
 */
static void remove_stale(const char *parent)
{
	struct dirent *entry;
	DIR *directory = opendir(parent);

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		int fd;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			continue;
		fd = openat(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!flock(fd, LOCK_EX | LOCK_NB))
			unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR);
		close(fd);
	}
	closedir(directory);
}

/* Below a threaded cgroup there are only such as take no processes. */
static bool takes_processes(int fd)
{
	char type[32] = "";
	int type_fd = openat(fd, "cgroup.type", O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (type_fd < 0)
		return false;
	len = read(type_fd, type, sizeof(type) - 1);
	close(type_fd);
	return len > 0 && strcmp(type, "domain invalid\n");
}

/* Whoever moves a process has to be allowed to write to the cgroup that both are below. */
static int may_move(const char *common)
{
	char procs[PATH_MAX + sizeof("/cgroup.procs")];

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", common);
	return access(procs, W_OK) ? -errno : 0;
}

/* A name of its own: the same PID can be there in another PID namespace, too. */
static int make_directory(struct energy_stat_cgroup *cgroup, const char *parent)
{
	static unsigned int nr_made;
	unsigned int tries = MOST_NAMES;

	do {
		int len = snprintf(cgroup->path, sizeof(cgroup->path), "%s/" PREFIX "%d-%u",
				   parent, getpid(), nr_made++);

		if ((size_t)len >= sizeof(cgroup->path))
			return -ENAMETOOLONG;
		if (!mkdir(cgroup->path, 0755))
			return 0;
	} while (errno == EEXIST && --tries);
	return -errno;
}

static int open_directory(struct energy_stat_cgroup *cgroup)
{
	struct stat about;
	int err = 0;

	cgroup->fd = open(cgroup->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup->fd < 0)
		return -errno;
	/* Everybody may lock it: who looks for stale ones, for a moment; or to hold us up. */
	if (flock(cgroup->fd, LOCK_EX | LOCK_NB))
		err = -EBUSY;
	else if (fstat(cgroup->fd, &about))
		err = -errno;
	else if (!takes_processes(cgroup->fd))
		err = access(cgroup->path, F_OK) ? -errno : -EOPNOTSUPP;
	if (err)
		close(cgroup->fd);
	else
		cgroup->id = about.st_ino;
	return err;
}

static int create_in(struct energy_stat_cgroup *cgroup, const char *parent)
{
	unsigned int tries = MOST_NAMES;
	int err = may_move(parent);

	if (err)
		return err;
	remove_stale(parent);
	/* Before it is locked, another measurement may take it for stale, and lock or remove it. */
	do {
		err = make_directory(cgroup, parent);
		if (err)
			return err;
		err = open_directory(cgroup);
		if (err)
			rmdir(cgroup->path);
	} while ((err == -ENOENT || err == -EBUSY) && --tries);
	return err;
}

static const char *advice(int err)
{
	if (err == -EACCES || err == -EPERM)
		return "try sudo, or in a session of systemd: systemd-run --user --scope "
		       "energy stat ...";
	if (err == -EROFS)
		return "in a container: have its cgroups mounted writable, or measure on the host";
	if (err == -EOPNOTSUPP)
		return "it is threaded; start energy stat in another cgroup";
	if (err == -EAGAIN)
		return "cgroup.max.descendants or cgroup.max.depth forbids it";
	return "every process of the command is counted by its cgroup";
}

int energy_stat_cgroup_create(struct energy_stat_cgroup *cgroup,
			      const struct energy_stat_home *home, char *why, size_t size)
{
	char shown[ENERGY_SHOWN_MAX];
	int err = create_in(cgroup, home->own);

	cgroup->at_root = false;
	if (err && strcmp(home->own, home->mount)) {
		cgroup->at_root = !create_in(cgroup, home->mount);
		if (cgroup->at_root)
			return 0;
	}
	if (err) {
		energy_shown(shown, sizeof(shown),
			     (struct energy_slice){ home->own, strlen(home->own) });
		snprintf(why, size, "cannot make a cgroup in %s: %s (%s)", shown, strerror(-err),
			 advice(err));
	}
	return err;
}

static int write_pid(int directory, const char *pid)
{
	int fd = openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, pid, strlen(pid)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int energy_stat_cgroup_join(const struct energy_stat_cgroup *cgroup)
{
	return write_pid(cgroup->fd, "0");
}

/* proc(5): id, (name), state, parent, group, session, terminal, its group, flags... */
static bool has_ended(const char *pid)
{
	char path[64], text[1024] = "";
	const char *behind_name;
	unsigned int flags;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	in = fopen(path, "re");
	if (!in)
		return true;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	behind_name = strrchr(text, ')');
	return !behind_name ||
	       sscanf(behind_name, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1 ||
	       flags & PF_EXITING;
}

static void describe(struct energy_stat_left *left, const char *pid)
{
	size_t used = strlen(left->some);
	char path[64], comm[64] = "", shown[ENERGY_SHOWN_MAX];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	in = fopen(path, "re");
	if (in) {
		if (fgets(comm, sizeof(comm), in))
			comm[strcspn(comm, "\n")] = '\0';
		fclose(in);
	}
	energy_shown(shown, sizeof(shown), (struct energy_slice){ comm, strlen(comm) });
	if (left->nr > 3 || used + strlen(shown) + strlen(pid) + 8 > sizeof(left->some))
		return;
	snprintf(left->some + used, sizeof(left->some) - used, "%s%s %s", used ? ", " : "", pid,
		 shown[0] ? shown : "?");
}

/*
 * Moves all that are in it now. Returns of how many the kernel said so: of those that are just
 * ending, too, although they stay until they have.
 */
static size_t move_round(const struct energy_stat_cgroup *cgroup, int to,
			 struct energy_stat_left *left)
{
	int fd = openat(cgroup->fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char pid[32];
	size_t nr = 0;
	FILE *in;

	if (fd < 0)
		return 0;
	in = fdopen(fd, "r");
	if (!in) {
		close(fd);
		return 0;
	}
	while (fgets(pid, sizeof(pid), in)) {
		pid[strcspn(pid, "\n")] = '\0';
		/* 0: of another PID namespace, not to be named from here. */
		if (!strcmp(pid, "0") || write_pid(to, pid))
			continue;
		nr++;
		if (has_ended(pid))
			continue;
		left->nr++;
		describe(left, pid);
	}
	fclose(in);
	return nr;
}

static void move_all(const struct energy_stat_cgroup *cgroup, int to,
		     struct energy_stat_left *left)
{
	unsigned int rounds = 0;

	for (;;) {
		size_t before = left->nr;

		if (!move_round(cgroup, to, left) || ++rounds == MOST_ROUNDS)
			return;
		/* Ending takes a moment, longer where there is much memory to be given back. */
		if (left->nr == before)
			energy_stat_pause(MOMENT_NS);
	}
}

void energy_stat_cgroup_remove(struct energy_stat_cgroup *cgroup,
			       const struct energy_stat_home *home,
			       struct energy_stat_left *left)
{
	int to = open(home->own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(left, 0, sizeof(*left));
	if (to >= 0) {
		move_all(cgroup, to, left);
		close(to);
	}
	left->stays = rmdir(cgroup->path);
	close(cgroup->fd);
	cgroup->fd = -1;
}
