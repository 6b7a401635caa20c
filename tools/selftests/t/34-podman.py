#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=containers timeout=200
"""Containers as an administrator runs them, with podman and an image made here."""

import os

import containers
import formats
import harness
import lib

STATE = "/run/podman-test"
PODMAN = ("podman", f"--root={STATE}/root", f"--runroot={STATE}/run", f"--tmpdir={STATE}/tmp",
          "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=none",
          "--log-level=error")
IMAGE = "localhost/energy-test"
RUN = ("run", "--detach", "--network=none", "--pull=never", "--log-driver=none")
PRIVATE = (lib.ALL, lib.CGROUPS_LIST)
IDS = f"0:{containers.MAPPED_ROOT}:65536"
# podman takes seconds under emulation: everything that one user wants to know, at once.
LOOK = f"cat {lib.CGROUP}; for path; do cat $path 2>&1 >/tmp/got || echo $path: $?; done"


def podman(*args, **options):
    """Run podman."""
    return lib.command(*PODMAN, *args, **options)


def start(name, *options):
    """A container with a hog of its own name, which has worked and waits; its init's PID."""
    script = f"hog-{name} -n 200 -p >/tmp/said & wait"
    pidfile = f"{STATE}/{name}.pid"
    podman(*RUN, f"--name={name}", f"--pidfile={pidfile}", *options, IMAGE, "/bin/sh", "-c",
           script)
    init = int(lib.text(pidfile))
    said = f"/proc/{init}/root/tmp/said"
    lib.wait_until(lambda: os.path.exists(said) and lib.text(said))
    return init


def check(tap, name, init, user):
    """A user of a container sees exactly its processes by its own PIDs, and no private file."""
    lines = podman("exec", f"--user={user}", name, "sh", "-c", LOOK, "sh",
                   *PRIVATE).stdout.splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines) if line.startswith("cat: ")), len(lines))
    view = formats.Listing("".join(lines[:first]).encode())
    want = sorted((containers.inner_pid(pid), containers.comm(pid))
                  for pid in containers.beside(init))
    tap.ok(f"hog-{name}".encode() in {comm for _, comm in want}, f"({name}: it has a hog)", want)
    tap.equal([(record["pid"], record["comm"]) for record in view.records], want,
              f"{name}: user {user} sees exactly its processes")
    said = [line.rstrip() for line in lines[first:]]
    tap.ok(said[1::2] == [f"{path}: 1" for path in PRIVATE] and
           all(line.endswith(("Operation not permitted", "Permission denied"))
               for line in said[::2]), f"{name}: user {user} is refused {' '.join(PRIVATE)}", said)


def test(tap):
    """Podman."""
    containers.make_rootfs("hog-plain", "hog-mapped")
    os.makedirs(STATE)
    lib.command("tar", "-C", containers.ROOTFS, "-cf", f"{STATE}/image.tar", ".")
    podman("import", "--quiet", f"{STATE}/image.tar", IMAGE)
    lib.load(sample_ns=50 * lib.MS, window_ns=100 * lib.MS)
    plain = start("plain", f"--user={containers.USER}")
    # Before 5.12 crun cannot reach the files that podman makes for it. 33-containers has a mapped
    # container there too.
    mapped = lib.KERNEL >= (5, 12) and start("mapped", "--privileged", f"--uidmap={IDS}",
                                             f"--gidmap={IDS}")
    # The window that shows both stays the last one: what podman starts now is not in it.
    lib.wait_windows(3)
    lib.must_set(window_ns=3600 * lib.SECOND)
    lib.wait_samples()
    check(tap, "plain", plain, containers.USER)
    check(tap, "plain", plain, 0)
    if mapped:
        check(tap, "mapped", mapped, 0)
    else:
        tap.skip("mapped: user 0 sees exactly its processes", "podman cannot start it before 5.12")
    # podman itself waits for an end for five seconds, which can be too short under emulation.
    podman("kill", "--all", "--signal=KILL")
    lib.wait_until(lambda: not any(os.path.exists(f"/proc/{init}") for init in (plain, mapped)
                                   if init))
    podman("rm", "--all", "--force", "--time=0")


harness.main(test)
