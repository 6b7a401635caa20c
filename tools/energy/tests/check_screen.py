# SPDX-License-Identifier: GPL-2.0-only
"""`energy top` in a terminal."""

import os
import signal

from program import Terminal, busy_machine, equal, expect, one_second, replay, written

LEAVE_SCREEN = b"\033[?1049l"


def screen_words(folder):
    machine = busy_machine()
    machine.start(66, "\\033[31mEVIL")
    first = machine.debugfs()
    one_second(machine)
    machine.run(66, 1_000_000)
    return replay(folder, first, machine.debugfs()) + ("--delay", "0.1")


def screen_key(folder):
    terminal = Terminal(*screen_words(folder), "--balance")
    terminal.wait_for(b"(exited)")
    os.write(terminal.master, b"q")
    equal(terminal.finish(), 0)
    before, after = terminal.output.split(LEAVE_SCREEN)
    expect(b"\\033[31mEVIL" in before and b"\033[31mEVIL" not in before, before)
    expect(b"balance: " in after, after)


def screen_signal(folder):
    for number in (signal.SIGINT, signal.SIGTERM):
        terminal = Terminal(*screen_words(folder))
        terminal.wait_for(b"(exited)")
        terminal.process.send_signal(number)
        equal(terminal.finish(), 0)
        expect(LEAVE_SCREEN in terminal.output, terminal.output)


def screen_resize(folder):
    terminal = Terminal(*screen_words(folder))
    terminal.wait_for(b"(exited)")
    for lines, columns in ((5, 20), (1, 1), (40, 120)):
        terminal.output = b""
        terminal.resize(lines, columns)
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.wait_for(b"e" if columns == 1 else b"energy top")
    terminal.wait_for(b"(exited)")
    expect(terminal.process.poll() is None, "a resize is no key")
    os.write(terminal.master, b"q")
    equal(terminal.finish(), 0)


def screen_seconds(folder):
    terminal = Terminal(*screen_words(folder), "--seconds", "0.5")
    equal(terminal.finish(), 0)
    expect(LEAVE_SCREEN in terminal.output, terminal.output)


def screen_failure(folder):
    """The message comes after the screen is left, so that it can be read."""
    path = written(folder, busy_machine().proc_all())
    terminal = Terminal("top", "--file", path, "--delay", "0.2")
    terminal.wait_for(b"waiting for a second reading")
    os.unlink(path)
    equal(terminal.finish(), 1)
    after = terminal.output.split(LEAVE_SCREEN)[1]
    expect(b"energy top: cannot open" in after, after)


def screen_unknown(folder):
    terminal = Terminal(*screen_words(folder), TERM="no-such-terminal")
    equal(terminal.finish(), 1)
    expect(b"cannot use a terminal of type 'no-such-terminal' (try --batch)" in terminal.output,
           terminal.output)


CASES = (
    ("screen: a key ends it, nothing hostile is written", screen_key),
    ("screen: SIGINT and SIGTERM give the terminal back", screen_signal),
    ("screen: any size", screen_resize),
    ("screen: --seconds", screen_seconds),
    ("screen: an error can be read", screen_failure),
    ("screen: unknown terminal", screen_unknown),
)
