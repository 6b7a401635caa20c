# SPDX-License-Identifier: GPL-2.0-only
"""The command under test: runs it, watches it, and says what was expected of it."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

from listings import Machine

ENERGY = os.path.abspath(sys.argv[1])
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm"}
NOBODY = 65534

# For what is sure to come: so long waits nobody but for a failure, however busy the machine is.
# Beside two virtual machines on two CPUs a third of a second of CPU time took 100 s.
PATIENCE_S = 1800


class Skipped(Exception):
    pass


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(map(repr, what)))


def equal(is_, expected):
    expect(is_ == expected, is_, "is not", expected)


def energy(*words, **more):
    return subprocess.run([ENERGY, *words], capture_output=True, text=True, timeout=PATIENCE_S,
                          stdin=subprocess.DEVNULL, env=ENVIRONMENT, check=False, **more)


@contextlib.contextmanager
def running(words, **more):
    """What hangs is a failure, and is killed."""
    process = subprocess.Popen([ENERGY, *words], env=ENVIRONMENT, **more)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def replay(folder, *listings):
    for number, listing in enumerate(listings, 8):
        with open(f"{folder}/{number}.txt", "w", encoding="utf-8") as file:
            file.write(listing)
    with open(f"{folder}/notes", "w", encoding="utf-8") as file:
        file.write("no snapshot")
    return ("top", "--replay", folder)


def written(folder, listing):
    path = f"{folder}/listing"
    with open(path, "w", encoding="utf-8") as file:
        file.write(listing)
    return path


def busy_machine(**more):
    machine = Machine(**more)
    machine.start(12, "python3")
    machine.start(40, "Web\\040Content")
    machine.start(2, "kworker/0:1", kernel=1)
    return machine


def one_second(machine):
    """12 uses 6 W, 40 uses 1.5 W, the idle machine 2 W, nobody 0.5 W."""
    machine.pass_time(1)
    machine.run(12, 6_000_000_000, 900_000_000)
    machine.run(40, 1_500_000_000, 250_000_000)
    machine.run(2, 0, 1_000_000)
    machine.add("idle", 2_000_000_000)
    machine.add("unattributed", 500_000_000)


class Terminal:
    """The command in a terminal of 80x24."""

    group = {"start_new_session": True}

    def __init__(self, *words, typed=b"", **environment):
        self.output = b""
        self.master, slave = pty.openpty()
        self.resize(24, 80)
        self.modes = termios.tcgetattr(slave)
        self.slave = slave
        os.write(self.master, typed)
        self.process = subprocess.Popen([ENERGY, *words], stdin=slave, stdout=slave,
                                        stderr=slave, env={**ENVIRONMENT, **environment},
                                        **self.group)

    def resize(self, lines, columns):
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def wait_for(self, text):
        end = time.monotonic() + PATIENCE_S
        while text not in self.output:
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"not seen: {text!r} in {self.output!r}")
            if select.select([self.master], [], [], 0.1)[0]:
                self.output += os.read(self.master, 65536)

    def finish(self):
        """The exit status, once the terminal is as it was."""
        try:
            status = self.process.wait(timeout=PATIENCE_S)
        finally:
            self.process.kill()
        while select.select([self.master], [], [], 0.1)[0]:
            self.output += os.read(self.master, 65536)
        modes = termios.tcgetattr(self.slave)
        os.close(self.master)
        os.close(self.slave)
        equal(modes, self.modes)
        return status
