#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=exact timeout=120 icount=yes memory=1024
"""What happens to a process in its life, and after it."""

import os
import signal
import time

import harness
import lib
import tasks

LAST_PID = "/proc/sys/kernel/ns_last_pid"
PF_KTHREAD = 0x00200000
MIB = 32
# The kernel's counters of resident pages: see 01-fields.py.
RSS_SLACK = 3 * 32 * 4096
# What it takes at most to begin and to end: instructions.
REST_NS = 8 * lib.MS * lib.SLOWER


class Child:
    """A process of ours that works when it is told to, and exits when it is told to."""

    everyone = []

    def __init__(self, name, orphan=False):
        told, self._tell = os.pipe()
        self._hear, say = os.pipe()
        self.pid = self.parent = os.fork()
        if not self.pid:
            if orphan and (pid := os.fork()):
                os.write(say, b"%d" % pid)
                signal.pause()
            lib.write("/proc/self/comm", name)
            self._live(told, say)
        if orphan:
            self.pid = int(os.read(self._hear, 20))
        Child.everyone += [self.pid, self.parent]

    @staticmethod
    def _live(told, say):
        while (order := os.read(told, 40)) != b"exit":
            milliseconds, mib = map(int, order.split())
            held = b"x" * (mib << 20)
            until = time.process_time_ns() + milliseconds * lib.MS
            while time.process_time_ns() < until:
                pass
            os.write(say, b"%d" % time.process_time_ns())
        del held
        os._exit(0)

    def work(self, milliseconds, mib=0):
        """Use so much CPU time and memory; return all the CPU time it has used."""
        os.write(self._tell, b"%d %d" % (milliseconds, mib))
        return int(os.read(self._hear, 20))

    def exit(self):
        """Let it exit; it is a zombie from then on."""
        os.write(self._tell, b"exit")
        lib.wait_until(lambda: tasks.stat_fields(self.pid)[0] == "Z")

    def reap(self):
        """Let it go."""
        os.waitpid(self.parent, 0)

    @classmethod
    def end_all(cls):
        """Whatever has become of them."""
        for pid in cls.everyone:
            if os.path.exists(f"/proc/{pid}"):
                os.kill(pid, signal.SIGKILL)


def sampled():
    """A listing that has all that has been until now."""
    lib.wait_samples()
    return lib.listing()


def records_of(books, pid):
    """All records of a PID, newest first."""
    return [record for record in books.processes if record["pid"] == pid]


def check_exec(tap):
    """exec changes the name and nothing else, by another thread than the leader, too."""
    script = ("i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; read line; "
              "exec /payload/hog -u 150 -p")
    thread = ("import os, threading; input(); threading.Thread(target=lambda: "
              "os.execv('/payload/hog', ['hog', '-u', '150', '-p'])).start(); input()")
    for name, args in (("exec", ("/bin/sh", "-c", script)),
                       ("exec by a thread", ("/usr/bin/python3", "-c", thread))):
        worker = tasks.Worker(*args)
        lib.wait_until(lambda worker=worker, args=args: tasks.exact_ns(worker.pid) > 2 * lib.MS and
                       lib.text(f"/proc/{worker.pid}/syscall").startswith("0 0x0 "))
        before = sampled().of(worker.pid)
        tap.equal(before["comm"], os.path.basename(args[0]).encode(), f"{name}: comm before")
        worker.start()
        said = worker.said()
        records = records_of(sampled(), worker.pid)
        tap.equal([record["comm"] for record in records], [b"hog"],
                  f"{name}: comm afterwards, in one record")
        got, want = records[0]["cpu_ns"], tasks.exact_ns(worker.pid)
        # A leader whom the exec ended may have run on after the kernel's last look at it.
        tap.ok(lib.same_ns(got, want, said["switches"], lib.MS) and
               got > before["cpu_ns"] + 20 * lib.MS,
               f"{name}: its past stays with it", f"cpu_ns={got} kernel={want}", before)
        worker.end()


def check_gone(tap, pid, alive, name):
    """A dead process: alive=0 for one full window, with all that it used, and then gone."""
    dead = lib.wait_until(lambda: (record := lib.listing().of(pid)) is None or
                          not record["alive"] and record)
    tap.ok(dead["cpu_ns"] >= alive["cpu_ns"] and dead["comm"] == alive["comm"] and
           dead["energy_nj"] >= alive["energy_nj"], f"{name} is listed with alive=0", alive, dead)
    shown = set()

    def gone():
        books = lib.listing()
        record = books.of(pid)
        if record and record["window_cpu_ns"] and not record["window_alive"]:
            shown.add(books["window"])
        return not record
    lib.wait_until(gone)
    tap.equal(len(shown), 1, f"{name} is dead in one window, and then gone")


def check_exit(tap):
    """Ended and reaped; and ended, with a parent that does not care."""
    worker = tasks.Worker("hog", "-t", 50, "-p")
    worker.said()
    alive = sampled().of(worker.pid)
    worker.end()
    check_gone(tap, worker.pid, alive, "a process that has exited")
    child = Child("zombie")
    child.work(20)
    alive = sampled().of(child.pid)
    child.exit()
    # The kernel counts the last of all switches, too, after which nobody wakes up.
    tap.equal(sampled().of(child.pid)["wakeups"], tasks.thread_switches(child.pid) - 1,
              "wakeups of a zombie: the end is none")
    check_gone(tap, child.pid, alive, "a zombie")
    lib.wait_windows(4)
    books = lib.listing()
    tap.equal([tasks.stat_fields(child.pid)[0], books["dead"], books.of(child.pid)], ["Z", 0, None],
              "it is still a zombie, and nothing of ours waits for it")
    child.reap()


def check_leader(tap):
    """The others go on when the leader has exited."""
    worker = tasks.Worker("hog", "-l", "-u", 600, "-m", 8, "-p")
    lib.wait_until(lambda: tasks.exact_ns(worker.pid) > 100 * lib.MS)
    first = sampled().of(worker.pid)
    second = sampled().of(worker.pid)
    tap.equal(tasks.stat_fields(worker.pid)[0], "Z", "(the leader is a zombie)")
    tap.equal([[record[key] for key in ("alive", "comm")] for record in (first, second)],
              [[1, b"hog"]] * 2, "a process whose leader has exited is alive")
    tap.ok(second["cpu_ns"] > first["cpu_ns"] and second["energy_nj"] > first["energy_nj"] and
           second["mem"] > 8 << 20, "and goes on", first, second)
    worker.said()
    alive = sampled().of(worker.pid)
    worker.end()
    check_gone(tap, worker.pid, alive, "such a process")


def check_orphan(tap):
    """A daemon: its parent is gone, and nothing else has changed."""
    child = Child("daemon", orphan=True)
    child.work(20)
    before = sampled().of(child.pid)
    tap.equal(tasks.status(child.pid, "PPid"), str(child.parent), "(it has a parent)")
    os.kill(child.parent, signal.SIGKILL)
    child.reap()
    lib.wait_until(lambda: tasks.status(child.pid, "PPid") != str(child.parent))
    child.work(20)
    records = records_of(sampled(), child.pid)
    tap.equal(len(records), 1, "a process that lost its parent has one record")
    got, want = records[0]["cpu_ns"], tasks.exact_ns(child.pid)
    switches = tasks.all_switches(child.pid)
    tap.ok(lib.same_ns(got, want, switches) and
           got >= before["cpu_ns"] + 20 * lib.MS - lib.GAP_NS * switches,
           "with all its CPU time", before, f"cpu_ns={got} kernel={want}")
    tap.ok(records[0]["energy_nj"] > before["energy_nj"] and records[0]["alive"], "and energy",
           before, *records)
    os.kill(child.pid, signal.SIGKILL)


def reborn(name, pid):
    """A child with a PID that was used before."""
    while True:
        lib.write(LAST_PID, pid - 1)
        child = Child(name)
        if child.pid == pid:
            return child
        # Somebody else has begun between the two.
        child.exit()
        child.reap()


def check_reuse(tap):
    """Three lives of one PID, between two samples."""
    lib.must_set(window_ns=3600 * lib.SECOND, sample_ns=10 * lib.SECOND)
    books = lib.listing()
    before = books["samples"], books["drains"]
    first = Child("first")
    used = [first.work(10 * lib.SLOWER)]
    first.exit()
    first.reap()
    second = reborn("second", first.pid)
    used.append(second.work(40 * lib.SLOWER))
    second.exit()
    second.reap()
    third = reborn("third", first.pid)
    used.append(third.work(70 * lib.SLOWER))
    books = lib.listing()
    tap.equal((books["samples"], books["drains"]), before, "(all this between two samples)")
    lib.must_set(sample_ns=100 * lib.MS)
    lib.wait_samples()
    books = lib.settled_listing()
    records = records_of(books, first.pid)
    tap.equal([(record["comm"], record["alive"]) for record in records],
              [(b"third", 1), (b"second", 0), (b"first", 0)],
              "each life of a PID has a record, the newest first")
    wrong = [(record, want) for record, want in zip(records, reversed(used))
             if not -REST_NS // 8 <= record["cpu_ns"] - want <= REST_NS]
    tap.ok(not wrong, "with the CPU time of that life", *wrong)
    tap.ok(all(record["energy_nj"] for record in records), "and energy of its own", *records)
    tap.equal(books.imbalance(), 0, "the books balance")
    shown = [record["comm"] for record in lib.listing(lib.ALL).records
             if record["pid"] == first.pid]
    tap.equal(shown, [b"third", b"second", b"first"], "/proc/energy/all shows the same")
    third.exit()
    third.reap()


def counted_before(pid):
    """Clock and switches; whoever comes in between the two has switched more often since."""
    switches = tasks.all_switches(pid)
    return tasks.exact_ns(pid), switches


def counted_after(pid):
    """Likewise: whoever comes in between has switched more often until then."""
    return tasks.exact_ns(pid), tasks.all_switches(pid)


def kernel_threads():
    """By PID: what the kernel had counted before a sample, the record, and that after it."""
    before = {int(pid): counted_before(int(pid)) for pid in os.listdir("/proc")
              if pid.isdigit() and int(tasks.stat_fields(pid)[6]) & PF_KTHREAD}
    records = {record["pid"]: record for record in sampled().processes if record["kernel"]}
    return {pid: (before[pid], records[pid], counted_after(pid))
            for pid in before if pid in records and os.path.exists(f"/proc/{pid}")}


def check_kernel(tap):
    """Kernel threads, against their own clocks."""
    first = kernel_threads()
    lib.must_set(sample_ns=lib.MS, window_ns=300 * lib.MS)
    lib.wait_samples(100)
    lib.must_set(sample_ns=100 * lib.MS)
    second = kernel_threads()
    wrong, ran = [], 0
    for pid in first.keys() & second.keys():
        (since_ns, since), old, (old_ns, _) = first[pid]
        (new_ns, _), new, (until_ns, until) = second[pid]
        # Those that the two records may differ by, and no fewer.
        switches = until - since
        grown = new["cpu_ns"] - old["cpu_ns"]
        if not lib.same_ns(grown, new_ns - old_ns, switches, until_ns - since_ns - new_ns + old_ns):
            wrong.append(f"grown by {grown}, its clock by {new_ns - old_ns} to "
                         f"{until_ns - since_ns}, in {switches} switches: {new}")
        ran += grown > 0
    tap.ok(not wrong, "cpu_ns of every kernel thread grows as its clock does", *wrong)
    tap.ok(len(first) > 20 and ran, "(there are many, and some have run)", len(first), ran)
    (sampler,) = [new for _, new, _ in second.values() if new["comm"] == b"energy_sampler"]
    tap.ok(sampler["cpu_ns"] > lib.MS and sampler["energy_nj"] and not sampler["mem"],
           "the meter itself is one of them", sampler)


def check_memory(tap):
    """Memory of threads counts once; it follows what is there."""
    worker = tasks.Worker("hog", "-m", MIB, "-j", 4, "-n", 100, "-p")
    worker.said()
    got, want = sampled().of(worker.pid)["mem"], int(tasks.status(worker.pid, "VmRSS")) * 1024
    tap.ok(abs(got - want) <= RSS_SLACK, "mem of four threads is the process's, once",
           f"mem={got} VmRSS={want}")
    child = Child("memory")
    for mib in (MIB, 0):
        child.work(10, mib)
        got, want = sampled().of(child.pid)["mem"], int(tasks.status(child.pid, "VmRSS")) * 1024
        tap.ok(abs(got - want) <= RSS_SLACK and (got > MIB << 20) == bool(mib),
               f"mem with {mib} MiB", f"mem={got} VmRSS={want}")
    child.exit()
    tap.ok(abs(sampled().of(child.pid)["mem"] - want) <= RSS_SLACK,
           "mem of the dead is what it was")
    child.reap()
    worker.end()


def test(tap):
    """Life."""
    lib.load(sample_ns=100 * lib.MS, window_ns=600 * lib.MS)
    try:
        check_exec(tap)
        check_exit(tap)
        check_leader(tap)
        check_orphan(tap)
        check_memory(tap)
        check_reuse(tap)
        check_kernel(tap)
    finally:
        Child.end_all()


harness.main(test)
