# SPDX-License-Identifier: GPL-2.0-only
"""What the checks look at, and helpers that they share."""

import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools/intree"))

KERNEL_DIRS = ("core/", "sources/", "export/", "kunit/", "tools/selftests/module/")


def tracked():
    """All files of the project, the new ones too."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP,
                         check=True, capture_output=True, text=True).stdout
    return sorted(f for f in out.splitlines() if (TOP / f).is_file())


def read(name):
    return (TOP / name).read_text(encoding="utf-8", errors="replace")


def kernel_code(files):
    return [f for f in files if f.startswith(KERNEL_DIRS) and f.endswith((".c", ".h"))]


def user_code(files):
    return [f for f in files if f.endswith((".c", ".h")) and not f.startswith(KERNEL_DIRS)]


def interpreter(name):
    """What the first line of a script names."""
    with open(TOP / name, "rb") as f:
        first = f.readline(200).decode(errors="replace")
    return first if first.startswith("#!") else ""


def output(command, cwd=TOP, **options):
    """The lines that a command prints; what it fails with is one of them."""
    result = subprocess.run([str(word) for word in command], cwd=cwd, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                            encoding="utf-8", errors="replace", **options)
    lines = result.stdout.splitlines()
    if result.returncode and not lines:
        lines.append(f"{command[0]}: exit status {result.returncode}")
    return lines


def side_by_side(function, items):
    """All lines that @function finds, in the order of @items."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [line for lines in pool.map(function, items) for line in lines]


def grep(files, pattern):
    """FILE:LINE of all lines that match."""
    return [f"{name}:{n}: {line.strip()}" for name in files
            for n, line in enumerate(read(name).splitlines(), 1) if re.search(pattern, line)]
