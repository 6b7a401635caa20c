#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=cgroups timeout=200 topology=1x2 matrix=yes
"""Totals per cgroup: the tree, migration, removal, and who may read them."""

import os

import formats
import hardware
import harness
import lib
import tasks

PACE = {"sample_ns": 50 * lib.MS, "window_ns": 200 * lib.MS}


def make(*names):
    """Cgroups below the root."""
    for name in names:
        os.mkdir(f"{lib.CGROUPS}/{name}")


def put(pid, cgroup):
    """Move a process to a cgroup."""
    lib.write(f"{lib.CGROUPS}/{cgroup}/cgroup.procs", pid)


def worker_in(cgroup, *args):
    """A workload that is in a cgroup from its first instruction on."""
    script = f'echo 0 >{lib.CGROUPS}/{cgroup}/cgroup.procs && exec "$@"'
    return tasks.Worker("/bin/sh", "-c", script, "sh", *args)


def read_in(cgroup, path, *prefix):
    """What cat says in a cgroup."""
    script = f'echo 0 >{lib.CGROUPS}/{cgroup}/cgroup.procs && exec "$@"'
    return lib.command("/bin/sh", "-c", script, "sh", *prefix, "cat", path, check=False)


def stat_in(cgroup, *prefix):
    """The totals that somebody in a cgroup sees."""
    return formats.parse_stat(read_in(cgroup, lib.STAT, *prefix).stdout.encode())


def settled():
    """Books and cgroups of one and the same sample."""
    while True:
        # None is due for as long as it takes.
        lib.must_set(window_ns=10 * lib.SECOND, sample_ns=10 * lib.SECOND)
        books, rows = lib.settled_listing(), lib.cgroups()
        same = lib.system()["iterations"] == books["iterations"] == rows.header["iterations"]
        lib.must_set(**PACE)
        if same:
            return books, rows


def used(now, then, key):
    """How much more there is now."""
    return now[key] - then[key]


def check_tree(tap):
    """What is used in a cgroup counts in all above it, to the nanojoule."""
    make("a", "a/b", "a/c", "d")
    hogs = {name: worker_in(name, "/payload/hog", "-s", "-t", 600, "-p") for name in
            ("a", "a/b", "a/c", "d")}
    # They were born in the root, and have left their past there.
    for hog in hogs.values():
        lib.wait_until(lambda pid=hog.pid: tasks.status(pid, "Name") == "hog" and
                       tasks.status(pid, "State") == "S")
    lib.wait_samples()
    books, before = settled()
    born = {name: books.of(hog.pid) for name, hog in hogs.items()}
    for hog in hogs.values():
        hog.start()
    for hog in hogs.values():
        hog.said()
    with hardware.frozen():
        books, rows = settled()
    record = {name: books.of(hog.pid) for name, hog in hogs.items()}
    tap.equal(rows["/"]["energy_nj"], books.live_nj() + books["exited_nj"],
              "the root's energy is what is charged to all processes")
    tap.equal(books.imbalance(), 0, "and the books balance")
    for name in ("a/b", "a/c", "d"):
        tap.equal([used(rows[f"/{name}"], before[f"/{name}"], key)
                   for key in ("energy_nj", "cpu_ns")],
                  [used(record[name], born[name], key) for key in ("energy_nj", "cpu_ns")],
                  f"{name}'s totals are those of its process")
    for key in ("energy_nj", "cpu_ns", "wakeups"):
        tap.equal(used(rows["/a"], before["/a"], key),
                  sum(used(record[name], born[name], key) for name in ("a", "a/b", "a/c")),
                  f"a's {key} is that of all in it and below it")
    tap.ok(used(rows["/a/b"], before["/a/b"], "energy_nj") > 10**8, "(which is some)",
           rows["/a/b"])
    tap.equal([rows["/a/b"]["parent"], rows["/a"]["parent"], rows["/"]["parent"]],
              [rows["/a"]["cgroup"], rows["/"]["cgroup"], 0], "parents are named")
    tap.equal(rows["/a/b"]["cgroup"], os.stat(f"{lib.CGROUPS}/a/b").st_ino,
              "the id is the directory's inode number")
    return hogs


def check_stat(tap, hogs):
    """cgroup.stat is the same, of one's own cgroup, as of a window."""
    lib.wait_windows(2)
    rows = lib.cgroups()
    for name in ("a", "a/b", "d"):
        # of these nothing runs any more
        row, seen = rows[f"/{name}"], stat_in(name)
        # the reader's own life in there began with the shell
        tap.ok(row["energy_nj"] // 1000 <= seen["energy_uj"] <= row["energy_nj"] // 1000 + 10**6,
               f"{name}: cgroup.stat is that cgroup's", row, seen)
    tap.equal(stat_in("d", "unshare", "-Urpf", "--mount-proc")["wakeups"] >
              rows["/d"]["wakeups"] - 1, True, "a container's root sees its own cgroup's")
    no = read_in("", lib.STAT, "setpriv", f"--reuid={lib.NOBODY}", f"--regid={lib.NOBODY}",
                 "--clear-groups")
    tap.ok(no.returncode and "not permitted" in no.stderr, "not the root's for nobody", no)
    tap.ok(stat_in("d", "setpriv", f"--reuid={lib.NOBODY}", f"--regid={lib.NOBODY}",
                   "--clear-groups")["cpu_ns"], "its own cgroup's for nobody")
    tap.ok(stat_in("")["cpu_ns"] > sum(stat_in(name)["cpu_ns"] for name in ("a", "d")),
           "the root's for an administrator")
    for path, mode in ((lib.STAT, 0o444), (lib.CGROUPS_LIST, 0o400)):
        tap.equal(os.stat(path).st_mode & 0o777, mode, f"{path}: mode")
    done = read_in("a", lib.CGROUPS_LIST, "unshare", "-Urpf", "--mount-proc")
    tap.ok(done.returncode and "not permitted" in done.stderr,
           "the list is not for root of a container", done)
    check_opener(tap)


def check_opener(tap):
    """The scope of cgroup.stat is the opener's, not the reader's."""
    put(os.getpid(), "a/b")
    fd = os.open(lib.STAT, os.O_RDONLY)
    put(os.getpid(), "d")
    # To look is work, too.
    lib.wait_until(lambda: (rows := lib.cgroups())["/d"]["cpu_ns"] > rows["/a/b"]["cpu_ns"])
    lib.wait_windows(2)
    kept = formats.parse_stat(os.pread(fd, 4096, 0))
    rows = lib.cgroups()
    put(os.getpid(), "")
    os.close(fd)
    tap.ok(rows["/d"]["cpu_ns"] > rows["/a/b"]["cpu_ns"], "(d has used more)", rows)
    tap.equal([kept["energy_uj"], kept["cpu_ns"]],
              [rows["/a/b"]["energy_nj"] // 1000, rows["/a/b"]["cpu_ns"]],
              "a descriptor keeps its opener's cgroup")


def check_migration(tap):
    """The past stays where it was spent."""
    make("from", "to")
    hog = worker_in("from", "/payload/hog", "-s", "-t", 100000)
    lib.wait_until(lambda: tasks.status(hog.pid, "Name") == "hog" and
                   tasks.status(hog.pid, "State") == "S")
    lib.wait_samples()
    books, rows = settled()
    born_nj = books.of(hog.pid)["energy_nj"] - rows["/from"]["energy_nj"]
    hog.start()
    lib.wait_until(lambda: lib.cgroups()["/from"]["energy_nj"] > 10**9)
    put(hog.pid, "to")
    lib.wait_samples()
    left = lib.wait_until(lambda: "/to" in (rows := lib.cgroups()) and rows)
    lib.wait_until(lambda: lib.cgroups()["/to"]["energy_nj"] > left["/to"]["energy_nj"] + 10**9)
    with hardware.frozen():
        books, rows = settled()
    tap.equal(rows["/from"]["energy_nj"], left["/from"]["energy_nj"],
              "what it used before it moved stays where it was, and nothing is added")
    tap.equal(rows["/from"]["energy_nj"] + rows["/to"]["energy_nj"],
              books.of(hog.pid)["energy_nj"] - born_nj, "both together are what the process has used")
    hog.end()
    lib.wait_windows(3)
    books, after = settled()
    tap.ok(books.of(hog.pid) is None and after["/to"]["energy_nj"] >= rows["/to"]["energy_nj"],
           "totals survive their processes", after["/to"])
    return after


def check_removal(tap, before):
    """Gone cgroups are shown as gone in one window; their totals stay in those above."""
    lib.must_set(window_ns=2 * lib.SECOND)
    lib.wait_windows(1)
    root = before["/"]["energy_nj"]
    os.rmdir(f"{lib.CGROUPS}/from")
    gone = lib.wait_until(lambda: (row := lib.cgroups().get("/from")) and not row["alive"] and row)
    tap.equal(gone["energy_nj"], before["/from"]["energy_nj"],
              "a removed cgroup is shown with alive=0")
    lib.wait_until(lambda: "/from" not in lib.cgroups())
    tap.ok(lib.cgroups()["/"]["energy_nj"] >= root, "then it is gone, its energy is not")
    lib.must_set(**PACE)


def test(tap):
    """Cgroups."""
    lib.load(**PACE)
    hogs = check_tree(tap)
    check_stat(tap, hogs)
    for hog in hogs.values():
        hog.end()
    check_removal(tap, check_migration(tap))


harness.main(test)
