#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=exact timeout=120 icount=yes memory=1024
"""CPU time to the nanosecond, where no host can come in between: see lib.GAP_NS."""

import contextlib
import os
import re
import signal

import audit
import harness
import lib
import tasks

# A thread that has reaped itself goes on for so long; the kernel does not count that.
TAIL_NS = 20000
BUSY_MS = 400
# Whoever loads a module keeps the CPU while that begins; not so with full preemption. Then one runs
# before all others, all but a tenth of a millisecond of each two: also between the core's look at
# what the kernel has counted of it and that at the last of so many sleepers, who are younger.
PREEMPT = "/sys/kernel/debug/sched/preempt"
REALTIME = "/sys/kernel/realtime"
THROTTLE = "/proc/sys/kernel/sched_rt_runtime_us"
# And nobody is to hold it up: since 6.17 a kernel thread walks all memory to say how old it is, a
# tenth of a millisecond at a time with preemption off.
MEMORY_WATCH = "/sys/module/damon_stat/parameters/enabled"
SLEEPERS = 600
# Module loading takes at least so many of its rounds.
MANY = 100
EAGER, EAGER_MS = ("-d", 95, "-e", 2000), 50 * BUSY_MS
SHORT_THREADS, SHORT_US = 150, 3000
SWARM, SWARM_US = 300, 1000


def check_clock(tap, books, worker, switches, name, tails=0):
    """A process that waits now, against its own clock."""
    slack = lib.GAP_NS * switches
    got, want = books.of(worker.pid)["cpu_ns"], tasks.exact_ns(worker.pid)
    tap.ok(-slack <= got - want <= slack + tails * TAIL_NS, f"cpu_ns {name}",
           f"cpu_ns={got} kernel={want} difference={got - want} switches={switches}")
    tap.note(f"{name}: {got} ns, {got - want:+} in {switches} switches")


def sleepers():
    """Processes that do nothing."""
    pids = []
    for _ in range(SLEEPERS):
        pid = os.fork()
        if not pid:
            signal.pause()
        pids.append(pid)
    return pids


@contextlib.contextmanager
def preemptible():
    """With full preemption, as PREEMPT_RT always has it, and no kernel before 5.12 otherwise."""
    if os.path.exists(REALTIME) or lib.KERNEL < (5, 12):
        yield os.path.exists(REALTIME)
        return
    usual = re.search(r"\((\w+)\)", lib.text(PREEMPT))[1]
    if lib.write(PREEMPT, "full"):
        raise RuntimeError("the kernel cannot be made preemptible")
    yield True
    lib.write(PREEMPT, usual)


def load_beside(worker, **params):
    """Load while a worker runs again and again."""
    if os.path.exists(MEMORY_WATCH) and lib.write(MEMORY_WATCH, "N"):
        raise RuntimeError("the kernel does not stop to watch memory")
    throttle = lib.text(THROTTLE)
    with preemptible() as full:
        lib.write(THROTTLE, -1)
        os.sched_setscheduler(worker.pid, os.SCHED_FIFO, os.sched_param(1))
        lib.load(**params)
    lib.write(THROTTLE, throttle)
    return full


def switches_of(worker):
    """How often it has left a CPU."""
    return sum(int(tasks.status(worker.pid, f"{kind}_ctxt_switches"))
               for kind in ("voluntary", "nonvoluntary"))


def check_load(tap, running):
    """One that ran before, during and after load, and is stopped as soon as that is possible.

    Later there is no comparison: who preempts others counts for the kernel from being woken up on,
    which with voluntary preemption may be long before it runs.
    """
    before = switches_of(running)
    full = load_beside(running, sample_ns=100 * lib.MS, window_ns=3600 * lib.SECOND)
    running.process.send_signal(signal.SIGSTOP)
    lib.wait_samples()
    check_clock(tap, lib.listing(), running, switches_of(running) - before,
                "of one that ran during load")
    tap.ok((switches_of(running) - before > MANY or not full) and
           tasks.exact_ns(running.pid) < EAGER_MS * lib.MS, "(it ran again and again, and does)")
    running.end()


def check_threads(tap):
    """All kinds of threads; some processes older than the modules."""
    # Read from the disk what that takes: reading takes the host's time, and workers run on.
    lib.load()
    lib.unload()
    stopped = tasks.Worker("hog", "-j", 2, "-u", BUSY_MS, "-p")
    running = tasks.Worker("hog", *EAGER, "-u", EAGER_MS, "-p")
    for worker in (stopped, running):
        lib.wait_until(lambda worker=worker: tasks.exact_ns(worker.pid) > BUSY_MS * lib.MS // 4)
    stopped.process.send_signal(signal.SIGSTOP)
    asleep = sleepers()
    # What has exited stays listed while no second window begins.
    check_load(tap, running)
    for pid in asleep:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    stopped.process.send_signal(signal.SIGCONT)
    cases = {
        "of a process": tasks.Worker("hog", "-u", BUSY_MS, "-p"),
        "of one that sleeps and wakes": tasks.Worker("hog", "-d", 50, "-u", BUSY_MS, "-p"),
        "of four threads": tasks.Worker("hog", "-j", 4, "-u", BUSY_MS, "-p"),
        "of a process whose leader has exited": tasks.Worker("hog", "-l", "-u", BUSY_MS, "-p"),
        "of one older than the modules": stopped,
    }
    short = tasks.Worker("swarm", "-t", "-n", SHORT_THREADS, "-j", 4, "-u", SHORT_US)
    said = {worker: worker.said() for worker in (*cases.values(), short)}
    lib.wait_samples()
    books = lib.listing()
    for name, worker in cases.items():
        check_clock(tap, books, worker, said[worker]["switches"], name)
    tap.equal(books.of(short.pid)["wakeups"], said[short]["waits"] + 1,
              "wakeups of short threads, and one for waiting at the end")
    check_clock(tap, books, short, said[short]["switches"], "of short threads, each until its end",
                tails=SHORT_THREADS)
    for worker in said:
        worker.end()


def check_swarm(tap):
    """Processes that end, against what the kernel tells their parent."""
    said = tasks.Worker("swarm", "-n", SWARM, "-u", SWARM_US, "-c", "ex", "-w").said()
    lib.wait_samples()
    books = lib.listing()
    swarm = [record for record in books.processes
             if record["comm"].startswith(b"ex") and not record["kernel"]]
    tap.equal([len(swarm), said["started"]], [SWARM, SWARM], "all of a swarm is listed")
    got, want = sum(record["cpu_ns"] for record in swarm), said["kernel_us"] * 1000
    tap.ok(lib.same_ns(got, want, said["switches"]), "cpu_ns of a swarm is what its parent is told",
           f"cpu_ns={got} kernel={want} difference={got - want} switches={said['switches']}")
    tap.note(f"swarm: {got} ns, {got - want:+} in {said['switches']} switches")
    tap.equal(sum(record["wakeups"] for record in swarm) + SWARM, said["waits"],
              "wakeups of a swarm, but for the last switch of each, which is its end")
    short = [record for record in swarm if record["cpu_ns"] < SWARM_US * 1000 and
             not lib.same_ns(record["cpu_ns"], SWARM_US * 1000, 10)]
    tap.ok(not short, "and each has its own", *short[:5])


def check_sum(tap):
    """A CPU that is never idle: every nanosecond is somebody's, whatever comes and goes."""
    hog = tasks.Worker("/usr/bin/nice", "-n", 19, "/payload/hog")
    lib.wait_until(lambda: tasks.exact_ns(hog.pid) > 10 * lib.MS)
    lib.wait_samples()
    before = lib.settled_listing()
    threads = tasks.Worker("swarm", "-t", "-n", SHORT_THREADS, "-j", 4, "-u", SHORT_US)
    tasks.Worker("swarm", "-n", SWARM, "-u", SWARM_US // 2).said()
    threads.said()
    lib.wait_samples()
    after = lib.settled_listing()
    system, listed, passed = (
        after.system["cpu_ns"] - before.system["cpu_ns"],
        sum(record["cpu_ns"] for record in after.processes) -
        sum(record["cpu_ns"] for record in before.processes),
        after["timestamp"] - before["timestamp"])
    tap.equal(listed, system, "all processes together have what the system has")
    # Both begin and end with a sample, which an interrupt may delay.
    tap.ok(lib.same_ns(system, passed, 10), "which is all the time that passed",
           f"cpu_ns={system} time={passed} difference={system - passed}")
    tap.note(f"sum: {system} ns, {system - passed:+}")
    audit.check_losses(tap, "afterwards", after)
    hog.end()


def test(tap):
    """Exact."""
    if lib.exact():
        check_threads(tap)
    else:
        lib.load(sample_ns=100 * lib.MS, window_ns=3600 * lib.SECOND)
    check_swarm(tap)
    check_sum(tap)


harness.main(test)
