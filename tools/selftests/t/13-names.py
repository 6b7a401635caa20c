#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=60 matrix=yes safe=yes
"""Names, order and dependencies of the modules; the core works alone."""

import harness
import lib
import tasks


def test(tap):
    """Names."""
    name = lib.load_any()
    lib.unload()
    lib.command("modprobe", name.removeprefix("energy_"))
    tap.ok(lib.loaded(name) and lib.loaded("energy_core"),
           "a source's short name loads the module, and that the core", name)
    done = lib.command("rmmod", "energy_core", check=False)
    tap.ok(done.returncode and lib.loaded("energy_core"),
           "the core cannot go while a source needs it", done)
    done = lib.command("modprobe", name, check=False)
    tap.equal(done.returncode, 0, "loading what is loaded is nothing new")

    lib.command("modprobe", "-r", name)
    lib.wait_until(lambda: not lib.loaded(name))
    if lib.loaded("energy_core"):
        lib.command("rmmod", "energy_core")
    lib.load_core()
    books = lib.listing()
    tap.equal([books["domains"], books["source"], books["source_kind"], books["measured_nj"]],
              ["none", "none", "none", 0], "the core works alone")
    hog = tasks.Worker("hog", "-t", 500, "-p")
    hog.said()
    lib.wait_until(lambda: (record := lib.listing().of(hog.pid)) and record["energy"] > 0)
    tap.equal({record["energy_nj"] for record in lib.listing().records}, {0},
              "with the model's energy and no other")


harness.main(test)
