// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/container.h"

#define ID_DIGITS 64
#define UID_LEN 36		/* a pod's: 8-4-4-4-12 digits */
#define STATIC_UID_DIGITS 32	/* of a pod from the kubelet's own files: a hash, no dashes */

struct runtime_word {
	const char *word;
	enum energy_runtime runtime;
};

/* What stands before a container's id in the name of its cgroup. */
static const struct runtime_word prefixes[] = {
	{ "docker", ENERGY_RUNTIME_DOCKER },
	{ "cri-containerd", ENERGY_RUNTIME_CONTAINERD },
	{ "nerdctl", ENERGY_RUNTIME_CONTAINERD },
	{ "crio", ENERGY_RUNTIME_CRIO },
	{ "libpod", ENERGY_RUNTIME_PODMAN },
	{ "libpod-payload", ENERGY_RUNTIME_PODMAN },
};

/* Whose cgroups are the ones below a cgroup of this name, the id alone being their name. */
static const struct runtime_word parents[] = {
	{ "docker", ENERGY_RUNTIME_DOCKER },
	{ "default", ENERGY_RUNTIME_CONTAINERD },
	{ "k8s.io", ENERGY_RUNTIME_CONTAINERD },
};

static const char *const unit_suffixes[] = {
	".service", ".scope", ".slice", ".mount", ".socket", ".swap",
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* One name of the path, and what the names above it have told. */
struct walk {
	const char *above;	/* the name before; "" at first */
	bool in_kubepods;
	bool from_within;	/* a cgroup namespace: what is above is not to be seen */
	bool above_is_pod;
};

const char *energy_runtime_name(enum energy_runtime runtime)
{
	static const char *const names[] = {
		[ENERGY_RUNTIME_NONE] = "",
		[ENERGY_RUNTIME_DOCKER] = "docker",
		[ENERGY_RUNTIME_CONTAINERD] = "containerd",
		[ENERGY_RUNTIME_CRIO] = "cri-o",
		[ENERGY_RUNTIME_PODMAN] = "podman",
		[ENERGY_RUNTIME_LXC] = "lxc",
		[ENERGY_RUNTIME_NSPAWN] = "nspawn",
		[ENERGY_RUNTIME_LIBVIRT] = "libvirt",
		[ENERGY_RUNTIME_KUBERNETES] = "kubernetes",
		[ENERGY_RUNTIME_UNKNOWN] = "unknown",
	};

	return names[runtime];
}

/* What follows @prefix in @text; NULL where it does not begin with it. */
static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

/* Takes @suffix off @text, unless nothing else would be left of it. */
static bool cut_suffix(char *text, const char *suffix)
{
	size_t len = strlen(text), end = strlen(suffix);

	if (len <= end || strcmp(text + len - end, suffix))
		return false;
	text[len - end] = '\0';
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static size_t hex_digits(const char *text)
{
	size_t nr = 0;

	while (is_hex(text[nr]))
		nr++;
	return nr;
}

static bool is_id(const char *text)
{
	return hex_digits(text) == ID_DIGITS && !text[ID_DIGITS];
}

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%.*s", (int)(size - 1), text);
}

static void found(struct energy_container *container, enum energy_runtime runtime, const char *id)
{
	container->runtime = runtime;
	copy(container->id, sizeof(container->id), id);
}

/* A pod's UID: systemd's names have '_' for its dashes, as they use the dash themselves. */
static bool parse_uid(char *uid, const char *text)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };
	size_t at = 0, i;

	if (hex_digits(text) == STATIC_UID_DIGITS && !text[STATIC_UID_DIGITS]) {
		memcpy(uid, text, STATIC_UID_DIGITS + 1);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (hex_digits(text + at) != groups[i])
			return false;
		memcpy(uid + at, text + at, groups[i]);
		at += groups[i];
		if (at == UID_LEN)
			break;
		if (text[at] != '_' && text[at] != '-')
			return false;
		uid[at++] = '-';
	}
	uid[at] = '\0';
	return !text[at];
}

static void note_class(struct energy_container *container, const char *name)
{
	static const char *const classes[] = { "burstable", "besteffort" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		if (strstr(name, classes[i]))
			copy(container->qos, sizeof(container->qos), classes[i]);
	}
}

/*
 * The kubelet's cgroups: kubepods/burstable/podUID, or kubepods.slice/kubepods-burstable.slice/
 * kubepods-burstable-podUID.slice. A guaranteed pod's has no class in its name. Seen from within
 * another pod, it is ../podUID.
 */
static bool note_pod(struct energy_container *container, struct walk *walk, const char *name)
{
	char slice[NAME_MAX + 1], uid[UID_LEN + 1];
	const char *pod;

	if (strstr(name, "kubepods"))
		walk->in_kubepods = true;
	if (!walk->in_kubepods && !walk->from_within)
		return false;
	if (walk->in_kubepods)
		note_class(container, name);
	copy(slice, sizeof(slice), name);
	pod = after(slice, "pod");
	if (cut_suffix(slice, ".slice")) {
		pod = strstr(slice, "-pod");
		pod = pod ? pod + strlen("-pod") : NULL;
	}
	if (!pod || !parse_uid(uid, pod))
		return false;
	copy(container->pod, sizeof(container->pod), uid);
	if (!container->qos[0] && walk->in_kubepods)
		copy(container->qos, sizeof(container->qos), "guaranteed");
	return true;
}

/* Undoes systemd's \xNN in place. */
static void unescape_unit(char *text)
{
	char *out = text;

	while (*text) {
		unsigned int byte;

		if (text[0] == '\\' && text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
		    isxdigit((unsigned char)text[3]) && sscanf(text + 2, "%2x", &byte) == 1 &&
		    byte) {
			*out++ = (char)byte;
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* "qemu-3-name", as libvirt calls its third guest: just the name. */
static const char *after_number(const char *text)
{
	const char *at = text;

	while (isdigit((unsigned char)*at))
		at++;
	return at > text && at[0] == '-' && at[1] ? at + 1 : text;
}

static void found_machine(struct energy_container *container, const char *name)
{
	const char *qemu = after(name, "qemu-"), *lxc = after(name, "lxc-");

	if (qemu)
		found(container, ENERGY_RUNTIME_LIBVIRT, after_number(qemu));
	else if (lxc)
		found(container, ENERGY_RUNTIME_LXC, after_number(lxc));
	else
		found(container, ENERGY_RUNTIME_NSPAWN, name);
}

/* systemd-machined's, libvirt's and LXC's, which have names instead of ids. */
static bool note_machine(struct energy_container *container, const struct walk *walk,
			 const char *name)
{
	const char *payload = after(name, "lxc.payload.");
	char machine[NAME_MAX + 1];

	if (!payload && (!strcmp(walk->above, "lxc") || !strcmp(walk->above, "lxc.payload")))
		payload = name;
	if (payload) {
		found(container, ENERGY_RUNTIME_LXC, payload);
		return true;
	}
	copy(machine, sizeof(machine), name);
	if (after(machine, "systemd-nspawn@") && cut_suffix(machine, ".service")) {
		unescape_unit(machine);
		found(container, ENERGY_RUNTIME_NSPAWN, after(machine, "systemd-nspawn@"));
		return true;
	}
	if (after(machine, "machine-") && cut_suffix(machine, ".scope")) {
		unescape_unit(machine);
		found_machine(container, after(machine, "machine-"));
		return true;
	}
	if (cut_suffix(machine, ".libvirt-qemu")) {
		const char *numbered = after(machine, "qemu-");

		found(container, ENERGY_RUNTIME_LIBVIRT,
		      numbered ? after_number(numbered) : machine);
		return true;
	}
	return false;
}

static bool note_prefixed(struct energy_container *container, const char *name, char separator)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const char *rest = after(name, prefixes[i].word);

		if (!rest || rest[0] != separator || !is_id(rest + 1))
			continue;
		found(container, prefixes[i].runtime, rest + 1);
		return true;
	}
	return false;
}

static bool note_bare_id(struct energy_container *container, const struct walk *walk,
			 const char *name)
{
	enum energy_runtime runtime = walk->above_is_pod ? ENERGY_RUNTIME_KUBERNETES :
							   ENERGY_RUNTIME_UNKNOWN;
	size_t i;

	if (!is_id(name))
		return false;
	for (i = 0; i < ARRAY_SIZE(parents); i++) {
		if (!strcmp(walk->above, parents[i].word))
			runtime = parents[i].runtime;
	}
	found(container, runtime, name);
	return true;
}

static bool note_unit(struct energy_container *container, const char *name)
{
	char stem[NAME_MAX + 1];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unit_suffixes); i++) {
		copy(stem, sizeof(stem), name);
		if (!cut_suffix(stem, unit_suffixes[i]))
			continue;
		copy(container->unit, sizeof(container->unit), name);
		return true;
	}
	return false;
}

/* True when @name is a container's: the rest of the path is of no interest then. */
static bool note_name(struct energy_container *container, struct walk *walk, const char *name)
{
	char scope[NAME_MAX + 1];
	char *colon;
	bool done;

	copy(scope, sizeof(scope), name);
	cut_suffix(scope, ".scope");
	/* "SLICE:cri-containerd:ID": what is meant for systemd, given to cgroupfs. */
	colon = strchr(scope, ':');
	if (colon) {
		*colon = '\0';
		note_pod(container, walk, scope);
		return note_prefixed(container, colon + 1, ':');
	}
	done = note_prefixed(container, scope, '-') || note_bare_id(container, walk, scope) ||
	       note_machine(container, walk, name);
	if (!done)
		walk->above_is_pod = note_pod(container, walk, name);
	return done;
}

bool energy_container_of(struct energy_container *container, const char *path)
{
	char names[2][NAME_MAX + 1] = { "", "" };
	struct walk walk = { .above = "", .from_within = after(path, "/..") };
	const char *begin = path;
	unsigned int turn = 0;
	bool done = false;

	memset(container, 0, sizeof(*container));
	while (*path && !done) {
		size_t len = strcspn(path, "/");
		bool is_unit;

		if (len && len <= NAME_MAX) {
			memcpy(names[turn], path, len);
			names[turn][len] = '\0';
			is_unit = note_unit(container, names[turn]);
			done = note_name(container, &walk, names[turn]);
			if (is_unit || done)
				container->end = path + len - begin;
			walk.above = names[turn];
			turn = !turn;
		}
		path += len + !!path[len];
	}
	return container->runtime != ENERGY_RUNTIME_NONE || container->pod[0] ||
	       container->unit[0];
}
