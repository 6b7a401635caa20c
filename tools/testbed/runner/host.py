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


class Guest:
    """What a kernel's guests boot; the test bed's stock one if nothing is said."""

    def __init__(self, kernel, kernel_dir, root=None):
        self.image = root or os.path.join(tool("mkroot").splitlines()[1], "guest.ext4")
        if not os.path.exists(self.image):
            raise SetupError(f"there is no {self.image}")
        # In whose root the tools for its modules are.
        self.name = tool("kernels", "--name", *filter(None, [kernel])).strip()
        # Its own modules: in the image of the root, in one of theirs, or in a directory.
        self.modules_image = self.modules_dir = None
        if kernel_dir:
            self._from(kernel_dir)
            return
        self.version, _, directory = tool("mkkernel", self.name).splitlines()
        self.vmlinuz = os.path.join(directory, f"vmlinuz-{self.version}")
        self.initrd = os.path.join(directory, f"initrd-{self.version}")
        modules = os.path.join(directory, "modules.ext4")
        if os.path.exists(modules):
            self.modules_image = modules

    def _from(self, directory):
        """What tools/debugkernel/build has made."""
        try:
            with open(os.path.join(directory, "release"), encoding="ascii") as text:
                self.version = text.read().strip()
        except OSError as error:
            raise SetupError(f"no kernel in {directory}: {error}") from error
        self.vmlinuz = os.path.join(directory, "vmlinuz")
        self.initrd = os.path.join(directory, "initrd")
        self.modules_dir = os.path.join(directory, "modules")


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
