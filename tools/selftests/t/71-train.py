#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=train timeout=300 topology=1x2 plugin=uniform=10000
"""`energy train` finds what the virtual hardware's instructions and idling cost."""

import os
import re

import harness
import instructions
import lib
import tasks

ENERGY = f"{lib.PAYLOAD}/energy"
LOG = "/tmp/train.log"
# Of the virtual hardware, see tools/testbed/README.md: what an instruction costs in the package,
# and a tenth of that in memory; static power of both.
INSTRUCTION_PJ = 10000 * 1.1
STATIC_W = 5 + 1
PERCENT = 3
SECONDS = 60
# Loads of all sizes, each for a while.
LOADS = ((), ("-d", 20), ("-d", 50, "-c", "mem"), ("-j", 2), ("-c", "simd"), ("-d", 70, "-j", 2),
         ("-d", 10, "-c", "mem", "-j", 2), ("-d", 35, "-c", "simd"), ("-c", "mem", "-j", 2),
         ("-d", 60))


def record():
    """A recording of those loads, one after the other."""
    with tasks.Worker(ENERGY, "log", "--interval", "0.25", LOG) as log:
        for load in LOADS:
            if load:
                with tasks.Worker("hog", *load):
                    lib.wait_samples(SECONDS * lib.SECOND // len(LOADS) // (50 * lib.MS))
            else:
                lib.wait_samples(SECONDS * lib.SECOND // len(LOADS) // (50 * lib.MS))
        log.process.terminate()
        return log.process.wait()


def fitted(text):
    """Numbers by name."""
    return {name: float(value) for name, value in
            re.findall(r"^(idle power|w_\w+) +([0-9.]+)", text, re.M)}


def check_fitted(tap, done, name):
    """It succeeds, and warns of nothing but small weights, which chance gives to others."""
    wrong = [line for line in done.stderr.splitlines() if "w_instructions" in line or
             not re.search(r"warning: w_\w+ is rounded from \d\.\d+ to \d,", line)]
    tap.equal((done.returncode, wrong), (0, []), name)


def weights():
    """The module's, by name."""
    return {name: lib.param(name) for name in os.listdir(lib.PARAMS) if name.startswith("w_")}


def check_applied(tap):
    """In the module that is loaded, and in those that will be."""
    conf = "/etc/modprobe.d/energy-train.conf"
    lib.must_set(w_wakeups=1)
    before = weights()
    done = lib.command(ENERGY, "train", "--apply", "--output", conf, LOG, check=False)
    now = weights()
    check_fitted(tap, done, "the recording is fitted again")
    tap.ok(now != before, "the module that is loaded gets the weights", now)
    tap.ok(instructions.off_by(now["w_instructions"], INSTRUCTION_PJ) < PERCENT,
           "... those that were found", now)
    lib.unload()
    lib.command("modprobe", "energy_rapl_msr")
    tap.equal(weights(), now, "modprobe gives them to the next one")


def test(tap):
    """Train."""
    lib.load("energy_rapl_msr", "energy_pmu_instr", sample_ns=50 * lib.MS, window_ns=lib.SECOND)
    tap.equal(record(), 0, "loads are recorded")
    done = lib.command(ENERGY, "train", LOG, check=False)
    tap.note(done.stdout)
    check_fitted(tap, done, "the recording is fitted")
    found = fitted(done.stdout)
    tap.ok(instructions.off_by(found["idle power"], STATIC_W) < PERCENT,
           "idle power is the static power", found, STATIC_W)
    tap.ok(instructions.off_by(found["w_instructions"], INSTRUCTION_PJ) < PERCENT,
           "an instruction costs what the table says", found, INSTRUCTION_PJ)
    check_applied(tap)


harness.main(test)
