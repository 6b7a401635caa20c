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
# Warnings that are wrong, each with what the analyzer cannot know:
WRONG = re.compile("|".join((
    # the caller has just taken a pointer out of the node that it takes for missing
    r"^core/pidmap\.c:\d+:\d+: warning: dereference of NULL .mid.",
    # energy_proctab_remove(): the record is in the list, so the walk meets it before the end
    r"rwonce\.h:\d+:\d+: warning: dereference of NULL .newer.",
    # vrapl_parse() fills a line by a table of offsets, and accepts none that lacks a field
    r"^sources/vm_feed_state\.h:\d+:\d+: warning: use of uninitialized value .\*line\b",
)))


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
    bad = [line for line in bad if not WRONG.search(line)]
    return bad if ok else bad + ["make failed:"] + said[-20:]


def check_gcc(_files):
    return analyze("gcc", GCC)


def check_clang(_files):
    return analyze("clang", CLANG)


CHECKS = (
    ("gcc -fanalyzer is content", check_gcc),
    ("clang --analyze is content", check_clang),
)
