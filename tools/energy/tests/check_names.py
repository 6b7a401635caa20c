# SPDX-License-Identifier: GPL-2.0-only
"""The names that the program's parts have in common."""

import collections
import os
import re
import subprocess

from program import ENERGY, PATIENCE_S, Skipped, equal, expect


def defined():
    archive = f"{os.path.dirname(ENERGY)}/energy.a"
    if not os.path.exists(archive):
        raise Skipped("the program is not where it was built")
    done = subprocess.run(["nm", "-g", "--defined-only", archive], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=True)
    names = re.findall(r"(?m)^[0-9a-f]+ [A-Z] (\S+)$", done.stdout)
    expect(names, done.stdout)
    return names


def once(_folder):
    """Of two the linker takes the one it meets first, and says nothing: it is an archive."""
    equal([name for name, times in collections.Counter(defined()).items() if times > 1], [])


def prefixed(_folder):
    # A sanitizer's and a profiler's are theirs.
    equal([name for name in defined() if not name.startswith(("energy_", "__"))], [])


CASES = (
    ("names: each is defined once", once),
    ("names: all begin with energy_", prefixed),
)
