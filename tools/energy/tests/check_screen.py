# SPDX-License-Identifier: GPL-2.0-only
"""`energy top` in a terminal."""

import os
import re
import signal
import termios
import time

from check_top_cgroups import DOCKER, cgroup_list, processes
from program import PATIENCE_S, Terminal, busy_machine, equal, expect, one_second, replay, written
from screens import Seen

LEAVE_SCREEN = b"\033[?1049l"
COLOR = re.compile(rb"\033\[[0-9;]*[34][0-7]m")


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


def names(terminal):
    """What stands in the last column of the table."""
    rows = terminal.rows()
    heading = next((number for number, row in enumerate(rows) if "WATTS" in row), None)
    if heading is None:
        return []
    first = rows[heading].index("HISTORY") + len("HISTORY   ")
    return [row[first:] for row in rows[heading + 1:] if row]


def await_names(terminal, text, expected):
    """A screen with that text and those names: it may come in pieces."""
    terminal.await_screen(lambda screen: text in screen and names(terminal) == expected)


def screen_looks(folder):
    root = processes(folder, p12=DOCKER, p40="/user.slice")
    terminal = Seen(*screen_words(folder), "--proc", root)
    flat = ["python3", "Web Content", "\\033[31mEVIL", "[kworker/0:1]", "(exited)"]
    await_names(terminal, "processes by watts   h: help", flat)
    terminal.press(b"c")
    terminal.await_text("cgroups by watts", "summed up from processes")
    await_names(terminal, "cgroups by watts", ["/", "system.slice", "docker 0123456789ab",
                                               "user.slice", "(exited)"])
    terminal.press(b"pt")
    await_names(terminal, "processes as a tree, by watts",
                ["/", " system.slice", "  docker 0123456789ab", "   python3",
                 " user.slice", "  Web Content", "(cgroup not known)",
                 " \\033[31mEVIL", " [kworker/0:1]", "(exited)"])
    terminal.press(b"t")
    terminal.await_text("processes by watts")
    for keys, words, order in (
            (b"j", "joules", flat), (b"w", "watts", flat), (b"r", "watts, reversed",
             flat[3::-1] + flat[4:]), (b"u", "cpu", [flat[0], flat[1], flat[3], flat[2], flat[4]]),
            (b"i", "pid", [flat[3], flat[0], flat[1], flat[2], flat[4]]),
            (b"n", "name", [flat[3], flat[2], flat[0], flat[1], flat[4]])):
        terminal.press(keys)
        await_names(terminal, f"processes by {words}   h: help", order)
    equal(terminal.quit(), 0)


def screen_looks_up(folder):
    """Processes' cgroups, once something shows them: a pipe without a writer holds it up."""
    root = processes(folder, p40="/user.slice")
    os.mkdir(f"{root}/12")
    os.mkfifo(f"{root}/12/cgroup")

    def look_up():
        with open(f"{root}/12/cgroup", "w", encoding="utf-8") as file:
            file.write(f"0::{DOCKER}\n")

    terminal = Seen(*screen_words(folder), "--proc", root)
    terminal.await_text("(exited)")
    terminal.press(b"j")
    terminal.await_text("processes by joules   h: help")
    terminal.press(b"c")
    look_up()
    terminal.await_text("cgroups by joules", "docker 0123456789ab", "summed up from processes")
    # Not another time for what it knows.
    terminal.press(b"pt")
    terminal.await_screen(lambda text: "processes as a tree, by joules" in text and
                          names(terminal)[2:4] == ["  docker 0123456789ab", "   python3"])
    equal(terminal.quit(), 0)

    terminal = Terminal(*screen_words(folder), "--proc", root)
    terminal.wait_for(b"(exited)")
    expect(b"CGROUP" not in terminal.output, terminal.output)
    terminal.resize(24, 100)
    terminal.process.send_signal(signal.SIGWINCH)
    look_up()
    terminal.wait_for(b"docker 0123456789ab")
    os.write(terminal.master, b"q")
    equal(terminal.finish(), 0)


def screen_help(folder):
    terminal = Seen(*screen_words(folder))
    terminal.await_text("(exited)")
    for open_it, close_it in ((b"h", b"q"), (b"?", b"\n")):
        terminal.press(open_it)
        terminal.await_text("energy top: keys and columns", "q Esc end", without=("python3",))
        terminal.press(close_it)
        terminal.await_text("python3", without=("keys and columns",))
    terminal.press(b"\033")
    equal(terminal.finish(), 0)


def screen_filter(folder):
    terminal = Seen(*screen_words(folder))
    terminal.await_text("(exited)")
    terminal.press(b"/")
    terminal.await_text("filter: _")
    terminal.press(b"pyq\177th")
    terminal.await_text("filter: pyth_", "(3 not matching)", without=("Web Content",))
    terminal.press(b"\r")
    terminal.await_text("filter: pyth   h: help")
    terminal.press(b"/\025web")
    terminal.await_text("filter: web_", "Web Content", without=("python3",))
    terminal.press(b"\033")
    terminal.await_text("filter: pyth   h: help", "python3", without=("Web Content",))
    equal(terminal.quit(), 0)


def screen_pause(folder):
    words = screen_words(folder)
    terminal = Seen(*words)
    terminal.await_text("(exited)")
    terminal.press(b" ")
    terminal.await_text("PAUSED   processes by watts")
    terminal.press(b" ")
    terminal.await_text("processes by watts", without=("PAUSED",))
    equal(terminal.quit(), 0)
    # From the beginning on: nothing is ever read.
    start = time.monotonic()
    terminal = Terminal(*words, "--seconds", "1", typed=b" ")
    equal(terminal.finish(), 0)
    expect(time.monotonic() - start >= 1, "a pause is no end")
    expect(b"energy top" not in terminal.output, terminal.output)
    terminal = Terminal(*words, typed=b"  ")
    terminal.wait_for(b"(exited)")
    os.write(terminal.master, b"q")
    equal(terminal.finish(), 0)


def screen_colors(folder):
    words = screen_words(folder)
    for colored, environment in ((True, {}), (True, {"NO_COLOR": ""}), (False, {"NO_COLOR": "1"}),
                                 (False, {"TERM": "vt100"})):
        terminal = Terminal(*words, **environment)
        terminal.wait_for(b"(exited)")
        os.write(terminal.master, b"q")
        equal(terminal.finish(), 0)
        equal((environment, bool(COLOR.search(terminal.output))), (environment, colored))


def screen_locales(folder):
    words = screen_words(folder)
    for locale, full in (("C.UTF-8", "█".encode()), ("C", b"#")):
        terminal = Terminal(*words, LC_ALL=locale)
        terminal.wait_for(b"(exited)")
        os.write(terminal.master, b"q")
        equal(terminal.finish(), 0)
        expect(full in terminal.output, locale, terminal.output)
        if locale == "C":
            expect(terminal.output.isascii(), terminal.output)


def screen_scrolls(folder):
    machine = busy_machine()
    for pid in range(100, 140):
        machine.start(pid, f"name{pid}")
    first = machine.debugfs()
    one_second(machine)
    for pid in range(100, 140):
        machine.run(pid, 1000 * (200 - pid))
    terminal = Seen(*replay(folder, first, machine.debugfs()), "--delay", "0.1")
    terminal.await_text("(exited)")
    listed = ["python3", "Web Content", *(f"name{pid}" for pid in range(100, 140)),
              "[kworker/0:1]"]
    rows = len(names(terminal)) - 2
    for keys, first in ((b"\033[B", 1), (b"\033[6~", 1 + rows), (b"\033[A", rows),
                        (b"\033[5~", 0), (b"\033[4~", 43 - rows), (b"\033[B", 43 - rows),
                        (b"\033[1~", 0), (b"\033[99~\033[x\033[B", 1)):
        terminal.press(keys)
        await_names(terminal, "", [*listed[first:first + rows], f"({43 - rows} more)", "(exited)"])
    equal(terminal.quit(), 0)


def screen_lists(folder):
    """The list of cgroups that belongs to a file; and what the header says of windows."""
    machine = busy_machine()
    path, list_path = written(folder, machine.proc_all()), f"{folder}/list"

    def write_list(nj):
        with open(list_path + ".new", "w", encoding="utf-8") as file:
            file.write(cgroup_list(machine, (1, 0, nj, nj, "/"), (5, 1, nj, nj, DOCKER)))
        os.rename(list_path + ".new", list_path)

    write_list(0)
    terminal = Seen("top", "--file", path, "--cgroup-list", list_path, "--by", "cgroup",
                    "--delay", "0.2")
    terminal.await_text("waiting for a second reading")
    one_second(machine)
    write_list(3_000_000_000)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(machine.proc_all())
    os.rename(path + ".new", path)
    terminal.await_text("docker 0123456789ab", "window 1.000 s", without=("summed up",))
    equal(terminal.quit(), 0)


def screen_hangup(folder):
    """A terminal that is gone without a signal, as nohup leaves it, is no reason to spin."""
    terminal = Terminal(*screen_words(folder))
    terminal.wait_for(b"(exited)")
    os.close(terminal.master)
    try:
        equal(terminal.process.wait(timeout=PATIENCE_S), 0)
    finally:
        terminal.process.kill()
        os.close(terminal.slave)


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


class Stoppable(Terminal):
    """As a shell starts it: in a group of its own, which can be stopped."""

    group = {"process_group": 0}


def screen_stops(folder):
    """Ctrl-Z gives the terminal to the shell; the size that it has afterwards no signal tells."""
    terminal = Stoppable(*screen_words(folder))
    terminal.wait_for(b"(exited)")
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.wait_for(LEAVE_SCREEN)
    os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    equal(termios.tcgetattr(terminal.slave), terminal.modes)
    terminal.resize(24, 110)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait_for(b"CGROUP")
    os.write(terminal.master, b"q")
    equal(terminal.finish(), 0)


def screen_stops_between(folder):
    """Not while it draws: signals that curses answers come during a wait only."""
    root = processes(folder, p40="/user.slice")
    os.mkdir(f"{root}/12")
    os.mkfifo(f"{root}/12/cgroup")
    terminal = Terminal(*screen_words(folder), "--proc", root)
    terminal.wait_for(b"(exited)")
    os.write(terminal.master, b"c")
    # It looks up the other end, and comes to this one.
    with open(f"{root}/12/cgroup", "w", encoding="utf-8") as file:
        with open(f"/proc/{terminal.process.pid}/status", encoding="ascii") as status:
            blocked = int(re.search(r"SigBlk:\s*(\w+)", status.read())[1], 16)
        file.write(f"0::{DOCKER}\n")
    equal([blocked >> (number - 1) & 1 for number in (signal.SIGWINCH, signal.SIGTSTP)], [1, 1])
    terminal.wait_for(b"summed up")
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
    ("screen: q ends it, nothing hostile is written", screen_key),
    ("screen: keys for cgroups, tree and order", screen_looks),
    ("screen: cgroups are looked up when they are shown", screen_looks_up),
    ("screen: help; Esc ends it", screen_help),
    ("screen: a filter", screen_filter),
    ("screen: pause", screen_pause),
    ("screen: no colour where it is not wanted", screen_colors),
    ("screen: blocks, or ASCII", screen_locales),
    ("screen: scrolling", screen_scrolls),
    ("screen: a list of cgroups that goes with a file", screen_lists),
    ("screen: the terminal goes away", screen_hangup),
    ("screen: SIGINT and SIGTERM give the terminal back", screen_signal),
    ("screen: any size", screen_resize),
    ("screen: stopped and continued in another size", screen_stops),
    ("screen: stopped between two drawings", screen_stops_between),
    ("screen: --seconds", screen_seconds),
    ("screen: an error can be read", screen_failure),
    ("screen: unknown terminal", screen_unknown),
)
