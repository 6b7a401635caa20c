#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=scope timeout=180
"""Who may see what: privilege, cgroups, users, containers, hidepid, inherited files."""

import os
import socket

import formats
import harness
import lib
import tasks

OTHER = lib.NOBODY - 1
HIDING = "/run/hiding"


def refused(*args):
    """Whether cat said no, and the reason."""
    done = lib.command(*args, check=False, env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout, done.stderr.rpartition(": ")[2].strip()


def pids(*args, **options):
    """The PIDs in what a command printed, and all of its lines checked."""
    return {record["pid"] for record in
            formats.Listing(lib.command(*args, **options).stdout.encode()).records}


def check_privilege(tap):
    """The files of the whole machine are for its administrators."""
    no = (1, "", "Permission denied")
    bare = (1, "", "Operation not permitted")
    container = ("unshare", "-Urpf", "--mount-proc")
    without = ("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin")
    tap.equal([os.stat(path).st_mode & 0o777 for path in (lib.ALL, lib.CGROUP, lib.DEBUG_ALL,
                                                          lib.DEBUG_SYS)],
              [0o400, 0o444, 0o400, 0o400], "modes")
    tap.equal(refused(*tasks.as_user(lib.NOBODY, "cat", lib.ALL)), no, "all: not for nobody")
    for path in (lib.ALL, lib.DEBUG_ALL, lib.DEBUG_SYS):
        tap.equal(refused(*without, "cat", path), bare,
                  f"{path}: not for root without CAP_SYS_ADMIN")
    tap.equal(refused(*container, "cat", lib.ALL), bare, "all: not for root of a container")
    tap.equal(refused(*tasks.as_user(lib.NOBODY, *container, "cat", lib.ALL)), no,
              "all: not for nobody as root of a container")
    for path in (lib.DEBUG_ALL, lib.DEBUG_SYS):
        tap.equal(refused(*container, "cat", path), bare,
                  f"{path}: not for root of a container")
    tap.ok(lib.listing(lib.ALL).of(1), "all: root sees it")


def start_hogs():
    """Processes of several cgroups and users that have worked and now wait."""
    for cgroup in ("a", "a/b", "c"):
        os.mkdir(f"{lib.CGROUPS}/{cgroup}")
    hog = ("/payload/hog", "-n", 500, "-p")
    commands = {
        "a": tasks.in_cgroup("a", *hog),
        "b": tasks.in_cgroup("a/b", *tasks.as_user(lib.NOBODY, *hog)),
        "c": tasks.in_cgroup("c", *hog),
        "root": hog,
        "nobody": tasks.as_user(lib.NOBODY, *hog),
        "other": tasks.as_user(OTHER, *hog),
        "mixed": ("setpriv", f"--ruid={lib.NOBODY}", f"--euid={OTHER}", f"--regid={lib.NOBODY}",
                  "--clear-groups", *hog),
        "a-other": tasks.in_cgroup("a", *tasks.as_user(OTHER, *hog)),
    }
    hogs = {name: tasks.Worker("/usr/bin/env", *args) for name, args in commands.items()}
    return {name: worker.said()["pid"] for name, worker in hogs.items()}


def check_seen(tap, seen, hogs, want, name):
    """Which of our hogs are seen, by their names here."""
    tap.equal({who for who, pid in hogs.items() if pid in seen}, set(want), name)


def check_cgroups(tap, hogs):
    """One's own cgroup and those below; in the root one's own processes."""
    cat = ("cat", lib.CGROUP)
    seen = pids(*tasks.in_cgroup("a", *cat))
    check_seen(tap, seen, hogs, {"a", "b", "a-other"}, "a cgroup sees itself and below")
    tap.ok(not seen & {1, 2, os.getpid()}, "and nothing else", seen)
    check_seen(tap, pids(*tasks.in_cgroup("a/b", *cat)), hogs, {"b"},
               "not what is above it or beside it")
    check_seen(tap, pids(*tasks.in_cgroup("a", *tasks.as_user(lib.NOBODY, *cat))), hogs,
               {"a", "b", "a-other"}, "in a cgroup everybody sees all of it")
    seen = pids(*cat)
    check_seen(tap, seen, hogs, set(hogs), "in the root cgroup an administrator sees all")
    tap.ok({1, 2} <= seen, "kernel threads, too", seen)
    seen = pids(*tasks.as_user(lib.NOBODY, *cat))
    check_seen(tap, seen, hogs, {"b", "nobody"}, "others see there their own alone")
    wrong = {pid for pid in seen if os.path.exists(f"/proc/{pid}/status") and
             tasks.status(pid, "Uid") != str(lib.NOBODY)}
    tap.ok(not wrong, "and nobody else's", wrong)
    check_seen(tap, pids("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", *cat),
               hogs, {"a", "c", "root"}, "root without CAP_SYS_ADMIN is no administrator")


def check_opener(tap, hogs):
    """The scope is the opener's, not the reader's."""
    fd = os.open(lib.CGROUP, os.O_RDONLY)
    seen = pids(*tasks.as_user(lib.NOBODY, "cat"), stdin=fd)
    os.close(fd)
    check_seen(tap, seen, hogs, set(hogs), "what root opened shows root's view to nobody")

    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        lib.write(f"{lib.CGROUPS}/a/b/cgroup.procs", 0)
        in_b = os.open(lib.CGROUP, os.O_RDONLY)
        lib.write(f"{lib.CGROUPS}/cgroup.procs", 0)
        os.setgroups([])
        os.setresgid(lib.NOBODY, lib.NOBODY, lib.NOBODY)
        os.setresuid(lib.NOBODY, lib.NOBODY, lib.NOBODY)
        socket.send_fds(theirs, [b"x"], [in_b, os.open(lib.CGROUP, os.O_RDONLY)])
        os._exit(0)
    _, (in_b, by_nobody), *_ = socket.recv_fds(ours, 1, 2)
    os.waitpid(child, 0)
    views = [{record["pid"] for record in formats.Listing(lib.read_fd(fd)).records}
             for fd in (in_b, by_nobody)]
    check_seen(tap, views[0], hogs, {"b"}, "what was opened in a cgroup shows that cgroup")
    check_seen(tap, views[1], hogs, {"b", "nobody"}, "what nobody opened shows root nobody's")
    os.close(in_b)
    os.close(by_nobody)


def check_hidepid(tap, hogs):
    """A procfs mount that hides other users' processes hides them here too."""
    os.makedirs(HIDING)
    cat = ("cat", f"{HIDING}/energy/cgroup")
    in_a = tasks.in_cgroup("a", *tasks.as_user(lib.NOBODY, *cat))
    group = tasks.in_cgroup("a", "setpriv", f"--reuid={lib.NOBODY}", f"--regid={lib.NOBODY}",
                      f"--groups={OTHER}", *cat)
    everyone = {"a", "b", "a-other"}
    for options, seen, seen_by_group in (
            ("hidepid=2", {"b"}, {"b"}), ("hidepid=1", {"b"}, {"b"}),
            (f"hidepid=2,gid={OTHER}", {"b"}, everyone),
            (f"hidepid=4,gid={OTHER}", {"b"}, {"b"}), ("hidepid=0", everyone, everyone)):
        lib.command("mount", "-t", "proc", "-o", options, "proc", HIDING)
        check_seen(tap, pids(*in_a), hogs, seen, f"{options}: what nobody sees")
        check_seen(tap, pids(*group), hogs, seen_by_group, f"{options}: and with that group")
        check_seen(tap, pids(*cat), hogs, set(hogs), f"{options}: root sees all")
        lib.command("umount", HIDING)


def check_container(tap, hogs):
    """PID, mount and user namespaces of its own."""
    script = ("/payload/hog -n 500 -p & read line; cd /proc; echo [0-9]* >/run/inside; "
              "cat /proc/energy/cgroup")
    args = tasks.in_cgroup("c", "unshare", "-UrpfC", "--mount-proc", "sh", "-c", script)
    os.close(os.open("/run/inside", os.O_CREAT | os.O_WRONLY, 0o666))
    worker = tasks.Worker("/usr/bin/env", *args)
    inner = worker.said()["pid"]
    lib.wait_windows()
    outside = [record for record in lib.listing().processes
               if record["comm"] == b"hog" and record["pid"] not in hogs.values()]
    worker.start()
    found = formats.Listing(worker.process.stdout.read())
    inside = set(map(int, lib.text("/run/inside").split()))
    tap.equal([record["comm"] for record in found.records if record["pid"] == inner], [b"hog"],
              "a container sees its processes by its own PIDs")
    tap.ok({record["pid"] for record in found.records} <= inside | {max(inside) + 1},
           "and none from outside, of the same cgroup neither",
           sorted(record["pid"] for record in found.records), sorted(inside))
    tap.equal([record["pid"] for record in found.records],
              sorted(record["pid"] for record in found.records), "in order")
    tap.equal([record["window_cpu_ns"] for record in outside],
              [record["cpu_ns"] for record in found.records if record["pid"] == inner],
              "the numbers are those that are seen outside")


def test(tap):
    """Scope."""
    lib.load(sample_ns=100 * lib.MS, window_ns=300 * lib.MS)
    check_privilege(tap)
    hogs = start_hogs()
    lib.wait_windows()
    check_cgroups(tap, hogs)
    check_opener(tap, hogs)
    check_hidepid(tap, hogs)
    check_container(tap, hogs)


harness.main(test)
