#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=stress timeout=200 kernel=debug,kcsan
"""Everything at once for ten minutes, in random order: the kernel has nothing to say."""

import contextlib
import os
import random
import time

import hardware
import harness
import lib
import tasks

SECONDS = int(os.environ.get("STRESS_SECONDS", "600"))
PROVIDERS = ("energy_rapl_msr", "energy_rapl_powercap", "energy_pmu_instr", "energy_vm_fallback",
             "energy_sample")
FILES = (lib.ALL, lib.CGROUP, lib.STAT, lib.CGROUPS_LIST, lib.DEBUG_ALL, lib.DEBUG_SYS,
         lib.DEBUG_SOURCES)
VALUES = {"sample_ns": (lib.MS, 5 * lib.MS, 50 * lib.MS), "window_ns": (100 * lib.MS, lib.SECOND),
          "w_cpu_ns": (0, 1000), "w_instructions": (0, 500), "w_mem_bytes": (0, 3),
          "idle_uw": ("0", "1000000,2000000"), "source": ("auto", "rapl_msr", "sample")}


class Stress:
    """What can be done, and what has been."""

    def __init__(self, rng):
        self.rng = rng
        self.wrong = []
        self.done = {}
        self.cpus = hardware.packages()[1]
        self.actions = [self.provider] * 4 + [self.cpu] * 2 + [self.core] + \
            [self.parameter] * 4 + [self.cgroup] * 2 + [self.kill] * 2 + [self.read] * 4 + \
            [self.balance] * 3

    def provider(self):
        """One comes, or goes."""
        module = self.rng.choice(PROVIDERS)
        lib.command("rmmod" if lib.loaded(module) else "modprobe", module)

    def cpu(self):
        """CPUs go and come back."""
        some = self.rng.sample(self.cpus, self.rng.randint(1, len(self.cpus)))
        hardware.set_online(some, False)
        hardware.set_online(some, True)

    def core(self):
        """All of it goes and comes back, with files open."""
        with contextlib.ExitStack() as files:
            for path in FILES[:4]:
                files.enter_context(open(path, "rb"))
            for module in PROVIDERS:
                if lib.loaded(module):
                    lib.command("rmmod", module)
            # readers have debugfs open now and then, which holds it
            lib.wait_until(lambda: not lib.command("rmmod", "energy_core", check=False).returncode)
        lib.load_core(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)

    def parameter(self):
        """One is changed, or refused."""
        name = self.rng.choice(list(VALUES))
        lib.set_param(name, self.rng.choice(VALUES[name]))

    def cgroup(self):
        """A process moves through new cgroups."""
        lib.command("/payload/cgstorm", lib.CGROUPS, 20)

    def kill(self):
        """A process with threads dies."""
        hog = tasks.Worker("hog", "-j", self.rng.randint(1, 8), "-d", 50)
        time.sleep(self.rng.random() / 5)
        hog.end()
        tasks.Worker.everyone.remove(hog)

    def read(self):
        """Some of a file, with gaps."""
        with contextlib.suppress(OSError):
            with open(self.rng.choice(FILES), "rb", buffering=0) as file:
                while file.read(self.rng.choice((1, 100, 4096, 65536))) and self.rng.random() < .9:
                    pass

    def balance(self):
        """The books, whatever the others did."""
        books = lib.settled_listing()
        if books.imbalance() or books.imbalance("window_") or books["unbalanced"]:
            self.wrong.append(books.header)

    def once(self):
        """One of them."""
        action = self.rng.choice(self.actions)
        action()
        self.done[action.__name__] = self.done.get(action.__name__, 0) + 1


def background():
    """Forks, exits, packets, and who looks all the time, of which some are not privileged."""
    return [tasks.Worker("swarm", "-j", 2), tasks.Worker("pingpong", 1),
            tasks.Reader(lib.CGROUP, lib.STAT),
            tasks.Reader(lib.CGROUP, lib.STAT, user=lib.NOBODY),
            tasks.Reader(lib.ALL, lib.CGROUPS_LIST)]


def test(tap):
    """Stress."""
    seed = int(os.environ.get("STRESS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    tap.note(f"STRESS_SEED={seed} repeats this order")
    stress = Stress(random.Random(seed))
    lib.command("modprobe", "intel_rapl_msr")
    lib.load_core(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
    load = background()
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        stress.once()
    tasks.end_load(tap, load)
    tap.ok(not stress.wrong, f"{SECONDS} s: the books balance all the time", *stress.wrong)
    tap.equal(set(stress.done), {action.__name__ for action in stress.actions},
              "(all was done, many times)")
    tap.note(stress.done)


harness.main(test)
