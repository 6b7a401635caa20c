# SPDX-License-Identifier: GPL-2.0-only
"""The modules under test: loading, parameters, their files, waiting for samples and windows."""

import errno
import os
import re
import subprocess
import time

import formats

PAYLOAD = os.path.dirname(os.path.abspath(__file__))
ALL = "/proc/energy/all"
CGROUP = "/proc/energy/cgroup"
STAT = "/proc/energy/cgroup.stat"
CGROUPS_LIST = "/proc/energy/cgroups"
DEBUG_ALL = "/sys/kernel/debug/energy/all"
DEBUG_SYS = "/sys/kernel/debug/energy/sys"
DEBUG_SOURCES = "/sys/kernel/debug/energy/sources"
PARAMS = "/sys/module/energy_core/parameters"
CGROUPS = "/sys/fs/cgroup"
NOBODY = 65534
MS = 1000000
SECOND = 1000 * MS
# The kernel reads its clock when it begins to look for the next task, the module when that has
# been found. With icount=yes, where a nanosecond is an instruction, each switch can add or take
# this much; some 1,300 were seen. Elsewhere a host may come in between, for milliseconds.
GAP_NS = 2000

# The running kernel's version, as far as kernels differ in what they can do.
KERNEL = tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2])
# Before "net: sock: add tracepoints sock_send_length, sock_recv_length" nobody tells of a
# datagram that is received.
COUNTS_UDP_RECEIVED = KERNEL >= (6, 3)
# One that looks for bugs (tools/debugkernel): what it does itself takes many times longer.
SANITIZED = any(os.path.exists(f"/sys/kernel/debug/{name}") for name in ("kmemleak", "kcsan"))
SLOWER = 10 if SANITIZED else 1
# There the kernel counts for who is woken, before it runs, up to so much at each switch: a kernel
# thread had 20 us more than we.
WOKEN_NS = 40000


def tcp_joined():
    """How often the kernel has joined a TCP packet with one that waits for a socket in use.

    It does so (tcp_add_backlog()) with a bare acknowledgement before data, too, which it then
    counts as a segment of it.
    """
    names, values = (line.split() for line in text("/proc/net/netstat").splitlines()
                     if line.startswith("TcpExt:"))
    return int(dict(zip(names, values))["TCPBacklogCoalesce"])


def exact():
    """Whether time can be asked for to GAP_NS a switch, where no host comes in between.

    Not on kernels that look for bugs: they do in each switch, too, between the two clocks.
    """
    return not SANITIZED


def same_ns(got, want, switches, more=0):
    """Whether CPU time is what the kernel has, or up to so much more; if not exactly, to a tenth."""
    slack = GAP_NS * switches if exact() else max(WOKEN_NS * switches, want // 10)
    return -slack <= got - want <= slack + more


# Files


def read_fd(fd, size=65536):
    """Everything from where the descriptor stands to the end."""
    pieces = []
    while piece := os.read(fd, size):
        pieces.append(piece)
    return b"".join(pieces)


def read_file(path):
    """The whole of a file; from the beginning again where its window has gone."""
    fd = os.open(path, os.O_RDONLY)
    try:
        while True:
            try:
                return read_fd(fd)
            except OSError as error:
                if error.errno != errno.ESTALE:
                    raise
                os.lseek(fd, 0, os.SEEK_SET)
    finally:
        os.close(fd)


def read_head(path):
    """A file's first piece."""
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def listing(path=DEBUG_ALL):
    """The whole of one of the modules' files, parsed."""
    return formats.Listing(read_file(path))


def cgroups():
    """The list of cgroups."""
    return formats.Cgroups(read_file(CGROUPS_LIST))


def sources():
    """What is known of the sources and the meter."""
    return formats.Sources(read_file(DEBUG_SOURCES))


def text(path):
    """A small file's text."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def write(path, value):
    """Write in one call; return 0 or the errno."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, str(value).encode())
    except OSError as error:
        return error.errno
    finally:
        os.close(fd)
    return 0


# Modules


def command(*args, check=True, **options):
    """Run a program; return what subprocess.run() does, with its output as text."""
    return subprocess.run([str(arg) for arg in args], check=check, text=True,
                          capture_output=True, **options)


def loaded(module):
    """Whether a module is loaded."""
    return os.path.isdir(f"/sys/module/{module}")


def path_of(module):
    """Where modprobe finds a module."""
    return command("modinfo", "-F", "filename", module).stdout.strip()


def load_core(**params):
    """Load the core alone, with parameters."""
    command("modprobe", "energy_core", *(f"{key}={value}" for key, value in params.items()))


def load(*providers, **params):
    """Load the core with parameters, and providers: the RAPL source, where nothing is said."""
    load_core(**params)
    for provider in providers or ("energy_rapl_msr",):
        command("modprobe", provider)


# Those that measure or estimate, whatever the machine is: the best first.
SOURCES = ("energy_rapl_msr", "energy_rapl_powercap", "energy_vm_fallback")


def load_any(**params):
    """Load the core with parameters, and the best source that works here; return its name."""
    load_core(**params)
    for name in SOURCES:
        if not command("modprobe", name, check=False).returncode:
            return name
    raise RuntimeError(f"none of {SOURCES} works here")


PROVIDERS = ("energy_sample", "energy_flawed", "energy_odd", "energy_denied", "energy_rapl_msr",
             "energy_rapl_powercap", "energy_pmu_instr", "energy_vm_fallback")


def unload():
    """Unload what is loaded of ours."""
    for module in (*PROVIDERS, "energy_core"):
        if loaded(module):
            command("rmmod", module)


def param(name):
    """A parameter's value."""
    return int(text(f"{PARAMS}/{name}"))


def set_param(name, value):
    """Set a parameter; return 0 or the errno."""
    return write(f"{PARAMS}/{name}", value)


def must_set(**params):
    """Set parameters that are good ones, in this order."""
    for name, value in params.items():
        error = set_param(name, value)
        if error:
            raise OSError(error, f"{name}={value}")


def dmesg():
    """The kernel's log."""
    return command("dmesg").stdout


def system():
    """The header of the system, live."""
    return listing(DEBUG_SYS)


def wait_until(condition, poll_s=0.02):
    """Wait for something to become true, and return that; the test's time limit is ours."""
    while not (result := condition()):
        time.sleep(poll_s)
    return result


def wait_samples(count=2):
    """Wait until so many more samples have been taken: two hold all that has been until now."""
    first = system()["iterations"]
    wait_until(lambda: system()["iterations"] >= first + count)


def wait_windows(count=2):
    """Wait until so many more windows have been published."""
    first = system()["window"]
    wait_until(lambda: system()["window"] >= first + count)


def settled_bytes():
    """A listing all of whose lines are of the same sample, to be parsed later."""
    while True:
        found, head = read_file(DEBUG_ALL), read_head(DEBUG_ALL)
        # Reading the head waits for a sample in progress.
        if head[:head.index(b"\nsample_ns=")] == found[:found.index(b"\nsample_ns=")]:
            return found


def settled_listing():
    """A listing all of whose lines are of the same sample."""
    return formats.Listing(settled_bytes())
