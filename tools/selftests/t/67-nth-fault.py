#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=nthfault timeout=600 topology=1x2 kernel=debug
"""Each allocation of loading, reading, writing, forking and mkdir fails in turn: -ENOMEM or done."""

import errno
import os

import audit
import faults
import hardware
import harness
import lib
import tasks

CORE = "energy_core"
# pmu_instr has the threads of hotplug allocate for it, which 62-init-faults has; and what the
# sampler allocates when a source comes is in 68-sampler-fault.
RAPL = ("energy_rapl_msr", "energy_rapl_powercap")
VM = "energy_vm_fallback"
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


def check_files(tap):
    """Reading and writing."""
    for path in (lib.ALL, lib.CGROUP, lib.STAT, lib.CGROUPS_LIST, lib.DEBUG_ALL, lib.DEBUG_SYS,
                 lib.DEBUG_SOURCES, "/sys/kernel/debug/energy/vm_feed",
                 *(f"{lib.PARAMS}/{name}" for name in ("sample_ns", "idle_uw", "source"))):
        check(tap, f"read {path}", "read", path)
    for name, value in PARAMETERS.items():
        check(tap, f"write {name}", "write", f"{lib.PARAMS}/{name}", value)


def settled():
    """A listing while all counters stand still, and what each domain had measured before.

    The domains are older than the last load of their source: that much more than their registers
    say since its baseline.
    """
    with hardware.frozen():
        books = lib.settled_listing()
        return books, {dom["domain"]: dom["measured_nj"] -
                       hardware.rapl_nj(dom, hardware.rapl_raw(dom))
                       for dom in books.domains if dom["kind"] in hardware.RAPL_MSR}


def check_books(tap, when):
    """The books, and that all goes on."""
    # The sampler, too, hardly disturbs then.
    lib.must_set(window_ns=500 * lib.MS, sample_ns=500 * lib.MS)
    _, before = settled()
    charged, seen = tasks.charged_hogs()
    books, after = settled()
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
    check_files(tap)
    check(tap, "fork", "fork")
    check(tap, "make a cgroup", "mkdir", f"{lib.CGROUPS}/nth")
    check_books(tap, "after all that")
    for sleeper in sleepers:
        sleeper.end()
    os.sync()


harness.main(test)
