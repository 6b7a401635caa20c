#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=fuzz timeout=300 topology=1x2 memory=512
"""Files used in all ways at random, by many, while all around them changes: nothing breaks.

The numbers of rounds, operations and steps are fixed, and what is drawn follows from SEED; how
processes meet is up to the scheduler. FUZZ_SEED= and FUZZ_ROUNDS= in the environment go further.
"""

import contextlib
import os
import random
import subprocess
import time

import harness
import lib
import memory
import tasks

SEED = int(os.environ.get("FUZZ_SEED", "20"))
WARM, ROUNDS = 1, int(os.environ.get("FUZZ_ROUNDS", "3"))
OPERATIONS, STEPS = 600, 24
# Objects in a cache. Files are opened some thousand times, and modules loaded some five times.
BOUND, SIZE_BOUND, PAGE_BOUND = 64, 64 << 10, 1 << 20
HIDING = "/run/hiding"
BOX = f"{lib.CGROUPS}/fuzz"
# Where workers stay, and where others come and go.
HOMES = ("home", "home/below", "container")
CONTAINER = ("unshare", "-UrpfC", "--mount-proc")
EVERYBODYS = ("/proc/energy", "/proc/energy/none", "/sys/kernel/debug/energy", lib.PARAMS)
LISTINGS = (lib.CGROUP, lib.STAT)
PRIVATE = (lib.ALL, lib.CGROUPS_LIST, lib.DEBUG_ALL, lib.DEBUG_SYS)
PARAMETERS = {
    "sample_ns": (lib.MS, 5 * lib.MS, 50 * lib.MS, 100 * lib.MS, 0, 11 * lib.SECOND),
    "window_ns": (100 * lib.MS, 150 * lib.MS, 400 * lib.MS, lib.MS, 2**64),
    "w_cpu_ns": (0, 1000, 10**9, -1),
    "w_wakeups": (0, 5, 10**9 + 1),
}
# Caches whose objects processes of user space alone make and unmake, so that not one may stay.
EXACT = ("pid_namespace", "user_namespace")


def each(option, paths):
    """An option for each path."""
    return [word for path in paths for word in (option, path)]


def commands(debugfs):
    """One round's workers: names and command lines, without seed."""
    fuzz = [f"{lib.PAYLOAD}/fuzz", "-n", str(OPERATIONS)]
    written = [f"{lib.PARAMS}/{name}" for name in PARAMETERS]
    mine = [*fuzz, "-m", *each("-l", LISTINGS)]
    private = [path for path in PRIVATE if debugfs or "debug" not in path]
    root = [*mine, *each("-l", private), *each("-w", written), *EVERYBODYS]
    user = [*mine, *each("-x", PRIVATE), *written, *EVERYBODYS]
    # The root cgroup's totals are the machine's.
    rooted = [*fuzz, "-m", "-l", lib.CGROUP, *each("-x", (lib.STAT, *PRIVATE)), *EVERYBODYS]
    hidden = [word.replace("/proc", HIDING) for word in rooted]
    nobody = tasks.as_user(lib.NOBODY)
    return {
        "root": root,
        "root in a cgroup": tasks.in_cgroup("fuzz/home", *root),
        "nobody": [*nobody, *rooted],
        "nobody in a cgroup": tasks.in_cgroup("fuzz/home/below", *nobody, *user),
        "nobody with hidepid": [*nobody, *hidden],
        "container": tasks.in_cgroup("fuzz/container", *CONTAINER, *user),
        # It is sent around, so it need not find itself.
        "migrant": [*nobody, *(word for word in user if word != "-m")],
    }


class Round:
    """Workers, and what changes around them."""

    def __init__(self, number):
        self.random = random.Random(SEED * 1000 + number)
        self.debugfs = number % 2 == 0
        self.cgroups = []
        self.loads = 0
        self.migrants = []

    def run(self):
        """Run it; return what the workers said, by name, and what was wrong with them."""
        load()
        workers = {}
        for at, (name, args) in enumerate(commands(self.debugfs).items()):
            # Options come before files, so the seed goes right behind the program's name.
            place = next(i for i, word in enumerate(args) if word.endswith("/fuzz")) + 1
            seed = self.random.randrange(1 << 32)
            workers[name] = tasks.Worker("/usr/bin/env", *args[:place], "-r", seed + at,
                                         *args[place:], stderr=subprocess.STDOUT)
        swarm = tasks.Worker("swarm", "-j", 2, "-u", 100, "-U", 2000)
        self.migrants = [workers["migrant"].pid, swarm.pid]
        for at in range(STEPS):
            if at == STEPS // 2:
                self.reload()
            self.step()
        said, wrong = {}, []
        for name, worker in workers.items():
            text = worker.process.communicate()[0].decode()
            if worker.process.returncode:
                wrong.append(f"{name}: {text}")
            else:
                said[name] = {key: int(value) for key, value in
                              (word.split("=") for word in text.split())}
        swarm.end()
        self.clear()
        return said, wrong

    def step(self):
        """One change."""
        actions = {self.set_parameter: 30, self.toggle_source: 10, self.make_cgroup: 15,
                   self.remove_cgroup: 12, self.migrate: 25, self.reload: 3}
        self.random.choices(list(actions), list(actions.values()))[0]()

    def set_parameter(self):
        """To a good value or a bad one."""
        name = self.random.choice(list(PARAMETERS))
        with contextlib.suppress(FileNotFoundError):
            lib.set_param(name, self.random.choice(PARAMETERS[name]))

    @staticmethod
    def toggle_source():
        """A source goes, or comes."""
        if lib.loaded("energy_rapl_msr"):
            lib.command("rmmod", "energy_rapl_msr")
        else:
            lib.command("modprobe", "energy_rapl_msr")

    def make_cgroup(self):
        """A new cgroup, somewhere; processes are made in it at once."""
        parent = self.random.choice([BOX, *self.cgroups])
        path = f"{parent}/{len(self.cgroups)}-{self.random.randrange(1 << 30)}"
        os.mkdir(path)
        self.cgroups.append(path)
        name = path.removeprefix(f"{lib.CGROUPS}/")
        lib.command(*tasks.in_cgroup(name, "cat", lib.CGROUP), check=False)

    def remove_cgroup(self):
        """Who is in it goes elsewhere."""
        leaves = [path for path in self.cgroups
                  if not any(other.startswith(path + "/") for other in self.cgroups)]
        if not leaves:
            return
        path = self.random.choice(leaves)
        empty(path)
        self.cgroups.remove(path)

    def migrate(self):
        """A process goes somewhere else."""
        place = self.random.choice([lib.CGROUPS, BOX, *self.cgroups])
        with contextlib.suppress(OSError):
            lib.write(f"{place}/cgroup.procs", self.random.choice(self.migrants))

    def reload(self):
        """The core goes, if nobody has a file of debugfs open, and comes back."""
        if lib.loaded("energy_rapl_msr"):
            lib.command("rmmod", "energy_rapl_msr")
        done = lib.command("rmmod", "energy_core", check=False)
        # The second is the kernel's own answer, when a file is opened after rmmod's look.
        if done.returncode and not any(why in done.stderr for why in (
                "in use", "Resource temporarily unavailable")):
            raise RuntimeError(done.stderr)
        self.loads += not done.returncode
        load()

    def clear(self):
        """Nothing is left of it."""
        while self.cgroups:
            self.remove_cgroup()
        lib.unload()


def load():
    """Both modules, and a pace at which much happens."""
    while (done := lib.command("modprobe", "energy_core", check=False)).returncode:
        # A worker wrote parameters before the core could check one against the other.
        if "out of range" not in done.stderr:
            raise RuntimeError(done.stderr)
    lib.load()
    lib.must_set(sample_ns=5 * lib.MS, window_ns=100 * lib.MS)


def empty(path):
    """Remove a cgroup, and send who is in it to the root."""
    while os.path.isdir(path):
        for pid in lib.text(f"{path}/cgroup.procs").split():
            with contextlib.suppress(OSError):
                lib.write(f"{lib.CGROUPS}/cgroup.procs", pid)
        with contextlib.suppress(OSError):
            os.rmdir(path)


def dying_cgroups():
    """Removed cgroups that somebody still holds."""
    lines = lib.text(f"{lib.CGROUPS}/cgroup.stat").splitlines()
    return int(dict(line.split() for line in lines)["nr_dying_descendants"])


def back_to(tap, want, what, count):
    """A number comes back to what it was, when the kernel has had time to let go."""
    for _ in range(100):
        got = count()
        if got == want:
            break
        time.sleep(0.1)
    tap.equal(got, want, f"{what} are as many as before")


def begin():
    """Cgroups and a mount for the workers."""
    for path in (BOX, *(f"{BOX}/{name}" for name in HOMES)):
        os.mkdir(path)
    os.mkdir(HIDING)
    lib.command("mount", "-t", "proc", "-o", "hidepid=2", "proc", HIDING)


def end():
    """And away with them."""
    for name in (*reversed(HOMES), ""):
        empty(f"{BOX}/{name}")
    lib.command("umount", HIDING)
    os.rmdir(HIDING)


def check_round(tap, number, this, said, wrong):
    """Nobody got a wrong answer, and everybody got many right ones."""
    tap.ok(not wrong, f"round {number}: no wrong answer", *wrong)
    for name, counts in said.items():
        tap.ok(counts["whole"] > 4 and (name == "migrant" or counts["found"] > 2) and
               (name.startswith("root") or counts["refused"] > 4),
               f"round {number}: {name} read, and was refused", counts)
    tap.note(f"round {number}: {this.loads + 1} loads, " +
             ", ".join(f"{key} {sum(counts[key] for counts in said.values())}"
                       for key in ("whole", "stale", "gone", "refused", "found")))


def test(tap):
    """Fuzz."""
    tap.note(f"seed {SEED}")
    exact = memory.objects(*EXACT)
    dying = dying_cgroups()
    stale = gone = loads = 0
    for number in range(WARM + ROUNDS):
        if number == WARM:
            before = memory.kernel_memory()
        begin()
        this = Round(number)
        said, wrong = this.run()
        end()
        check_round(tap, number, this, said, wrong)
        stale += sum(counts["stale"] for counts in said.values())
        gone += sum(counts["gone"] for counts in said.values())
        loads += this.loads
    tap.ok(stale and gone and loads >= 2, "(windows and modules went while they were read)",
           stale, gone, loads)
    back_to(tap, dying, "removed cgroups that are still held", dying_cgroups)
    for cache, count in exact.items():
        back_to(tap, count, f"objects in {cache}", lambda cache=cache: memory.objects(cache)[cache])
    after = memory.kernel_memory()
    grown = memory.grown(before, after)
    tap.ok(max(grown.values(), default=0) <= BOUND,
           f"no cache has {BOUND} objects more than before", grown)
    tap.ok(memory.size(grown) <= SIZE_BOUND, f"nor have all together {SIZE_BOUND >> 10} KiB", grown)
    tap.ok(after[1] - before[1] <= PAGE_BOUND, f"and so are pages (within {PAGE_BOUND >> 10} KiB)",
           f"{after[1] - before[1]} bytes")
    tap.note(f"memory: {grown}, pages {(after[1] - before[1]) >> 10} KiB")


harness.main(test)
