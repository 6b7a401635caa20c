# SPDX-License-Identifier: GPL-2.0-only
"""Choosing between KVM and TCG.

Virtual power hardware needs TCG. Without it KVM is faster, where it works:
/dev/kvm may be there and yet hang every guest, so a guest that only has to
reach its init is tried once a boot of the host, for a limited time.
"""

import os
import subprocess

from . import host

PROBE_SECONDS = 15
# isa-debug-exit turns the probe's 1 into this.
PROBE_STATUS = 3


def _probe(guest):
    command = ["timeout", "--signal=KILL", str(PROBE_SECONDS),
               "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot",
               "-display", "none", "-machine", "pc", "-accel", "kvm", "-cpu", "host", "-m", "256",
               "-kernel", guest.vmlinuz, "-initrd", guest.initrd,
               "-append", "quiet panic=-1 testbed.probe",
               "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
    done = subprocess.run([os.path.join(host.TESTBED, "inroot"), *command], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    return done.returncode == PROBE_STATUS


def _works(guest):
    known = os.path.join(host.BUILD, f"kvm-{host.boot_id()}")
    with host.locked(os.path.join(host.BUILD, ".kvm.lock")):
        if not os.path.exists(known):
            answer = _probe(guest)
            with open(known, "w", encoding="ascii") as out:
                out.write("works\n" if answer else "does not work\n")
        with open(known, encoding="ascii") as text:
            return text.read() == "works\n"


def choose(options, guest):
    """Return the accelerator for a run, "tcg" or "kvm"."""
    needs_tcg = not options.no_plugin or options.icount or options.profile
    if needs_tcg or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    return "kvm" if _works(guest) else "tcg"
