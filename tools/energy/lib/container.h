/* SPDX-License-Identifier: GPL-2.0-only */
/* Who lives in a cgroup, as far as its path tells: container, pod, service, session. */
#ifndef ENERGY_CONTAINER_H
#define ENERGY_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

enum energy_runtime {
	ENERGY_RUNTIME_NONE,	/* no container */
	ENERGY_RUNTIME_DOCKER,
	ENERGY_RUNTIME_CONTAINERD,
	ENERGY_RUNTIME_CRIO,
	ENERGY_RUNTIME_PODMAN,
	ENERGY_RUNTIME_LXC,
	ENERGY_RUNTIME_NSPAWN,
	ENERGY_RUNTIME_LIBVIRT,	/* a virtual machine */
	ENERGY_RUNTIME_KUBERNETES,	/* in a pod; by which runtime, the path does not tell */
	ENERGY_RUNTIME_UNKNOWN,	/* a container, but nothing tells whose */
};

/* Empty strings are what the path does not tell. */
struct energy_container {
	enum energy_runtime runtime;
	char id[65];		/* of the container: 64 hexadecimal digits, or its name */
	char pod[37];		/* the Kubernetes pod's UID, with dashes as the API has it */
	char qos[12];		/* its class: guaranteed, burstable, besteffort */
	char unit[128];		/* the systemd unit that is nearest: nginx.service */
	size_t end;		/* where in the path the container's name ends, or the unit's */
};

/*
 * Understands the cgroup @path, as /proc/energy/cgroups has it when its escapes are undone, with
 * both of systemd's and cgroupfs' naming. Returns false, and an empty @container, where it is
 * neither in a container nor in a pod or a unit. A cgroup inside of a container is the
 * container's.
 *
 * Whoever may make cgroups may choose their names: this is for people and labels, not for
 * decisions about rights.
 */
bool energy_container_of(struct energy_container *container, const char *path);

/* "docker", "cri-o"...; "" for none. */
const char *energy_runtime_name(enum energy_runtime runtime);

#endif /* ENERGY_CONTAINER_H */
