#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""main.py - runs in the guest: one measurement, some times over.

usage: main.py NAME TIMES

NAME.py beside this file has measure(), which yields (key, value). Prints `key=value` lines.
"""

import importlib
import os
import sys

# The runner puts this file elsewhere; what it needs is in the working directory.
sys.path.insert(0, os.getcwd())


def main(name, times):
    """Runs it."""
    measure = importlib.import_module(name).measure
    for _ in range(int(times)):
        for key, value in measure():
            print(f"{key}={value:.10g}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
