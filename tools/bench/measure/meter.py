# SPDX-License-Identifier: GPL-2.0-only
"""What the measurements share: the meter, its sampler, and the programs."""

import contextlib
import os
import re
import subprocess
import time

ALL = "/proc/energy/all"
CGROUP = "/proc/energy/cgroup"
DEBUG_ALL = "/sys/kernel/debug/energy/all"
DEBUG_SYS = "/sys/kernel/debug/energy/sys"
PARAMS = "/sys/module/energy_core/parameters"
CGROUPS = "/sys/fs/cgroup"
RAPL = "energy_rapl_msr"
PMU = "energy_pmu_instr"
# So long that no sample and no window comes while something is measured.
NEVER_NS = 10_000_000_000
SAMPLES_IN_A_WINDOW = 10


@contextlib.contextmanager
def loaded(*providers, **params):
    """The meter, with providers or without, as long as the with block lasts."""
    settings = [f"{name}={value}" for name, value in params.items()]
    modules = ["energy_core", *providers]
    subprocess.run(["modprobe", "energy_core", *settings], check=True)
    for provider in providers:
        subprocess.run(["modprobe", provider], check=True)
    try:
        yield
    finally:
        for module in reversed(modules):
            subprocess.run(["rmmod", module], check=True)


def set_param(name, value):
    """Change a parameter."""
    with open(f"{PARAMS}/{name}", "w", encoding="ascii") as file:
        file.write(str(value))


def header(key, path=DEBUG_SYS):
    """A number from a file's header."""
    with open(path, encoding="ascii") as file:
        for line in file:
            name, _, value = line.partition("=")
            if name == key:
                return int(value)
    raise SystemExit(f"no {key}= in {path}")


def samples():
    """How many samples have been taken."""
    return header("iterations")


def wait_samples(number):
    """Wait for samples to be taken."""
    until = samples() + number
    while samples() < until:
        time.sleep(0.1)


def wait_windows(number):
    """Wait for windows to be published."""
    wait_samples(number * SAMPLES_IN_A_WINDOW)


def wait_no_dead():
    """Wait until no record of a dead process is left, or kept, but those that come and go."""
    while header("dead", DEBUG_ALL) + header("spare", DEBUG_ALL) > 20:
        time.sleep(0.5)


def sampler_ns():
    """What the kernel's scheduler says that the sampler ran, independent of what we measure."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError):
            with open(f"/proc/{pid}/comm", encoding="ascii", errors="replace") as file:
                if file.read() != "energy_sampler\n":
                    continue
            with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
                return int(file.read().split()[0])
    raise SystemExit("no sampler thread")


def slab(name):
    """A cache's objects in use and the size of one, bytes."""
    with open("/proc/slabinfo", encoding="ascii") as file:
        found = re.search(rf"^{name} +(\d+) +\d+ +(\d+)", file.read(), re.M)
    if not found:
        raise SystemExit(f"no cache {name}")
    return int(found[1]), int(found[2])


def command(cgroup, program, *args):
    """A program's command line; with cgroup, a directory, it begins in there."""
    words = [f"./{program}", *map(str, args)]
    if cgroup:
        words = ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', cgroup, *words]
    return words


def run(program, *args, cgroup=None):
    """Run one of the programs and return the numbers that it prints."""
    out = subprocess.run(command(cgroup, program, *args), check=True, stdout=subprocess.PIPE,
                         text=True).stdout
    return [float(word) for word in out.split()]


@contextlib.contextmanager
def sleepers(*args, cgroup=None):
    """Processes that exist as long as the with block lasts (see programs/sleepers.c)."""
    with subprocess.Popen(command(cgroup, "sleepers", *args), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        if process.stdout.readline() != b"ready\n":
            raise SystemExit("no sleepers")
        yield
        process.stdin.close()


@contextlib.contextmanager
def new_cgroup(name):
    """A cgroup as long as the with block lasts; gives its directory."""
    path = f"{CGROUPS}/{name}"
    os.mkdir(path)
    yield path
    # the last process may still be on its way out
    while True:
        try:
            os.rmdir(path)
            return
        except OSError:
            time.sleep(0.1)


@contextlib.contextmanager
def others(number):
    """So many processes that sleep, and cgroups, as long as the with block lasts."""
    with contextlib.ExitStack() as stack:
        for i in range(number):
            stack.enter_context(new_cgroup(f"other-{i}"))
        stack.enter_context(sleepers(number))
        yield
