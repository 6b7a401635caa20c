// SPDX-License-Identifier: GPL-2.0-only
#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "export/auth.h"

/* Takes as long whatever the difference is, so that time does not tell where it is. */
static bool equal(const char *is, const char *wanted)
{
	size_t len = strlen(wanted), is_len = strlen(is), i;
	unsigned char difference = is_len != len;

	for (i = 0; i < is_len; i++)
		difference |= is[i] ^ wanted[len ? i % len : 0];
	return !difference;
}

static bool matches(const struct energy_login *login, const char *password)
{
	struct crypt_data *data;
	const char *hash;
	bool same;

	if (login->password[0] != '$')
		return equal(password, login->password);
	data = calloc(1, sizeof(*data));
	if (!data)
		return false;
	hash = crypt_r(password, login->password, data);
	same = hash && hash[0] != '*' && equal(hash, login->password);
	free(data);
	return same;
}

bool energy_auth_check(const struct energy_auth *auth, const char *name, const char *password)
{
	const struct energy_login *login = NULL;
	bool same;
	size_t i;

	for (i = 0; i < auth->nr_logins; i++) {
		if (!login && equal(name, auth->logins[i].name))
			login = &auth->logins[i];
	}
	/* A name that is not there takes as long as one that is: time does not tell names. */
	same = auth->nr_logins && matches(login ? login : &auth->logins[0], password);
	return login && same;
}

static int add_login(struct energy_auth *auth, const char *line)
{
	struct energy_login *grown;
	char *copy, *colon;

	grown = reallocarray(auth->logins, auth->nr_logins + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	auth->logins = grown;
	copy = strdup(line);
	if (!copy)
		return -ENOMEM;
	colon = strchr(copy, ':');
	if (!colon || colon == copy || !colon[1]) {
		free(copy);
		return -EINVAL;
	}
	*colon = '\0';
	grown[auth->nr_logins].name = copy;
	grown[auth->nr_logins++].password = colon + 1;
	return 0;
}

static int read_lines(struct energy_auth *auth, FILE *file, const char *path, char *why,
		      size_t size)
{
	size_t room = 0, number = 0;
	char *line = NULL;
	int err = 0;

	while (!err && getline(&line, &room, file) >= 0) {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] && line[0] != '#')
			err = add_login(auth, line);
	}
	free(line);
	if (err == -EINVAL)
		snprintf(why, size, "%s:%zu is not NAME:PASSWORD", path, number);
	else if (err || ferror(file))
		snprintf(why, size, "cannot read %s: %s", path, strerror(err ? -err : EIO));
	else if (!auth->nr_logins)
		snprintf(why, size, "%s has no line NAME:PASSWORD", path);
	else
		return 0;
	return err ? err : -EINVAL;
}

int energy_auth_read(struct energy_auth *auth, const char *path, char *why, size_t size)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	int err;

	memset(auth, 0, sizeof(*auth));
	if (!file) {
		err = -errno;
		snprintf(why, size, "cannot open %s: %s", path, strerror(-err));
		return err;
	}
	if (fstat(fileno(file), &status) || (status.st_mode & 0027)) {
		snprintf(why, size, "%s is open to others (try chmod 600 %s)", path, path);
		err = -EPERM;
	} else {
		err = read_lines(auth, file, path, why, size);
	}
	fclose(file);
	if (err)
		energy_auth_free(auth);
	return err;
}

void energy_auth_free(struct energy_auth *auth)
{
	while (auth->nr_logins) {
		char *name = auth->logins[--auth->nr_logins].name;

		/* Its password stands behind it. */
		free(name);
	}
	free(auth->logins);
	memset(auth, 0, sizeof(*auth));
}
