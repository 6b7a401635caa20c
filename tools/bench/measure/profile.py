#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""profile.py - runs in the guest, for tools/bench/profile: one of the programs.

usage: profile.py WITH_METER OTHERS PROGRAM ARG...

Prints the kernel's symbols.
"""

import contextlib
import os
import sys

# The runner puts this file elsewhere; what it needs is in the working directory.
sys.path.insert(0, os.getcwd())
import meter  # pylint: disable=wrong-import-position


def main(with_meter, others, *command):
    """Runs it; the modules' symbols have to be there when they are listed."""
    with meter.others(int(others)), \
         meter.loaded(meter.RAPL) if int(with_meter) else contextlib.nullcontext():
        meter.run(*command)
        with open("/proc/kallsyms", encoding="ascii") as file:
            sys.stdout.write(file.read())


if __name__ == "__main__":
    main(*sys.argv[1:])
