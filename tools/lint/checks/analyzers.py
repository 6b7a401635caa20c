# SPDX-License-Identifier: GPL-2.0-only
"""Analyzers of compilers, which follow a function's paths."""

import re

import kernel
import trees

FOLDER = "drivers/energy/"
PROJECT_PATH = re.compile(r"(?:\.\./)?drivers/energy/")
WARNING = re.compile(r"^\S+: (?:warning|error):|\berror: |^make")
# kbuild runs a checker with the flags of the compiler on each file: as sparse, so these.
GCC = "gcc -fanalyzer -c -o /dev/null"
CLANG = "clang --analyze --analyzer-output text -Qunused-arguments"
# The kernel's containers and locks are beyond gcc 12: it takes what list_add(), a hash or a
# cast pointer keeps for lost.
GCC_OFF = ("analyzer-malloc-leak",)


def analyze(compiler, checker):
    """
    The checker's warnings on everything that a slim kernel has of the project. Not on the suites:
    their macros take longer than all the rest.
    """
    with trees.locked(kernel.home()):
        build = kernel.Kernel(kernel.tree(), compiler)
        build.configure(*kernel.energy("y"))
        said, ok = build.make("C=2", f"CHECK={checker}", "CHECKFLAGS=", FOLDER)
    bad = [PROJECT_PATH.sub("", line) for line in said if WARNING.search(line)]
    return bad if ok else bad + ["make failed:"] + said[-20:]


def check_gcc(_files):
    return analyze("gcc", " ".join([GCC, *(f"-Wno-{name}" for name in GCC_OFF)]))


def check_clang(_files):
    return analyze("clang", CLANG)


CHECKS = (
    ("gcc -fanalyzer is content", check_gcc),
    ("clang --analyze is content", check_clang),
)
