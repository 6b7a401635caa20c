# SPDX-License-Identifier: GPL-2.0-only
"""Where things are, and the programs that run in the guests."""

import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
TESTBED = os.path.join(PROJECT, "tools", "testbed")
BUILD = os.path.join(PROJECT, "build")
MODULES = os.path.join(BUILD, "kmod", "guest")
MEASURE = os.path.join(HERE, "measure")
PROGRAMS = os.path.join(BUILD, "guest", "bench")


def build_programs():
    """Build the programs."""
    subprocess.run([os.path.join(TESTBED, "inroot"), "make", "-s", "-C",
                    os.path.join(HERE, "programs"), f"BUILD={PROGRAMS}"],
                   check=True, stdin=subprocess.DEVNULL)
