#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=120 safe=yes
"""Parameters: ranges, what they do to each other, when they take effect, at load too."""

import errno
import os

import harness
import lib

WEIGHT = (0, 10**9)
RANGES = {
    "sample_ns": (lib.MS, 10 * lib.SECOND),
    "window_ns": (100 * lib.MS, 3600 * lib.SECOND),
    "w_cpu_ns": WEIGHT,
    "w_mem_bytes": WEIGHT,
    "w_instructions": WEIGHT,
    "w_wakeups": WEIGHT,
    "w_disk_read_bytes": WEIGHT,
    "w_disk_write_bytes": WEIGHT,
    "w_net_rx_packets": WEIGHT,
    "w_net_tx_packets": WEIGHT,
    "idle_uw": (0, 10**9),
}
DEFAULTS = {**{name: 0 for name in RANGES}, "sample_ns": 100 * lib.MS, "window_ns": lib.SECOND,
            "w_cpu_ns": 1000}
NO_NUMBERS = ("x", "1x", "\n", "-1", "1 2")


def values():
    """All parameters that we know."""
    return {name: lib.param(name) for name in RANGES}


def check_ranges(tap):
    """Each by itself; sample_ns and window_ns out of each other's way."""
    tap.equal(sorted(os.listdir(lib.PARAMS)), sorted((*RANGES, "source")),
              "all parameters are known here")
    tap.equal(values(), DEFAULTS, "defaults")
    for name, (low, high) in RANGES.items():
        lib.must_set(window_ns=3600 * lib.SECOND, sample_ns=lib.MS)
        before = values()
        bad = [value for value in (low - 1, high + 1, 0, 2**64 - 1, 2**64, 2**70)
               if not low <= value <= high and value >= 0]
        got = [lib.set_param(name, value) for value in bad]
        tap.equal(got, [errno.ERANGE] * len(bad), f"{name}: {bad} are out of range")
        got = [lib.set_param(name, value) for value in NO_NUMBERS]
        tap.ok(set(got) <= {errno.EINVAL, errno.ERANGE}, f"{name}: what is no number is refused",
               got)
        tap.equal(values(), before, f"{name}: and nothing has changed")
        for value in (low, high):
            tap.equal((lib.set_param(name, value), lib.param(name)), (0, value),
                      f"{name}: {value} is good")
    for name, value in DEFAULTS.items():
        lib.must_set(**{name: value})


def check_list(tap):
    """idle_uw has a number for each package."""
    path = f"{lib.PARAMS}/idle_uw"
    for value in ("5000000", "5000000,6000000", "0,6000000", ",".join(["7"] * 64), "0"):
        tap.equal((lib.set_param("idle_uw", value), lib.text(path)), (0, value + "\n"),
                  f"idle_uw={value[:20]} is good")
    lib.must_set(idle_uw="3,4")
    for value, want in (("1,1000000001", errno.ERANGE), (",".join(["7"] * 65), errno.ERANGE),
                        ("1,", errno.EINVAL), (",1", errno.EINVAL), ("1, 2", errno.EINVAL)):
        tap.equal((lib.set_param("idle_uw", value), lib.text(path)), (want, "3,4\n"),
                  f"idle_uw={value[:20]} is refused and changes nothing")
    lib.must_set(idle_uw=0)


def check_pair(tap):
    """window_ns >= sample_ns after either write."""
    lib.must_set(sample_ns=200 * lib.MS, window_ns=lib.SECOND)
    for name, value in (("sample_ns", lib.SECOND + 1), ("window_ns", 200 * lib.MS - 1)):
        before = values()
        tap.equal((lib.set_param(name, value), values()), (errno.ERANGE, before),
                  f"{name}={value} would make a window shorter than a sample")
    tap.equal(lib.set_param("sample_ns", lib.SECOND), 0, "sample_ns = window_ns is good")
    tap.equal(lib.set_param("window_ns", lib.SECOND), 0, "and so is window_ns = sample_ns")


def check_pace(tap):
    """A new pace begins at once, not after the old sample."""
    lib.must_set(window_ns=20 * lib.SECOND, sample_ns=10 * lib.SECOND)
    first = lib.system()
    lib.must_set(sample_ns=50 * lib.MS)
    lib.wait_samples(3)
    last = lib.system()
    tap.ok(last["timestamp"] - first["timestamp"] < 10 * lib.SECOND,
           "a shorter sample_ns does not wait for the longer one to end", first.header,
           last.header)
    tap.equal([last["sample_ns"], last["window_ns"]], [50 * lib.MS, 20 * lib.SECOND],
              "the header has the new values")
    lib.must_set(window_ns=100 * lib.MS)
    window = last["window"]
    lib.wait_until(lambda: lib.system()["window"] >= window + 3)
    now = lib.system()
    tap.ok(now["timestamp"] - last["timestamp"] < 20 * lib.SECOND,
           "nor does a shorter window_ns", last.header, now.header)


def check_load(tap):
    """The same at load."""
    lib.unload()
    for args in (("sample_ns=999999",), ("sample_ns=0",), ("sample_ns=10000000001",),
                 ("window_ns=99999999",), ("window_ns=3600000000001",), ("sample_ns=x",),
                 ("idle_uw=1000000001",), ("idle_uw=1,1000000001",),
                 ("w_cpu_ns=1000000001",), ("w_net_tx_packets=-1",),
                 ("source=a,b",), ("source=",), ("source=" + "x" * 32,),
                 ("sample_ns=2000000000",), ("sample_ns=500000000", "window_ns=200000000"),
                 ("window_ns=200000000", "sample_ns=500000000")):
        done = lib.command("modprobe", "energy_core", *args, check=False)
        tap.ok(done.returncode and not lib.loaded("energy_core"), f"{' '.join(args)}: no load",
               done)
    lib.load_core(sample_ns=5 * lib.SECOND, window_ns=6 * lib.SECOND, w_wakeups=77,
             idle_uw="12")
    tap.equal(values(), {**DEFAULTS, "sample_ns": 5 * lib.SECOND, "window_ns": 6 * lib.SECOND,
                         "w_wakeups": 77, "idle_uw": 12}, "good ones are taken, whatever the defaults")


def test(tap):
    """Parameters."""
    lib.load_core()
    check_ranges(tap)
    check_list(tap)
    check_pair(tap)
    check_pace(tap)
    check_load(tap)


harness.main(test)
