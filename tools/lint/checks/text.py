# SPDX-License-Identifier: GPL-2.0-only
"""What can be seen line by line."""

from sources import KERNEL_DIRS, grep, read

MAX_LINE = 100
NO_SPDX = (".md", ".host", ".root", ".session", "config", "exclude", ".clang-format", ".txt",
           ".json", ".png", "debian/copyright", "debian/source/format")


def check_versions(files):
    return grep((f for f in files if f.startswith(KERNEL_DIRS) and f != "core/compat.h"),
                # ours are made from these
                r"LINUX_VERSION_CODE|\bKERNEL_VERSION\(|RHEL_RELEASE|^\s*#\s*(?:el)?if.*\bENERGY_")


def check_marks(files):
    return grep((f for f in files if f.endswith((".c", ".h", ".py", ".sh", ".mk"))),
                r"\b(?:TO[D]O|FIX[M]E|X[X]X|HAC[K])\b")


def check_lines(files):
    bad = []
    for name in files:
        if not name.endswith((".c", ".h", ".py", ".sh")):
            continue
        for n, line in enumerate(read(name).splitlines(), 1):
            width = len(line.expandtabs(8))
            if width > MAX_LINE and "MODULE_PARM_DESC" not in line and '"' not in line:
                bad.append(f"{name}:{n}: {width} columns")
    return bad


def check_spdx(files):
    return [f"{name}: no SPDX line" for name in files
            if name != "LICENSE" and not name.endswith(NO_SPDX) and not any(
                "SPDX-License-Identifier: GPL-2.0-only" in line
                for line in read(name).splitlines()[:3])]


CHECKS = (
    ("version tests stand in core/compat.h only", check_versions),
    ("no left-over marks", check_marks),
    (f"no line is wider than {MAX_LINE} columns", check_lines),
    ("every source has its SPDX line", check_spdx),
)
