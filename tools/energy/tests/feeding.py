# SPDX-License-Identifier: GPL-2.0-only
"""A made up /sys and /proc that change while they are recorded, and a reader of recordings."""

import os
import re
import struct
import time
import zlib

from listings import Machine
from program import PATIENCE_S, expect

MARK = b"\x89ENLOG1\n"
HEADER = struct.Struct("<8sIIIIQ")
HERE = os.path.dirname(os.path.abspath(__file__))


class Root:
    """A machine whose files stand below a folder, for --root."""

    def __init__(self, folder):
        self.path = f"{folder}/root"
        self.machine = Machine()
        for name in ("sys/kernel/debug/energy", "proc/energy", "proc/sys/kernel/random",
                     "sys/module/energy_core/parameters"):
            os.makedirs(f"{self.path}/{name}")
        self.write("proc/sys/kernel/random/boot_id", "aaaa-bbbb\n")
        self.publish()

    def write(self, name, text):
        """In one step, as who reads it must see it whole."""
        path = f"{self.path}/{name}"
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def remove(self, name):
        os.unlink(f"{self.path}/{name}")

    def sys(self):
        machine = self.machine
        lines = machine.header() + machine.debugfs_header()[:12] + machine.records(True)[:1]
        return "\n".join(lines) + "\n"

    def cgroups(self):
        return (f"timestamp={self.machine.time_ns}\niterations=42\ncgroup=1 parent=0 alive=1 "
                f"energy=1.000 cpu_ns={self.machine.cpu_ns} energy_uj=5 energy_nj=5432 path=/\n")

    def publish(self):
        self.write("sys/kernel/debug/energy/all", self.machine.debugfs())
        self.write("proc/energy/cgroups", self.cgroups())
        self.write("sys/kernel/debug/energy/sys", self.sys())

    def step(self, watts=5):
        self.machine.pass_time(1)
        self.machine.add("idle", int(watts * 1e9))
        self.publish()


def await_that(what, seconds=PATIENCE_S):
    """Until what() is true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        expect(time.monotonic() < end, "waited in vain")
        time.sleep(0.002)


def unpacked(left):
    """(kind, listing, cgroups, wall_ns) of each record, by log/FORMAT.md alone; all are whole."""
    with open(f"{HERE}/../log/dictionary.txt", "rb") as file:
        dictionary = file.read()
    while left:
        mark, kind, stored, length, listing, wall_ns = HEADER.unpack_from(left)
        content = left[36:36 + stored]
        expect(mark == MARK, "no mark")
        expect(struct.unpack_from("<I", left, 32)[0] == zlib.crc32(left[:32]), "header")
        expect(struct.unpack_from("<I", left, 36 + stored)[0] == zlib.crc32(content), "content")
        text = zlib.decompressobj(zdict=dictionary).decompress(content)
        expect(len(text) == length, "length")
        yield kind, text[:listing].decode(), text[listing:].decode(), wall_ns
        left = left[40 + stored:]


def frames(path):
    with open(path, "rb") as file:
        yield from unpacked(file.read())


def newest(path):
    """The timestamp of the last sample that is whole; None if it is not, or there is none."""
    try:
        with open(path, "rb") as file:
            left = file.read()
        if MARK in left:
            listing = next(unpacked(left[left.rindex(MARK + struct.pack("<I", 2)):]))[1]
        else:
            listing = left.decode().rpartition("-------\n")[0]
        return int(re.findall(r"^timestamp=(\d+)$", listing, re.M)[-1])
    except (AssertionError, IndexError, OSError, ValueError, struct.error, zlib.error):
        return None


def framed(kind, text, listing_len=0):
    """A record of that text."""
    with open(f"{HERE}/../log/dictionary.txt", "rb") as file:
        packer = zlib.compressobj(zdict=file.read())
    content = packer.compress(text.encode()) + packer.flush()
    return packed(kind, content, len(text), listing_len)


def packed(kind, content, length, listing_len):
    """A record of that content, which is said to unpack to so much."""
    header = HEADER.pack(MARK, kind, len(content), length, listing_len, 5)
    return (header + struct.pack("<I", zlib.crc32(header)) + content +
            struct.pack("<I", zlib.crc32(content)))


def times(text):
    """The timestamps in plain text, in whole seconds since the machine began."""
    return [int(line.split("=")[1]) // 10**9 - 1000
            for line in text.split("\n") if line.startswith("timestamp=")]
