# SPDX-License-Identifier: GPL-2.0-only
"""The virtual hardware: its truth, its counters as we read them ourselves, its CPUs."""

import contextlib
import os
import struct

import lib


def truth(*question):
    """Ask the virtual hardware."""
    answer = lib.command(f"{lib.PAYLOAD}/truth", *question).stdout
    return int(answer) if answer else None


@contextlib.contextmanager
def frozen(samples=2):
    """All energy counters stand still, and that many samples have been taken since."""
    truth("freeze")
    try:
        lib.wait_samples(samples)
        yield
    finally:
        truth("release")


def msr(cpu, number):
    """A model-specific register."""
    fd = os.open(f"/dev/cpu/{cpu}/msr", os.O_RDONLY)
    try:
        return struct.unpack("<Q", os.pread(fd, 8, number))[0]
    finally:
        os.close(fd)


def packages():
    """The CPUs of each package, by its number."""
    found = {}
    for cpu in range(os.cpu_count()):
        path = f"/sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id"
        if os.path.exists(path):
            found.setdefault(int(lib.text(path)), []).append(cpu)
    return found


def set_online(cpus, online):
    """Take CPUs offline, or online again."""
    for cpu in cpus:
        error = lib.write(f"/sys/devices/system/cpu/cpu{cpu}/online", int(online))
        if error:
            raise OSError(error, f"CPU {cpu}")


AMD = "AuthenticAMD" in lib.text("/proc/cpuinfo")
RAPL_UNIT = 0xc0010299 if AMD else 0x606
# AMD's for "core" is each core's own: Cores has them together.
RAPL_MSR = {"package": 0xc001029b, "core": 0xc001029a} if AMD else {
    "package": 0x611, "core": 0x639, "uncore": 0x641, "dram": 0x619, "psys": 0x64d}


def rapl_raw(domain):
    """A domain's counter as we read it ourselves; domain is a line of debugfs."""
    cpu = packages()[domain["instance"]][0]
    return msr(cpu, RAPL_MSR[domain["kind"]]) & 0xffffffff


def rapl_shift(kind):
    """One unit is 10^9 / 2^this nJ: what the unit register says, but servers' memory."""
    return 16 if kind == "dram" else msr(0, RAPL_UNIT) >> 8 & 0x1f


def rapl_nj(domain, raw):
    """Energy from a domain's baseline to a reading of ours, rounded down."""
    units = raw - domain["base_raw"] + (domain["wraps"] << 32)
    return units * 10**9 >> rapl_shift(domain["kind"])


def registers(books):
    """All counters that the books have, as we read them ourselves, by domain."""
    return {dom["domain"]: rapl_raw(dom) for dom in books.domains}


class Cores:
    """Counters of single cores, followed: what those of each package have counted together.

    There are no siblings here: a CPU is a core.
    """

    def __init__(self, books):
        """Begin where the books are; they have to be up to date."""
        self.last = {}
        self.sums = {dom["instance"]: dom["raw"] for dom in books.domains
                     if dom["kind"] == "core"}
        self.read()

    def read(self):
        """Follow all cores that are online; none may wrap twice between two calls."""
        for package, cpus in packages().items():
            for cpu in cpus:
                raw = msr(cpu, RAPL_MSR["core"])
                self.sums[package] += (raw - self.last.get(cpu, raw)) % (1 << 32)
                self.last[cpu] = raw

    def registers(self, books):
        """As registers(): all counters that the books have, by domain."""
        self.read()
        return {dom["domain"]: self.sums[dom["instance"]] if dom["kind"] == "core" else
                rapl_raw(dom) for dom in books.domains}
