// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "export/privileges.h"

static int fail(char *why, size_t size, const char *what, int err)
{
	snprintf(why, size, "%s: %s", what, strerror(err));
	return -err;
}

static int become(const char *user, char *why, size_t size)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (!entry) {
		snprintf(why, size, "there is no user %s", user);
		return -ENOENT;
	}
	if (initgroups(entry->pw_name, entry->pw_gid) || setgid(entry->pw_gid) ||
	    setuid(entry->pw_uid))
		return fail(why, size, "cannot change the user", errno);
	if (entry->pw_uid != 0 && setuid(0) == 0) {
		snprintf(why, size, "could become root again");
		return -EPERM;
	}
	return 0;
}

static int clear_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return -1;
	return syscall(SYS_capset, &header, none);
}

int energy_privileges_drop(const char *user, char *why, size_t size)
{
	int err = user ? become(user, why, size) : 0;

	if (err)
		return err;
	/* A program that it starts, was it set-uid or had file capabilities, gets none either. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(why, size, "cannot set no_new_privs", errno);
	if (clear_capabilities())
		return fail(why, size, "cannot give up capabilities", errno);
	return 0;
}
