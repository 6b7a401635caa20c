// SPDX-License-Identifier: GPL-2.0-only
#include <locale.h>

#include "tap.h"
#include "top/label.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD_ "8dbc5577_d0e2_4706_8787_57d52c03ddf2"

static const char *label(const char *path)
{
	static char out[ENERGY_LABEL_MAX];

	energy_label(out, sizeof(out), path);
	return out;
}

static const char *in_tree(const char *path)
{
	static char out[ENERGY_LABEL_MAX];

	energy_label_in_tree(out, sizeof(out), path);
	return out;
}

static void containers(bool *good)
{
	CHECK_TEXT(label("/system.slice/docker-" ID ".scope"), "docker 0123456789ab");
	CHECK_TEXT(label("/machine.slice/libpod-" ID ".scope/container"),
		   "podman 0123456789ab/container");
	CHECK_TEXT(label("/kubepods.slice/kubepods-pod" POD_ ".slice/cri-containerd-" ID ".scope"),
		   "containerd 0123456789ab pod 8dbc5577");
	CHECK_TEXT(label("/machine.slice/machine-qemu\\x2d3\\x2da\\x2db.scope/vcpu0"),
		   "libvirt a-b/vcpu0");
	CHECK_TEXT(label("/lxc.payload.web/init.scope"), "lxc web/init.scope");
	/* Short names are in others, too. */
	CHECK_TEXT(label("/machine.slice/lxc/a/init"), "lxc a/init");
	CHECK_TEXT(label("/c/lxc/c"), "lxc c");
}

static void others(bool *good)
{
	CHECK_TEXT(label("/system.slice/nginx.service"), "nginx.service");
	CHECK_TEXT(label("/system.slice/nginx.service/worker"), "nginx.service/worker");
	CHECK_TEXT(label("/my-a.service.d/a.service/x"), "a.service/x");
	CHECK_TEXT(label("/kubepods/pod8dbc5577-d0e2-4706-8787-57d52c03ddf2"),
		   "/kubepods/pod8dbc5577-d0e2-4706-8787-57d52c03ddf2");
	CHECK_TEXT(label("/"), "/");
	CHECK_TEXT(label("/a/b"), "/a/b");
}

static void tree(bool *good)
{
	CHECK_TEXT(in_tree("/"), "/");
	CHECK_TEXT(in_tree("/system.slice"), "system.slice");
	CHECK_TEXT(in_tree("/system.slice/nginx.service/worker"), "worker");
	CHECK_TEXT(in_tree("/system.slice/docker-" ID ".scope"), "docker 0123456789ab");
	CHECK_TEXT(in_tree("/system.slice/docker-" ID ".scope/init"), "init");
}

static void hostile(bool *good)
{
	CHECK_TEXT(label("/\033[2J/\302\233x\\101"), "/\\033[2J/\\302\\233x\\101");
	CHECK_TEXT(label("/\033.service"), "\\033.service");
	CHECK_TEXT(in_tree("/x/\033[31m"), "\\033[31m");
	CHECK_TEXT(label("/lxc/\033[31m"), "lxc \\033[31m");
}

static const struct tap_test tests[] = {
	{ "label: containers as their engines list them", containers },
	{ "label: units, pods, paths", others },
	{ "label: in a tree", tree },
	{ "label: nothing hostile gets through", hostile },
};

TAP_MAIN(tests)
