#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=main timeout=180 matrix=yes
"""Every field of a record against the kernel's own numbers."""

import os
import re
import signal
import time

import harness
import lib
import tasks

BUSY_MS = 5000
PF_KTHREAD = 0x00200000
DISK_BYTES = 4 << 20
DATAGRAMS = 3000
DATAGRAM_BYTES = 40
PAGE = 4096
# The kernel's counters of resident pages are exact but for this many pages per CPU and kind
# of page (percpu_counter_batch, three kinds); VmRSS is exact since 6.17 and 6.12.40.
RSS_SLACK = 3 * 32 * PAGE
MEM_MIB = 48


def within_percent(got, want):
    """Whether two numbers differ by at most a hundredth."""
    return abs(got - want) * 100 <= want


def busy(*args):
    """A hog that next to nothing interrupts: at each switch a host may take the CPU away, and
    the kernel and the module have read their clocks on two sides of that (see 19-exact.py)."""
    return tasks.Worker("/usr/bin/chrt", "-r", 1, "/payload/hog", *args, "-t", BUSY_MS, "-p")


def check_busy(tap):
    """CPU time, samples being taken on other CPUs: one thread, several, without a leader."""
    os.sched_setaffinity(0, {0})
    old = busy("-a", 2, "-j", 2)
    time.sleep(1)  # so that the modules meet a process with a past
    old.process.send_signal(signal.SIGSTOP)
    lib.wait_until(lambda: {tasks.status(f"{old.pid}/task/{task}", "State")
                            for task in os.listdir(f"/proc/{old.pid}/task")} == {"T"})
    lib.load(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    old.process.send_signal(signal.SIGCONT)
    cases = {
        "that is busy": busy("-a", 1, "-m", MEM_MIB),
        "with two threads, older than the modules": old,
        "whose leader has exited": busy("-a", 1, "-l"),
    }
    leaderless = cases["whose leader has exited"]
    for worker in cases.values():
        worker.said()
    os.sched_setaffinity(0, range(os.cpu_count()))
    lib.wait_samples()
    books = lib.listing()
    for name, worker in cases.items():
        got, want = books.of(worker.pid)["cpu_ns"], tasks.exact_ns(worker.pid)
        tap.ok(within_percent(got, want), f"cpu_ns of a process {name}",
               f"cpu_ns={got} kernel={want}")
        tap.note(f"cpu_ns: {name}: {got}, {got - want:+}")
    tap.equal(tasks.stat_fields(leaderless.pid)[0], "Z", "(that leader is a zombie)")
    check_memory(tap, books, cases["that is busy"])
    tap.equal(books.of(old.pid)["wakeups"], tasks.thread_switches(old.pid),
              "wakeups of a process older than the modules")
    return cases


def check_memory(tap, books, worker):
    """A process with much memory, that was not written to for some time."""
    got, want = books.of(worker.pid)["mem"], int(tasks.status(worker.pid, "VmRSS")) * 1024
    tap.ok(want > MEM_MIB << 20, "(it has memory)", want)
    tap.ok(abs(got - want) <= RSS_SLACK * os.cpu_count(), "mem is VmRSS",
           f"mem={got} VmRSS={want}")


def check_disk(tap):
    """Storage I/O past the page cache, by threads that have ended, too."""
    lib.command("modprobe", "brd", "rd_nr=1", "rd_size=8192")
    want = {}
    for name, args, number in (
            ("a reader", ("read", "/dev/vda", DISK_BYTES), [DISK_BYTES, 0]),
            ("a writer", ("write", "/dev/ram0", DISK_BYTES), [0, DISK_BYTES]),
            ("threads that read", ("read", "/dev/vda", DISK_BYTES // 4, 4), [DISK_BYTES, 0]),
            ("threads that write", ("write", "/dev/ram0", DISK_BYTES // 2, 3),
             [0, DISK_BYTES // 2 * 3])):
        worker = tasks.Worker("diskio", *args)
        worker.said()
        want[worker] = name, number
    lib.wait_samples()
    books = lib.listing()
    for worker, (name, number) in want.items():
        got = [books.of(worker.pid)[key] for key in ("diski", "disko")]
        tap.equal(got, number, f"diski and disko of {name}")
        tap.equal(got, [tasks.io_bytes(worker.pid, key) for key in ("read_bytes", "write_bytes")],
                  f"those of {name} are /proc/PID/io's")
        worker.end()
    lib.command("rmmod", "brd")


def check_sum(tap):
    """The system as a whole has packets of known number, once."""
    before = lib.listing().system
    received = DATAGRAMS if lib.COUNTS_UDP_RECEIVED else 0
    with tasks.Worker("packets", "udp", DATAGRAMS, DATAGRAM_BYTES) as worker:
        worker.said()
        lib.wait_samples()
        now = lib.listing().system
    tap.equal([now[key] - before[key] for key in ("rx", "tx")], [received, DATAGRAMS],
              "the system as a whole has seen each packet once")


def check_all(tap, books):
    """What holds for every record."""
    wrong = []
    for record in books.processes:
        try:
            flags = int(tasks.stat_fields(record["pid"])[6])
            want = int(bool(flags & PF_KTHREAD)), 1
        except (FileNotFoundError, ProcessLookupError):
            continue  # gone since
        if (record["kernel"], record["alive"]) != want:
            wrong.append(record)
    tap.ok(not wrong, "kernel and alive of every process", *wrong)
    tap.ok(sum(record["kernel"] for record in books.processes) > 20, "(kernel threads are there)")
    tap.equal({record["mem"] for record in books.processes if record["kernel"]}, {0},
              "kernel threads have no memory of their own")
    tap.equal({record["instructions"] for record in books.records}, {0},
              "instructions are 0 without a meter")
    listed = {record["pid"] for record in books.processes}
    missing = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
               if pid not in listed and os.path.exists(f"/proc/{pid}/stat")]
    # What was born since the listing is not missing.
    missing = [pid for pid in missing if pid < max(listed)]
    tap.ok(not missing, "every process is listed, asleep or not", missing)


def check_files(tap):
    """The files for everybody show the same numbers."""
    lib.wait_windows(2)
    books = lib.listing()
    window = {record["pid"]: record for record in lib.listing(lib.CGROUP).records}
    live = {record["pid"]: record for record in lib.listing(lib.ALL).records}
    quiet = [record for record in books.processes if record["comm"] == b"hog"]
    tap.ok(len(quiet) >= 3, "(processes that wait are there)", quiet)
    for name, shown, prefix in (("all", live, ""), ("cgroup", window, "window_")):
        wrong = [(record, shown.get(record["pid"])) for record in quiet
                 if record["pid"] not in shown or any(
                     shown[record["pid"]][key] != record[prefix + key]
                     for key in ("energy", "alive", "cpu_ns", "mem", "instructions", "wakeups",
                                 "diski", "disko", "rx", "tx", "energy_uj"))]
        tap.ok(not wrong, f"/proc/energy/{name} shows what debugfs does", *wrong)
    wrong = [record for record in books.processes
             if record["energy_uj"] != record["energy_nj"] // 1000]
    tap.ok(not wrong, "energy_uj is energy_nj", *wrong)


def check_system(tap, books):
    """pid 0."""
    first = books.records[0]
    tap.equal([first["pid"], first["comm"], first["alive"]], [0, b"system", 1],
              "the first record is the system")
    meminfo = dict(re.findall(r"(\w+):\s+(\d+) kB", lib.text("/proc/meminfo")))
    used = (int(meminfo["MemTotal"]) - int(meminfo["MemFree"])) * 1024
    tap.ok(within_percent(first["mem"], used) or abs(first["mem"] - used) < 8 << 20,
           "its mem is the machine's memory in use", f"mem={first['mem']} used={used}")
    uptime = float(lib.text("/proc/uptime").split()[0]) * lib.SECOND
    tap.ok(0 < first["cpu_ns"] <= uptime * os.cpu_count(), "its cpu_ns is possible",
           first, uptime)


def test(tap):
    """Fields."""
    cases = check_busy(tap)
    check_files(tap)
    for worker in cases.values():
        worker.end()
    check_disk(tap)
    check_sum(tap)
    books = lib.listing()
    check_all(tap, books)
    check_system(tap, books)


harness.main(test)
