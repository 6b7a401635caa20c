#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=containers timeout=150
"""Containers as crun makes them: each sees itself, and none the machine."""

import os

import containers
import formats
import harness
import lib
import tasks

USER = containers.USER
CGROUP = ("cat", lib.CGROUP)
HOURLY = 3600 * lib.SECOND
NO = ("Operation not permitted", "Permission denied")
PRIVATE = (lib.ALL, lib.CGROUPS_LIST, f"{containers.DEBUGFS}/energy/all",
           f"{containers.DEBUGFS}/energy/sys")
HOGS = {"plain": ("hog-a1", "hog-a2"), "twin": ("hog-b",), "mapped": ("hog-u",),
        "nest": ("hog-n", "hog-inner", "hog-other"), "hostpid": ("hog-h",),
        "rootcgroup": ("hog-r",), "masked": ("hog-m",)}
NEST = """
for name in inner other; do
	mkdir /sys/fs/cgroup/$name
	(echo 0 >/sys/fs/cgroup/$name/cgroup.procs && exec hog-$name -n 200 -p) &
done
hog-n -n 200 -p &
wait
"""


def hogs(name):
    """A script that starts a container's hogs."""
    return " ".join(f"{hog} -n 200 -p &" for hog in HOGS[name]) + " wait"


def start():
    """All containers; their hogs have worked and wait."""
    new = containers.Container
    mapped = containers.NAMESPACES + ("user",)
    visible = tuple(kind for kind in containers.NAMESPACES if kind not in ("pid", "cgroup"))
    found = {
        "plain": new("plain", hogs("plain")),
        "twin": new("twin", hogs("twin")),
        "mapped": new("mapped", hogs("mapped"), uid=0, namespaces=mapped,
                      capabilities=containers.ALL_CAPABILITIES),
        "nest": new("nest", NEST, uid=0),
        "hostpid": new("hostpid", hogs("hostpid"), namespaces=visible),
        "rootcgroup": new("rootcgroup", hogs("rootcgroup"), manager="disabled"),
        "masked": new("masked", hogs("masked"), masked=("/proc/energy",)),
    }
    for name, container in found.items():
        # Each hog says a line when it is done.
        lib.wait_until(lambda: lib.text(container.log).count("pid=") == len(HOGS[name]))
    return found


def stop_windows():
    """The last window shows those who wait now, and stays the last one."""
    lib.wait_windows(3)
    lib.must_set(window_ns=HOURLY)
    lib.wait_samples()


def check_view(tap, name, view, pids, pid_of, title):
    """A listing has these processes and no other, by their PIDs in it, with their numbers."""
    books = lib.listing()
    want = sorted((pid_of(pid), containers.comm(pid), books.of(pid)["window_cpu_ns"])
                  for pid in pids)
    tap.ok(set(HOGS[name]) & {comm.decode() for _, comm, _ in want}, f"({title}: it has hogs)",
           want)
    tap.equal([(record["pid"], record["comm"], record["cpu_ns"]) for record in view.records],
              want, title)


def check_views(tap, found):
    """Each container sees its own processes, by its own PIDs."""
    inner = containers.inner_pid
    for name in ("plain", "twin", "mapped"):
        check_view(tap, name, found[name].listing(*CGROUP), containers.below(name), inner,
                   f"{name}: a user sees exactly the container's processes")
    for name in ("plain", "mapped", "nest"):
        check_view(tap, name, found[name].listing(*CGROUP, uid=0), containers.below(name),
                   inner, f"{name}: and so does its root")
    check_view(tap, "hostpid", found["hostpid"].listing(*CGROUP),
               containers.below("hostpid"), int,
               "hostpid: with the host's PIDs it still sees itself alone")
    check_view(tap, "rootcgroup", found["rootcgroup"].listing(*CGROUP),
               containers.beside(found["rootcgroup"].pid), inner,
               "rootcgroup: without a cgroup of its own a user sees its own processes")


def check_nested(tap, found):
    """A cgroup made in a container sees itself; the container sees it."""
    for name in ("inner", "other"):
        script = f"echo 0 >/sys/fs/cgroup/{name}/cgroup.procs && exec cat {lib.CGROUP}"
        view = found["nest"].listing("sh", "-c", script, uid=0)
        check_view(tap, "nest", view, containers.below(f"nest/{name}"), containers.inner_pid,
                   f"nest: {name} sees itself, not what is beside or above it")


def check_stat(tap, found):
    """A container's totals are its own."""
    for name, uid in (("plain", USER), ("twin", USER), ("mapped", 0), ("nest", 0)):
        listed = sum(record["cpu_ns"] for record in found[name].listing(*CGROUP).records)
        said = found[name].run("cat", lib.STAT, uid=uid).stdout.encode()
        # Since the window crun has been at work in there.
        now = lib.cgroups()[f"/{name}"]["cpu_ns"]
        tap.ok(listed <= formats.parse_stat(said)["cpu_ns"] <= now,
               f"{name}: cgroup.stat is the container's", listed, said, now)
    check_refused(tap, found["rootcgroup"], USER, [lib.STAT])


def check_refused(tap, container, uid, paths):
    """What is not for containers says no."""
    script = 'for path; do echo "$path: $(cat "$path" 2>&1)"; done'
    lines = container.run("sh", "-c", script, "sh", *paths, uid=uid).stdout.splitlines()
    bad = [line for line in lines if not line.endswith(NO)]
    tap.ok(len(lines) == len(paths) and not bad,
           f"{container.name}: {', '.join(paths)} refuse user {uid}", *lines)


def check_private(tap, found):
    """The machine's files, for users, container root, and root of a user namespace."""
    for name, uid in (("plain", USER), ("plain", 0), ("hostpid", 0), ("nest", 0),
                      ("mapped", USER), ("mapped", 0)):
        check_refused(tap, found[name], uid, PRIVATE)
    script = "cat /proc/self/status; mkdir /tmp/m; for kind in debugfs tracefs proc; do " \
             "mount -t $kind none /tmp/m && echo mounted $kind; done; cat /tmp/m/energy/all"
    done = found["mapped"].run("sh", "-c", script, uid=0, check=False)
    tap.ok("CapEff:\t000001ff" in done.stdout and
           "\nmounted proc\n" in done.stdout, "(mapped: its root has all capabilities there)",
           done)
    tap.ok("mounted debugfs" not in done.stdout and "mounted tracefs" not in done.stdout and
           done.returncode and done.stderr.rstrip().endswith(NO),
           "mapped: mounting file systems of its own does not help it", done)
    done = found["mapped"].run("sh", "-c", f"echo {HOURLY} >{lib.PARAMS}/sample_ns", uid=0,
                               check=False)
    tap.ok(done.returncode and lib.param("sample_ns") < HOURLY,
           "mapped: nor can it set parameters", done)


def check_modes(tap, found):
    """What an administrator opens by mistake stays closed; what is closed is closed."""
    plain, mapped = found["plain"], found["mapped"]
    modes = {path: os.stat(path).st_mode for path in
             (lib.ALL, lib.CGROUPS_LIST, lib.CGROUP, lib.STAT)}
    for path in modes:
        os.chmod(path, 0o444)
    check_refused(tap, plain, USER, [lib.ALL, lib.CGROUPS_LIST])
    check_refused(tap, mapped, 0, [lib.ALL, lib.CGROUPS_LIST])
    # For mounts of procfs that have not looked at them yet, so for containers started later.
    for path in modes:
        os.chmod(path, 0o400)
    script = f'mount -t proc proc /tmp && exec "$@" cat {" ".join(modes)}'
    done = lib.command("unshare", "-mpf", "sh", "-c", script.replace("/proc/", "/tmp/"), "sh",
                       *tasks.as_user(lib.NOBODY), check=False)
    tap.equal((done.stdout, done.stderr.count("Permission denied")), ("", len(modes)),
              "files closed by chmod are closed for containers that start then")
    for path, mode in modes.items():
        os.chmod(path, mode)
    done = found["masked"].run("ls", "/proc/energy", uid=0)
    tap.equal((done.stdout, done.stderr), ("", ""), "masked: a masked /proc/energy is empty")


def test(tap):
    """Containers."""
    containers.make_rootfs(*(hog for names in HOGS.values() for hog in names))
    lib.load(sample_ns=50 * lib.MS, window_ns=100 * lib.MS)
    try:
        found = start()
        stop_windows()
        check_views(tap, found)
        check_stat(tap, found)
        check_nested(tap, found)
        check_private(tap, found)
        check_modes(tap, found)
    finally:
        containers.end_all()


harness.main(test)
