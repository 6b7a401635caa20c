#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=nthfault timeout=600 topology=1x2 kernel=debug
"""Each allocation of loading, reading, writing, forking and mkdir fails in turn: -ENOMEM or done."""

import contextlib
import errno
import os

import audit
import faults
import harness
import lib
import tasks

CORE = "energy_core"
# What the sampler allocates when a source comes is in 68-sampler-fault.
RAPL = ("energy_rapl_msr", "energy_rapl_powercap")
VM = "energy_vm_fallback"
PMU = "energy_pmu_instr"
# Of a CPU that gets its counter its thread makes fewer allocations than this.
DEPTH = 100
# powercap does not look whether its device got a name; one without gives EINVAL. So many names: of
# a control type, and of a zone; each may fail for want of an object, and of pages for objects.
POWERCAP = {"energy_rapl_powercap": 2, VM: 4}
SAMPLE_NS, WINDOW_NS = 20 * lib.MS, 200 * lib.MS
PARAMETERS = {"sample_ns": SAMPLE_NS, "window_ns": WINDOW_NS, "w_cpu_ns": 1000,
              "idle_uw": "1000000,0", "source": "auto"}


def check(tap, what, *action):
    """Do it with each allocation failing."""
    said = faults.each(*action)
    # Nothing of this can be done wholly without memory.
    tap.ok(said["failed"] and not said["other"],
           f"{what}: each of its allocations fails in turn: ENOMEM, or done", said)
    tap.note(f"{what}: {said}")
    return said


def check_load(tap, module, settings):
    """Loading."""
    options = ("-e", errno.EINVAL) if module in POWERCAP else ()
    refused = lib.dmesg().count(" refused: ")
    with faults.in_modules():
        said = check(tap, f"load {module}", *options, "load", lib.path_of(module), module,
                     *filter(None, [settings]))
    tap.ok(said["alike"] <= POWERCAP.get(module, 0) and lib.dmesg().count(" refused: ") == refused,
           f"load {module}: EINVAL is powercap's, not the core's", said)
    lib.command("modprobe", module, *settings.split())
    tap.ok(lib.loaded(module), f"afterwards {module} loads")


def load_meter(threads, nth):
    """Load the meter, the nth allocation of each of these threads failing.

    Returns modprobe's end, how many of them failed, and whether there is none left to fail.
    """
    for thread in threads:
        faults.arm(thread, nth)
    done = lib.command("modprobe", PMU, check=False)
    left = [faults.pending(thread) for thread in threads]
    for thread in threads:
        faults.arm(thread, 0)
    if not done.returncode:
        lib.command("rmmod", PMU)
    return done, left.count(0), all(left)


def check_meter(tap):
    """Counters are made on each CPU by its own thread of hotplug, all else without memory.

    Without one of its CPU the meter goes on with the others; without any it does not load.
    """
    threads = [faults.thread(f"cpuhp/{cpu}") for cpu in range(os.cpu_count())]
    cases = {**{f"CPU {cpu}": [thread] for cpu, thread in enumerate(threads)}, "all CPUs": threads}
    for name, some in cases.items():
        failed, refused, wrong = 0, 0, []
        with contextlib.ExitStack() as stack:
            for thread in some:
                stack.enter_context(faults.disarmed(thread))
            stack.enter_context(faults.in_modules())
            for nth in range(1, DEPTH):
                done, hit, over = load_meter(some, nth)
                failed += hit
                refused += done.returncode != 0
                if done.returncode and (some != threads or "No such device" not in done.stderr):
                    wrong.append((nth, done.stderr))
                if over:
                    break
        tap.ok(failed >= len(some) and over and not wrong and bool(refused) == (some == threads),
               f"load {PMU}: each allocation for {name} fails in turn: "
               f"{'refused' if some == threads else 'the others go on'}",
               f"{failed} failed, {refused} refused, {nth} tries", *wrong)
        tap.note(f"load {PMU}, {name}: {failed} failed, {refused} refused, {nth} tries")
    lib.command("modprobe", PMU)
    with tasks.Worker("hog", "-j", len(threads), "-d", 50):
        lib.wait_until(lambda: lib.sources().metered == list(range(len(threads))))
    tap.ok(True, f"afterwards {PMU} loads, and counts on all CPUs")


def check_files(tap):
    """Reading and writing."""
    for path in (lib.ALL, lib.CGROUP, lib.STAT, lib.CGROUPS_LIST, lib.DEBUG_ALL, lib.DEBUG_SYS,
                 lib.DEBUG_SOURCES, "/sys/kernel/debug/energy/vm_feed",
                 *(f"{lib.PARAMS}/{name}" for name in ("sample_ns", "idle_uw", "source"))):
        check(tap, f"read {path}", "read", path)
    for name, value in PARAMETERS.items():
        check(tap, f"write {name}", "write", f"{lib.PARAMS}/{name}", value)


def check_books(tap, when):
    """The books, and that all goes on."""
    # The sampler, too, hardly disturbs then.
    lib.must_set(window_ns=500 * lib.MS, sample_ns=500 * lib.MS)
    _, before = audit.settled()
    charged, seen = tasks.charged_hogs()
    books, after = audit.settled()
    tap.equal(after, before, f"{when}: every domain is what its register counted")
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"],
               books["measured_nj"]], [0, 0, 0, books.billed("measured_nj")],
              f"{when}: the books balance")
    tap.equal(audit.misspent(books) + [dom for dom in books.domains if dom["last_error"]], [],
              f"{when}: each domain's energy went somewhere, and it can be read")
    tap.ok(charged, f"{when}: who runs is accounted", *seen)
    lib.must_set(sample_ns=SAMPLE_NS, window_ns=WINDOW_NS)


def test(tap):
    """Faults."""
    faults.set_up()
    lib.command("modprobe", "intel_rapl_msr")
    # a crowd, so that loading has something to find
    sleepers = [tasks.Worker("/bin/sleep", "inf") for _ in range(20)]
    check_load(tap, CORE, f"sample_ns={SAMPLE_NS} window_ns={WINDOW_NS}")
    for module in RAPL:
        check_load(tap, module, "")
    check_books(tap, "both are loaded")
    check_load(tap, VM, "powercap_zone=a-zone")
    check_meter(tap)
    check_files(tap)
    check(tap, "fork", "fork")
    check(tap, "make a cgroup", "mkdir", f"{lib.CGROUPS}/nth")
    check_books(tap, "after all that")
    for sleeper in sleepers:
        sleeper.end()
    os.sync()


harness.main(test)
