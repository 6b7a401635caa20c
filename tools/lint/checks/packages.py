# SPDX-License-Identifier: GPL-2.0-only
"""The lists of packages."""

import os
import re

from sources import read

# What the energy command is built with: Debian's name, and that of RPM distributions.
LIBRARIES = {
    "libcjson-dev": "cjson-devel",
    "libcrypt-dev": "libxcrypt-devel",
    "libgsl-dev": "gsl-devel",
    "libmicrohttpd-dev": "libmicrohttpd-devel",
    "libncurses-dev": "ncurses-devel",
    "zlib1g-dev": "zlib-devel",
}
# Debian's packages need not name what every package is built with.
ESSENTIAL = {"gcc", "libc6-dev", "make"}
LISTS = ("tools/energy/packages.host", "tools/packaging/packages.host",
         "tools/testbed/packages.root")


def check_sorted(files):
    """Within a list, comments and empty lines begin a new part."""
    bad = []
    for name in files:
        if not os.path.basename(name).startswith("packages.") or name.endswith(".py"):
            continue
        before = ""
        for n, line in enumerate(read(name).splitlines(), 1):
            if line.startswith("#"):
                line = ""
            if line and line < before:
                bad.append(f"{name}:{n}: {line} stands after {before}")
            before = line
    return bad


def built_with(pattern, text):
    """The names of what is built with, in a package's description, however it breaks lines."""
    found = re.findall(pattern, text, re.M)
    return set(re.findall(r"[a-z][\w.+-]*", re.sub(r"\(.*?\)", "", " ".join(found))))


def check_libraries(_files):
    bad = []
    for name in LISTS:
        missing = set(LIBRARIES) - set(read(name).split())
        bad += [f"{name}: no {package}" for package in sorted(missing)]
    unknown = set(re.findall(r"(?m)^\S+-dev$", read(LISTS[0]))) - set(LIBRARIES) - ESSENTIAL
    bad += [f"{LISTS[0]}: {package} is nowhere else" for package in sorted(unknown)]
    for name, pattern, wanted in (
            ("tools/packaging/deb/debian/control", r"^Build-Depends:(.*(?:\n .*)*)",
             set(LIBRARIES)),
            ("tools/packaging/rpm/energy.spec.in", r"^BuildRequires:(.*)",
             set(LIBRARIES.values()))):
        names = {each for each in built_with(pattern, read(name))
                 if each.endswith(("-dev", "-devel"))}
        bad += [f"{name}: {each} is missing or too much" for each in sorted(names ^ wanted)]
    return bad


CHECKS = (
    ("lists of packages are sorted", check_sorted),
    ("lists of packages agree on what the energy command is built with", check_libraries),
)
