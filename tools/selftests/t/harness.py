# SPDX-License-Identifier: GPL-2.0-only
"""Runs a test: TAP, and cleaning up.

A test is a function that takes a Tap; main(test) runs it and cleans up after it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import traceback

import hardware
import lib
import tasks


class Tap:
    """Test points, numbered as they come; the plan comes last."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, *details):
        """One point: good or not, and what to print where it is not."""
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:
            self.failed += 1
            for detail in details:
                self.note(detail)
        return bool(good)

    def equal(self, got, want, name):
        """One point: two values are the same."""
        return self.ok(got == want, name, f"got  {got!r}", f"want {want!r}")

    def skip(self, name, why):
        """One point that could not be tried."""
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    @staticmethod
    def note(text):
        """A line for people."""
        for line in str(text).splitlines():
            print(f"# {line[:2000]}", flush=True)

    def plan(self):
        """The last line."""
        print(f"1..{self.count}", flush=True)



def _clean_up():
    for worker in tasks.Worker.everyone:
        with contextlib.suppress(OSError):
            worker.end()
    if subprocess.run([f"{lib.PAYLOAD}/truth", "present"], check=False).returncode == 0:
        hardware.truth("release")
    lib.unload()


def main(test):
    """Run a test and exit: 0 where all its points are good."""
    # All CPUs may be busy with what is being tested.
    os.nice(-20)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    tap = Tap()
    done = False
    try:
        lib.unload()
        test(tap)
        done = True
    except Exception as error:  # pylint: disable=broad-except
        tap.note(traceback.format_exc())
        tap.note(getattr(error, "stderr", None) or "")
    try:
        _clean_up()
    except (OSError, subprocess.CalledProcessError) as error:
        tap.note(f"{error}: {getattr(error, 'stderr', '')}")
        done = False
    if not done:
        print("Bail out! the test itself failed", flush=True)
        sys.exit(1)
    tap.plan()
    sys.exit(1 if tap.failed else 0)
