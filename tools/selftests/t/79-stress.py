#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=stress timeout=200 kernel=debug,kcsan
"""Everything at once for ten minutes, in random order: the kernel has nothing to say."""

import collections
import contextlib
import os
import random
import signal
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
# How often each thing has to have happened, here and in the background. Where there is not enough
# of one when the time is over, it goes on for a while: the host may be busy.
LEAST = {**{f"{module} {what}": 2 for module in PROVIDERS for what in ("came", "went")},
         "CPUs went": 5, "the core was reloaded": 2, "parameters were set": 10, "cgroups": 100,
         "processes were killed": 5, "lines were read": 200, "the books balanced": 10}
BEHIND = {"ms of processes that ended": 1000, "switches": 10000}
READS = 50
MORE_S = 300


class Stress:
    """What can be done, and what has been."""

    def __init__(self, rng):
        self.rng = rng
        self.wrong = []
        self.done = collections.Counter()
        self.cpus = hardware.packages()[1]
        self.actions = [self.provider] * 4 + [self.cpu] * 2 + [self.core] + \
            [self.parameter] * 4 + [self.cgroup] * 2 + [self.kill] * 2 + [self.read] * 4 + \
            [self.balance] * 3

    def provider(self):
        """One comes, or goes."""
        module = self.rng.choice(PROVIDERS)
        there = lib.loaded(module)
        lib.command("rmmod" if there else "modprobe", module)
        self.done[f"{module} {'went' if there else 'came'}"] += 1

    def cpu(self):
        """CPUs go and come back."""
        some = self.rng.sample(self.cpus, self.rng.randint(1, len(self.cpus)))
        hardware.set_online(some, False)
        hardware.set_online(some, True)
        self.done["CPUs went"] += len(some)

    def core(self):
        """All of it goes and comes back, with files open."""
        with contextlib.ExitStack() as files:
            for path in FILES[:4]:
                files.enter_context(open(path, "rb"))
            for module in PROVIDERS:
                if lib.loaded(module):
                    lib.command("rmmod", module)
                    self.done[f"{module} went"] += 1
            # readers have debugfs open now and then, which holds it
            lib.wait_until(lambda: not lib.command("rmmod", "energy_core", check=False).returncode)
        lib.load_core(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
        self.done["the core was reloaded"] += 1

    def parameter(self):
        """One is changed, or refused."""
        name = self.rng.choice(list(VALUES))
        self.done["parameters were set"] += not lib.set_param(name, self.rng.choice(VALUES[name]))

    def cgroup(self):
        """A process moves through new cgroups."""
        said = lib.command("/payload/cgstorm", lib.CGROUPS, 20).stdout
        self.done["cgroups"] += int(said.partition("made=")[2])

    def kill(self):
        """A process with threads dies."""
        hog = tasks.Worker("hog", "-j", self.rng.randint(1, 8), "-d", 50)
        time.sleep(self.rng.random() / 5)
        hog.end()
        tasks.Worker.everyone.remove(hog)
        self.done["processes were killed"] += hog.process.returncode == -signal.SIGKILL

    def read(self):
        """Some of a file, with gaps."""
        with contextlib.suppress(OSError):
            with open(self.rng.choice(FILES), "rb", buffering=0) as file:
                while (piece := file.read(self.rng.choice((1, 100, 4096, 65536)))) and \
                        self.rng.random() < .9:
                    self.done["lines were read"] += piece.count(b"\n")

    def balance(self):
        """The books, whatever the others did."""
        books = lib.settled_listing()
        if books.imbalance() or books.imbalance("window_") or books["unbalanced"]:
            self.wrong.append(books.header)
        self.done["the books balanced"] += 1

    def once(self):
        """One of them."""
        self.rng.choice(self.actions)()

    def missing(self):
        """What has not been done often enough."""
        return too_few(self.done, LEAST)


def too_few(done, least):
    """What there is less of than there has to be."""
    return {what: done[what] for what in least if done[what] < least[what]}


def background():
    """Forks, exits, packets, and who looks all the time, of which some are not privileged."""
    return [tasks.Worker("swarm", "-j", 2), tasks.Worker("pingpong", 1),
            tasks.Reader(lib.CGROUP, lib.STAT),
            tasks.Reader(lib.CGROUP, lib.STAT, user=lib.NOBODY),
            tasks.Reader(lib.ALL, lib.CGROUPS_LIST)]


def done_behind(swarm, pingpong):
    """What the first two of the background have done."""
    pair = lib.text(f"/proc/{pingpong.pid}/task/{pingpong.pid}/children").split()
    return {"ms of processes that ended": tasks.ended_ns(swarm.pid) // lib.MS,
            "switches": sum(map(tasks.all_switches, pair))}


def test(tap):
    """Stress."""
    seed = int(os.environ.get("STRESS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    tap.note(f"STRESS_SEED={seed} repeats this order")
    stress = Stress(random.Random(seed))
    lib.command("modprobe", "intel_rapl_msr")
    lib.load_core(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
    load = background()
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or stress.missing() and time.monotonic() < until + MORE_S:
        stress.once()
    behind = done_behind(*load[:2])
    tasks.end_load(tap, load, READS)
    tap.ok(not stress.wrong, f"{SECONDS} s: the books balance all the time", *stress.wrong)
    tap.equal([stress.missing(), too_few(behind, BEHIND)], [{}, {}], "(all was done, many times)")
    tap.note({**stress.done, **behind})


harness.main(test)
