# SPDX-License-Identifier: GPL-2.0-only
"""Shell and Python."""

import re

from sources import interpreter, output


def check_shell(files):
    scripts = [f for f in files if f.endswith(".sh")
               or re.search(r"\b(?:ba|da)?sh\b", interpreter(f))]
    return output(["shellcheck", "-x", "-P", "SCRIPTDIR", "-f", "gcc", *scripts])


def check_python(files):
    return output(["pyflakes3", *(f for f in files if f.endswith(".py")
                                  or "python" in interpreter(f))])


CHECKS = (
    ("shellcheck is content", check_shell),
    ("pyflakes is content", check_python),
)
