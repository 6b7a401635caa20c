# SPDX-License-Identifier: GPL-2.0-only
"""Faults that the kernel makes on request: allocations that fail (CONFIG_FAULT_INJECTION)."""

import contextlib
import os

import lib

DEBUGFS = "/sys/kernel/debug"
KMEMLEAK = f"{DEBUGFS}/kmemleak"
# Only who asks for one by fail-nth gets a fault; then any allocation can be hit, and the log
# need not tell of each.
SETUP = {
    "failslab": {"probability": 0, "times": -1, "verbose": 0, "ignore-gfp-wait": "N"},
    "fail_page_alloc": {"probability": 0, "times": -1, "verbose": 0, "ignore-gfp-wait": "N",
                        "ignore-gfp-highmem": "N", "min-order": 0},
}
# Where the debug kernel, which is not relocatable, has its modules: right above its own text
# (Documentation/arch/x86/x86_64/mm.rst).
MODULES = {"require-start": 0xffffffffa0000000, "require-end": 0xffffffffff000000}
ANYWHERE = {"require-start": 0, "require-end": (1 << 64) - 1, "reject-start": 0, "reject-end": 0}
# 6.12 leaks a cache's name if there is no memory for its directory.
LEAKS = "sysfs_slab_add"


def _set(kind, values):
    for name, value in values.items():
        error = lib.write(f"{DEBUGFS}/{kind}/{name}", value)
        if error:
            raise OSError(error, f"{kind}/{name}")


def set_up():
    """Get ready for fail-nth."""
    for kind, values in SETUP.items():
        _set(kind, values)


def _addresses(function):
    """Where a function of the kernel begins, and where the next one does."""
    symbols = sorted((int(words[0], 16), words[2]) for words in
                     map(str.split, lib.text("/proc/kallsyms").splitlines()))
    start = next(address for address, name in symbols if name == function)
    return start, next(address for address, _ in symbols if address > start)


@contextlib.contextmanager
def in_modules():
    """Only what modules allocate, or have others allocate for them, can fail.

    Where the module loader itself has no memory 6.12's trace events warn of it, and of their
    removal (event_define_fields(), event_file_put()): those are no bugs of ours.
    """
    start, end = _addresses(LEAKS)
    for kind in SETUP:
        _set(kind, {**MODULES, "reject-start": start, "reject-end": end})
    try:
        yield
    finally:
        for kind in SETUP:
            _set(kind, ANYWHERE)


def each(*action):
    """Do something with each of its allocations failing in turn; see nthfault."""
    done = lib.command(f"{lib.PAYLOAD}/nthfault", *action)
    return {key: int(value) for key, value in
            (word.split("=") for word in done.stdout.split())}


def arm(pid, nth):
    """Have a task's nth allocation from now on fail."""
    lib.write(f"/proc/{pid}/fail-nth", nth)


def pending(pid):
    """How many allocations are left until then; 0 if it has failed."""
    return int(lib.text(f"/proc/{pid}/fail-nth"))


@contextlib.contextmanager
def disarmed(pid):
    """Whatever happens, no fault stays asked for."""
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            arm(pid, 0)


def thread(name):
    """A kernel thread's PID."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if lib.text(f"/proc/{pid}/comm") == f"{name}\n":
                return int(pid)
    raise RuntimeError(f"there is no {name}")


def sampler():
    """The sampler thread's PID."""
    return thread("energy_sampler")
