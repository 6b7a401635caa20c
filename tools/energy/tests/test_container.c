// SPDX-License-Identifier: GPL-2.0-only
#include "lib/container.h"
#include "tap.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define POD "8dbc5577-d0e2-4706-8787-57d52c03ddf2"
#define POD_ "8dbc5577_d0e2_4706_8787_57d52c03ddf2"
#define STATIC "d9f1e9fbd3c3fbbf3ec5eb9de4b3c54c"

struct place {
	const char *path;
	const char *runtime, *id, *pod, *qos, *unit;
};

static void look(const struct place *places, size_t nr, bool *good)
{
	for (size_t i = 0; i < nr; i++) {
		const struct place *place = &places[i];
		struct energy_container container;
		bool is_somewhere = energy_container_of(&container, place->path);
		bool right = !strcmp(energy_runtime_name(container.runtime), place->runtime) &&
			!strcmp(container.id, place->id) && !strcmp(container.pod, place->pod) &&
			!strcmp(container.qos, place->qos) && !strcmp(container.unit, place->unit);

		CHECK(is_somewhere == (*place->runtime || *place->pod || *place->unit));
		if (!right)
			printf("# %s: '%s' '%s' '%s' '%s' '%s'\n", place->path,
			       energy_runtime_name(container.runtime), container.id,
			       container.pod, container.qos, container.unit);
		CHECK(right);
	}
}

#define LOOK(places) look(places, sizeof(places) / sizeof((places)[0]), good)

static void engines(bool *good)
{
	static const struct place places[] = {
		{ "/system.slice/docker-" ID ".scope", "docker", ID, "", "",
		  "docker-" ID ".scope" },
		{ "/docker/" ID, "docker", ID, "", "", "" },
		{ "/machine.slice/libpod-" ID ".scope/container", "podman", ID, "", "",
		  "libpod-" ID ".scope" },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		  "podman", ID, "", "", "libpod-" ID ".scope" },
		{ "/libpod_parent/libpod-" ID, "podman", ID, "", "", "" },
		{ "/system.slice/web.service/libpod-payload-" ID, "podman", ID, "", "",
		  "web.service" },
		{ "/system.slice/nerdctl-" ID ".scope", "containerd", ID, "", "",
		  "nerdctl-" ID ".scope" },
		{ "/default/" ID, "containerd", ID, "", "", "" },
		{ "/batch/" ID, "unknown", ID, "", "", "" },
	};

	LOOK(places);
}

static void kubernetes(bool *good)
{
	static const struct place places[] = {
		{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_
		  ".slice/cri-containerd-" ID ".scope", "containerd", ID, POD, "burstable",
		  "cri-containerd-" ID ".scope" },
		{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" ID ".scope/container",
		  "cri-o", ID, POD, "guaranteed", "crio-" ID ".scope" },
		{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_
		  ".slice/docker-" ID ".scope", "docker", ID, POD, "besteffort",
		  "docker-" ID ".scope" },
		{ "/kubepods/besteffort/pod" POD "/" ID, "kubernetes", ID, POD, "besteffort", "" },
		/* By whom another pod is seen, in a cgroup namespace of its own. */
		{ "/../../pod" POD "/" ID, "kubernetes", ID, POD, "", "" },
		{ "/../../kubepods-pod" POD_ ".slice/cri-containerd-" ID ".scope", "containerd",
		  ID, POD, "guaranteed", "cri-containerd-" ID ".scope" },
		{ "/kubepods/pod" POD "/crio-" ID, "cri-o", ID, POD, "guaranteed", "" },
		{ "/kubepods/burstable/pod" STATIC "/" ID, "kubernetes", ID, STATIC, "burstable",
		  "" },
		{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_
		  ".slice:cri-containerd:" ID, "containerd", ID, POD, "burstable",
		  "containerd.service" },
		/* The pod as a whole; its monitor, which is in no container. */
		{ "/kubepods.slice/kubepods-pod" POD_ ".slice", "", "", POD, "guaranteed",
		  "kubepods-pod" POD_ ".slice" },
		{ "/kubepods.slice/kubepods-pod" POD_ ".slice/crio-conmon-" ID ".scope", "", "",
		  POD, "guaranteed", "crio-conmon-" ID ".scope" },
	};

	LOOK(places);
}

static void machines(bool *good)
{
	static const struct place places[] = {
		{ "/machine.slice/machine-qemu\\x2d3\\x2dubuntu\\x2d24.scope/libvirt/vcpu0",
		  "libvirt", "ubuntu-24", "", "", "machine-qemu\\x2d3\\x2dubuntu\\x2d24.scope" },
		{ "/machine/qemu-3-ubuntu.libvirt-qemu/emulator", "libvirt", "ubuntu", "", "",
		  "" },
		{ "/machine/ubuntu.libvirt-qemu", "libvirt", "ubuntu", "", "", "" },
		{ "/machine.slice/machine-lxc\\x2d12\\x2dmail.scope", "lxc", "mail", "", "",
		  "machine-lxc\\x2d12\\x2dmail.scope" },
		{ "/machine.slice/systemd-nspawn@build\\x2dbox.service/payload/system.slice/"
		  "nginx.service", "nspawn", "build-box", "", "",
		  "systemd-nspawn@build\\x2dbox.service" },
		{ "/machine.slice/machine-debian.scope", "nspawn", "debian", "", "",
		  "machine-debian.scope" },
		{ "/lxc.payload.web/system.slice/ssh.service", "lxc", "web", "", "", "" },
		{ "/lxc/101", "lxc", "101", "", "", "" },
		{ "/lxc.payload/web", "lxc", "web", "", "", "" },
	};

	LOOK(places);
}

static void units(bool *good)
{
	static const struct place places[] = {
		{ "/system.slice/nginx.service", "", "", "", "", "nginx.service" },
		{ "/system.slice/nginx.service/worker", "", "", "", "", "nginx.service" },
		{ "/user.slice/user-1000.slice/session-3.scope", "", "", "", "",
		  "session-3.scope" },
		{ "/user.slice", "", "", "", "", "user.slice" },
		{ "/system.slice/libpod-conmon-" ID ".scope", "", "", "", "",
		  "libpod-conmon-" ID ".scope" },
		{ "/lxc.monitor.web", "", "", "", "", "" },
	};

	LOOK(places);
}

static void nowhere(bool *good)
{
	static char longest[400];
	const struct place places[] = {
		{ "/", "", "", "", "", "" },
		{ "", "", "", "", "", "" },
		{ "/init", "", "", "", "", "" },
		{ "/.service", "", "", "", "", "" },
		/* A digit too few, one too many, and one that is none. */
		{ "/docker/123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  "", "", "", "", "" },
		{ "/docker/" ID "0", "", "", "", "", "" },
		{ "/docker/X123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  "", "", "", "", "" },
		/* Only the kubelet's cgroups are pods. */
		{ "/pod" POD, "", "", "", "", "" },
		{ "/kubepods/podcast", "", "", "", "", "" },
		{ "/pod" POD, "", "", "", "", "" },
		{ "/../podcast", "", "", "", "", "" },
		{ "/../burstable.service", "", "", "", "", "burstable.service" },
		{ "/kubepods/pod" POD "0", "", "", "", "", "" },
		{ longest, "", "", "", "", "" },
	};

	memset(longest, 'x', sizeof(longest) - 1);
	LOOK(places);
}

static void outermost(bool *good)
{
	static const struct place places[] = {
		{ "/docker/" ID "/docker/" OTHER, "docker", ID, "", "", "" },
		{ "/docker/" ID "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" POD_
		  ".slice/cri-containerd-" OTHER ".scope", "docker", ID, "", "", "" },
		{ "//docker//" ID "/", "docker", ID, "", "", "" },
	};

	LOOK(places);
}

static void long_names(bool *good)
{
	char path[300] = "/lxc/", unit[300] = "/";
	struct energy_container container;

	memset(path + strlen(path), 'n', 200);
	CHECK(energy_container_of(&container, path));
	CHECK(strlen(container.id) == sizeof(container.id) - 1);
	memset(unit + strlen(unit), 'u', 200);
	strcat(unit, ".service");
	CHECK(energy_container_of(&container, unit));
	CHECK(strlen(container.unit) == sizeof(container.unit) - 1);
}

static const struct tap_test tests[] = {
	{ "container: docker, podman, containerd", engines },
	{ "container: pods, by each runtime", kubernetes },
	{ "container: machines have names", machines },
	{ "container: units without a container", units },
	{ "container: what only looks like one", nowhere },
	{ "container: the outermost counts", outermost },
	{ "container: long names are cut", long_names },
};

TAP_MAIN(tests)
