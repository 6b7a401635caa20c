#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""check.py ENERGY UNIT_TEST...: the unit tests, then the command itself, as one TAP stream.

check.py ENERGY --only NAME: the cases of that file alone, of which none may be skipped.

The command's own cases stand in check_*.py, each in a table CASES of names and functions, which
are given a folder of their own.
"""

import contextlib
import importlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import program

ONLY = sys.argv[3] if sys.argv[2:3] == ["--only"] else ""
UNIT_TESTS = [] if ONLY else sys.argv[2:]
HERE = pathlib.Path(__file__).resolve().parent


class Tap:
    def __init__(self):
        self.count = 0
        self.bad = 0

    def result(self, good, name, remarks=""):
        self.count += 1
        self.bad += not good
        for line in remarks.splitlines():
            print(f"# {line}")
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)


def run_unit_test(tap, path):
    """Its lines, numbered anew; and not ok when it broke off."""
    try:
        done = subprocess.run([path], capture_output=True, text=True, check=False,
                              timeout=program.PATIENCE_S)
    except subprocess.TimeoutExpired as hangs:
        tap.result(False, f"{os.path.basename(path)} runs to its end", str(hangs))
        return
    planned = re.match(r"1\.\.(\d+)$", done.stdout.split("\n")[0])
    remarks, seen, bad = "", 0, 0
    for line in done.stdout.split("\n"):
        result = re.match(r"(not )?ok \d+ - (.*)", line)
        if line.startswith("#"):
            remarks += line[2:] + "\n"
        elif result:
            tap.result(not result[1], result[2], remarks)
            seen, bad, remarks = seen + 1, bad + bool(result[1]), ""
    whole = planned and int(planned[1]) == seen and done.returncode == (bad > 0)
    if not whole:
        tap.result(False, f"{os.path.basename(path)} runs to its end",
                   f"{remarks}exit status {done.returncode}\n{done.stderr}")


def run_case(tap, name, case):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        try:
            case(folder)
            tap.result(True, name)
        except program.Skipped as why:
            tap.result(not ONLY, f"{name} # SKIP {why}")
        except (AssertionError, subprocess.TimeoutExpired, OSError, ValueError) as error:
            tap.result(False, name, str(error))


@contextlib.contextmanager
def timed(what):
    """Says how long it took, and how much of that the CPU was used."""
    start, before = time.monotonic(), os.times()
    yield
    cpu = sum(os.times()[:4]) - sum(before[:4])
    print(f"# {what}: {time.monotonic() - start:.1f} s, {cpu:.1f} s of CPU time", flush=True)


def main():
    tap = Tap()
    with timed("unit tests"):
        for path in UNIT_TESTS:
            run_unit_test(tap, path)
    for path in sorted(HERE.glob(f"{ONLY or 'check_*'}.py")):
        with timed(path.name):
            for name, case in importlib.import_module(path.stem).CASES:
                run_case(tap, name, case)
    print(f"1..{tap.count}")
    return int(tap.bad > 0)


sys.exit(main())
