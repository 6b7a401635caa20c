# SPDX-License-Identifier: GPL-2.0-only
"""What the host provides: the root, the guest's files, the plugin, the build directory."""

import fcntl
import os
import subprocess
from contextlib import contextmanager

TESTBED = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROJECT = os.path.dirname(os.path.dirname(TESTBED))
BUILD = os.path.join(PROJECT, "build", "testbed")


class SetupError(Exception):
    """The test bed cannot start; the message says why."""


def tool(name, *args):
    """Run one of our own tools and return its standard output."""
    done = subprocess.run([os.path.join(TESTBED, name), *args], check=False,
                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    if done.returncode:
        raise SetupError(f"{name} failed")
    return done.stdout


def boot_id():
    """Return what names this boot of the host, for facts that hold until the next."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as text:
        return text.read().strip()


@contextmanager
def locked(path):
    """Hold an exclusive lock on a file for the length of a with block."""
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def guest_files(kernel, kernel_dir):
    """Return (version, vmlinuz, initrd, image) of a kernel, the stock one if both are None."""
    guest_dir = tool("mkroot").splitlines()[1]
    if kernel_dir:
        try:
            with open(os.path.join(kernel_dir, "release"), encoding="ascii") as text:
                version = text.read().strip()
        except OSError as error:
            raise SetupError(f"no kernel in {kernel_dir}: {error}") from error
        return (version, os.path.join(kernel_dir, "vmlinuz"), os.path.join(kernel_dir, "initrd"),
                os.path.join(guest_dir, "guest.ext4"))
    version = kernel or tool("kernels", "--default").strip()
    files = [os.path.join(guest_dir, name)
             for name in (f"vmlinuz-{version}", f"initrd-{version}", "guest.ext4")]
    if not os.path.exists(files[0]):
        raise SetupError(f"kernel {version} is not in the root (see {TESTBED}/kernels)")
    return (version, *files)


def _built():
    """Build what the runner needs if its sources are newer, and return the directory."""
    out = os.path.join(BUILD, "plugin")
    os.makedirs(out, exist_ok=True)
    with locked(os.path.join(out, ".lock")):
        done = subprocess.run([os.path.join(TESTBED, "inroot"), "make", "-s", "-C",
                               os.path.join(TESTBED, "plugin"), f"OUT={out}"],
                              check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise SetupError("the plugin does not build")
    return out


def plugin(name="energy_plugin"):
    """Return the path of an up-to-date plugin."""
    return os.path.join(_built(), f"{name}.so")


def tsc_khz():
    """Return the frequency of this machine's TSC, measured once a boot."""
    known = os.path.join(BUILD, f"tsc-khz-{boot_id()}")
    if not os.path.exists(known):
        khz = tool("inroot", os.path.join(_built(), "tsc_khz"))
        with open(f"{known}.{os.getpid()}", "w", encoding="ascii") as out:
            out.write(khz)
        os.rename(out.name, known)
    with open(known, encoding="ascii") as text:
        return int(text.read())
