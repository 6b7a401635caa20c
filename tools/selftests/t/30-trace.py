#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=400 matrix=yes
"""Tracepoints: perf and tracefs record every exit and every delta, with nothing lost."""

import contextlib
import os
import re
import subprocess
import tempfile

import formats
import harness
import lib
import tasks

TRACEFS = "/sys/kernel/tracing"
EVENTS = ("energy_exit", "energy_sample")
NUMBER = 500
PACKETS = 100
DISK_BYTES = 256 << 10
# A name that is two lines, the second of which is an event.
HOSTILE = b"a\n comm=b\\ \xff="
# Of a record and of an exit.
SAME = ("kernel", "cpu_ns", "mem", "instructions", "wakeups", "diski", "disko", "rx", "tx",
        "energy_nj")
WENT_TO = ("attributed_nj", "unattributed_nj", "idle_nj", "pending_nj", "reported_nj")
TEXT = ("kind", "source", "domain", "comm")


class Perf:
    """perf record of all our events on all CPUs."""

    def __init__(self, directory):
        self.data = f"{directory}/perf.data"
        self.process = None
        # Our ends and perf's, which begins to record when it is told to.
        perf_reads, self.control = os.pipe()
        self.ack, perf_writes = os.pipe()
        self.perf_ends = (perf_reads, perf_writes)

    def __enter__(self):
        self.process = subprocess.Popen(
            ["perf", "record", "-q", "-a", "-e", "energy:*", "-m", "8M", "-o", self.data,
             "-D", "-1", "--control=fd:%d,%d" % self.perf_ends],
            pass_fds=self.perf_ends, stderr=subprocess.PIPE, text=True)
        for end in self.perf_ends:
            os.close(end)
        os.write(self.control, b"enable\n")
        if not os.read(self.ack, 16).startswith(b"ack"):
            raise RuntimeError(f"perf does not record: {self.process.communicate()}")
        return self

    def stop(self):
        """End the recording; return what perf had to say."""
        os.write(self.control, b"stop\n")
        return self.process.communicate()[1]

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def events(self):
        """What was recorded, as lines, and what was lost."""
        lines = subprocess.run(
            ["perf", "script", "-i", self.data, "-F", "event,trace", "--show-lost-events"],
            check=True, capture_output=True).stdout.splitlines()
        return ([line for line in lines if b"LOST" not in line],
                [line for line in lines if b"LOST" in line])


@contextlib.contextmanager
def tracefs():
    """An instance of the kernel's tracer that records all our events; gives a function."""
    path = f"{TRACEFS}/instances/energy"
    os.mkdir(path)
    try:
        lib.write(f"{path}/buffer_size_kb", 16384)
        lib.write(f"{path}/events/energy/enable", 1)

        def lines():
            lib.write(f"{path}/events/energy/enable", 0)
            with open(f"{path}/trace", "rb") as file:
                return [line for line in file.read().splitlines() if line[:1] != b"#"]
        yield lines
        lost = sum(int(re.search(r"^overrun: (\d+)", lib.text(f"{path}/per_cpu/{cpu}/stats"),
                                 re.M)[1]) for cpu in os.listdir(f"{path}/per_cpu"))
        if lost:
            raise RuntimeError(f"tracefs lost {lost} events")
    finally:
        os.rmdir(path)


def parse(lines):
    """The events by name, in the order of their timestamps: dicts."""
    found = {name: [] for name in EVENTS}
    for line in lines:
        match = re.search(rb"\b(energy_\w+): +(timestamp=.*)$", line)
        if not match:
            raise formats.BadLine(line)
        event = dict(word.split(b"=") for word in match[2].split(b" "))
        event = {key.decode(): value if key.decode() in TEXT else int(value)
                 for key, value in event.items()}
        found[match[1].decode()].append(event)
    for events in found.values():
        events.sort(key=lambda event: event["timestamp"])
    return found


def between(events, before, after):
    """The events from one listing to the other."""
    return [event for event in events
            if before["timestamp"] < event["timestamp"] <= after["timestamp"]]


def none_dead():
    """A settled listing at a moment when no record of the dead is left."""
    def look():
        found = lib.settled_listing()
        return None if found["dead"] else found
    return lib.wait_until(look)


def start_workers():
    """One of each number that processes have; the hostile one, and all."""
    lib.command("modprobe", "brd", "rd_nr=1", "rd_size=1024")
    workers = [tasks.Worker("forge", HOSTILE.hex()),
               tasks.Worker("packets", "udp", PACKETS, 10),
               tasks.Worker("diskio", "read", "/dev/vda", DISK_BYTES),
               tasks.Worker("diskio", "write", "/dev/ram0", DISK_BYTES)]
    for worker in workers:
        worker.said()
    return workers[0], workers


def dead_of(named):
    """Records of those who are dead and have one of the names."""
    return [record for record in lib.settled_listing().processes
            if record["comm"] in named and not record["alive"]]


def check_exits(tap, listed, exits, named):
    """Every one that was listed dead, once, with the totals that it was listed with."""
    pids = {record["pid"]: record for record in listed}
    told = [event for event in exits if formats.unescape(event["comm"]) in named]
    tap.equal(len(told), len(listed), "every one of them is told")
    tap.equal(sorted(event["tgid"] for event in told), sorted(pids), "and each of them once")
    wrong = []
    for event in told:
        record = pids.get(event["tgid"])
        if not record:
            continue
        wrong += [(key, event, record) for key in SAME if event[key] != record[key]]
        if (formats.unescape(event["comm"]) != record["comm"] or
                event["score_nj"] // 1000 * 1000 != record["energy"]):
            wrong.append(("comm, energy", event, record))
    tap.ok(not wrong, "with the totals that were listed", len(wrong), *wrong[:3])


def check_samples(tap, samples, before, after):
    """Each domain's deltas make up what it measured; no sample is missing."""
    for dom in after.domains:
        name = dom["domain"]
        first = before.domain(name)
        events = [event for event in samples if event["domain"] == name.encode()]
        tap.equal(sum(event["delta_nj"] for event in events),
                  dom["measured_nj"] - first["measured_nj"], f"{name}: the sum of its deltas")
        tap.equal(len(events), after["samples"] - before["samples"], f"{name}: every sample")
        wrong = [event for event in events
                 if event["measured_nj"] != sum(event[key] for key in WENT_TO)]
        tap.ok(not wrong, f"{name}: its account balances in each", *wrong[:3])
        begins = [before["timestamp"], *(event["timestamp"] for event in events)]
        wrong = [event for begin, event in zip(begins, events)
                 if event["timestamp"] - event["dt_ns"] != begin]
        tap.ok(not wrong, f"{name}: each begins where the last one ended", *wrong[:3])
        keys = ("kind", "instance", "source", "billed", "measured_nj", *WENT_TO)
        last = {key: value.decode() if key in TEXT else value
                for key, value in events[-1].items()}
        tap.equal([last[key] for key in keys], [dom[key] for key in keys],
                  f"{name}: the last one is what debugfs has")


def test(tap):
    """Trace."""
    lib.load(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
    cgroup = f"{lib.CGROUPS}/trace"
    os.makedirs(cgroup, exist_ok=True)
    cgid = os.stat(cgroup).st_ino
    with tempfile.TemporaryDirectory() as directory, Perf(directory) as perf, tracefs() as trace:
        before = none_dead()
        # All of the dead stay listed while no second window begins.
        lib.must_set(window_ns=3600 * lib.SECOND)
        hostile, workers = start_workers()
        lib.write(f"{cgroup}/cgroup.procs", hostile.pid)
        start = int(tasks.stat_fields(hostile.pid)[22 - 3])
        said = tasks.Worker("swarm", "-n", NUMBER, "-u", 200, "-U", 1000, "-c", "ex").said()
        tap.equal(said["started"], NUMBER, "(they have run)")
        for worker in workers:
            worker.end()
        named = {HOSTILE, b"packets", b"diskio", *(b"ex%d" % i for i in range(NUMBER))}
        lib.wait_until(lambda: len(dead_of(named)) == NUMBER + 5)
        lib.wait_samples(3)
        listed = dead_of(named)
        missing = [key for key in SAME if not any(record[key] for record in listed)]
        tap.equal(missing, ["kernel", "instructions"] + ["rx"] * (not lib.COUNTS_UDP_RECEIVED),
                  "(they have used all that there is)")
        lib.must_set(window_ns=200 * lib.MS)
        after = none_dead()
        complaints = perf.stop()
        lines, lost = perf.events()
        other = parse(trace())
    os.rmdir(cgroup)
    lib.command("rmmod", "brd")

    tap.equal([lost, "lost" in complaints.lower()], [[], False], "perf lost nothing")
    found = parse(lines)
    for name in EVENTS:
        found[name] = between(found[name], before, after)
        tap.equal(between(other[name], before, after), found[name],
                  f"{name}: tracefs has what perf has")
    exits = found["energy_exit"]
    check_exits(tap, listed, exits, named)
    tap.equal(sum(event["energy_nj"] for event in exits),
              after["exited_nj"] - before["exited_nj"], "all exits together: what has exited")
    event = next((event for event in exits if event["tgid"] == hostile.pid), None)
    tick_ns = lib.SECOND // os.sysconf("SC_CLK_TCK")
    tap.equal(event and [event["cgid"], event["start_ns"] // tick_ns], [cgid, start],
              "cgroup id and start time are the kernel's")
    check_samples(tap, found["energy_sample"], before, after)
    tap.note(f"{len(exits)} exits, {len(found['energy_sample'])} samples of domains")


harness.main(test)
