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


# A bug for them to find, at the end of a file.
PLANTED_IN = FOLDER + "core/units"
PLANTED = """
int energy_planted(const int *planted);
int energy_planted(const int *planted)
{
	return planted ? 0 : *planted;
}
"""


def warnings(said):
    bad = [PROJECT_PATH.sub("", line) for line in said if WARNING.search(line)]
    return [line for line in bad if not WRONG.search(line)]


def find_planted(tree, build, checks, name=PLANTED_IN, bug=PLANTED):
    """What is wrong if they do not find it in the tree's copy of a file, after its own lines."""
    source = tree / f"{name}.c"
    text = source.read_text(encoding="utf-8")
    try:
        source.write_text(text + bug, encoding="utf-8")
        said, _ = build.make(*checks, f"{name}.o")
    finally:
        source.write_text(text, encoding="utf-8")
    ours = re.escape(source.relative_to(tree / FOLDER).as_posix())
    lines = [int(n) for n in re.findall(rf"^{ours}:(\d+):", "\n".join(warnings(said)), re.M)]
    return [] if max(lines, default=0) > text.count("\n") else [
        f"what was planted in {source.name} was not found"]


def analyze(compiler, checker):
    """
    The checker's warnings on everything that a slim kernel has of the project. Not on the suites:
    their macros take longer than all the rest.
    """
    checks = ("C=2", f"CHECK={checker}", "CHECKFLAGS=")
    with trees.locked(kernel.home()):
        tree = kernel.tree()
        build = kernel.Kernel(tree, compiler)
        build.configure(*kernel.energy("y"))
        said, ok = build.make(*checks, FOLDER)
        bad = warnings(said) + find_planted(tree, build, checks)
    return bad if ok else bad + ["make failed:"] + said[-20:]


def check_gcc(_files):
    return analyze("gcc", GCC)


def check_clang(_files):
    return analyze("clang", CLANG)


CHECKS = (
    ("gcc -fanalyzer is content", check_gcc),
    ("clang --analyze is content", check_clang),
)
