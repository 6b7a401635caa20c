# SPDX-License-Identifier: GPL-2.0-only
"""The host's side of vRAPL: lines as tools/vrapl/PROTOCOL.md has them, and the feed's state."""

import os
import time
import zlib

import lib

FEED = "/proc/energy/vm_feed"
STATE = "/sys/kernel/debug/energy/vm_feed"
TEXT_IN_STATE = ("state", "epoch", "method")
# The host's clock is another one than the guest's.
AHEAD_NS = 10**15


def with_crc(text):
    """A line, whatever it says, with its checksum."""
    text = text.encode()
    return b"%scrc=%08x\n" % (text, zlib.crc32(text))


class Host:
    """An epoch of a host that counts the guest's energy."""

    def __init__(self, epoch=1, interval_ns=lib.SECOND, energy_uj=10**9):
        self.fields = {"vrapl": 1, "seq": 0, "epoch": f"{epoch:016x}", "time_ns": 0,
                       "interval_ns": interval_ns, "energy_uj": energy_uj, "power_w": "1.500",
                       "method": "attributed", "confidence": "0.95"}

    def used(self, energy_uj):
        """The guest has used so much more."""
        self.fields["energy_uj"] += energy_uj
        return self

    def line(self, **other):
        """The next line; with some fields as given, it does not count as said."""
        fields = {**self.fields, "seq": self.fields["seq"] + 1,
                  "time_ns": time.monotonic_ns() + AHEAD_NS, **other}
        if not other:
            self.fields = fields
        return with_crc("".join(f"{key}={value} " for key, value in fields.items()))

    def tell(self, energy_uj=0):
        """Tell of energy, as the guest must accept it."""
        error = feed(self.used(energy_uj).line())
        if error:
            raise OSError(error, FEED)


def feed(data):
    """One write; return 0 or the errno."""
    fd = os.open(FEED, os.O_WRONLY)
    try:
        if os.write(fd, data) != len(data):
            raise OSError("a short write")
    except OSError as error:
        return error.errno
    finally:
        os.close(fd)
    return 0


def state():
    """What became of all lines."""
    pairs = (line.split("=") for line in lib.text(STATE).splitlines())
    return {key: value if key in TEXT_IN_STATE else int(value) for key, value in pairs}


def wait_source(name):
    """Wait until a source is the one that is read."""
    lib.wait_until(lambda: lib.system()["source"] == name)
