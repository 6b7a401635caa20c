# SPDX-License-Identifier: GPL-2.0-only
"""Modules that come and go under a storm."""

import os

import lib
import tasks


def begin_storm():
    """Forks, exits, switches, readers."""
    return [tasks.Worker("swarm", "-j", 2, "-u", 100, "-U", 500), tasks.Worker("pingpong", 1),
            tasks.Reader(lib.ALL, lib.CGROUP, lib.DEBUG_ALL)]


def rmmod(module):
    """Unload; files of debugfs that somebody reads hold it for a moment."""
    while lib.loaded(module):
        done = lib.command("rmmod", module, check=False)
        # The second one is the kernel's own answer, when a file is opened after rmmod's look.
        if done.returncode and not any(why in done.stderr for why in (
                "in use", "Resource temporarily unavailable")):
            raise RuntimeError(done.stderr)


def check_gone(tap):
    """Nothing of ours is in the kernel, nor in its log."""
    for path in ("/proc/energy", "/sys/kernel/debug/energy", "/sys/module/energy_core"):
        tap.ok(not os.path.exists(path), f"{path} is gone")
    tap.ok("energy_" not in lib.text("/proc/modules") + lib.text("/proc/slabinfo"),
           "no module and no cache of ours is left")
    tap.ok("[energy_" not in lib.text("/proc/kallsyms"), "no symbol of ours is left")
    loud = lib.command("dmesg", "--level=emerg,alert,crit,err,warn").stdout
    loud = [line for line in loud.splitlines()
            if "energy" in line and "taint" not in line]
    tap.ok(not loud, "nothing in the kernel's log", *loud)
