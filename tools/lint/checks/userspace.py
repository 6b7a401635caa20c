# SPDX-License-Identifier: GPL-2.0-only
"""Programs: what cppcheck finds in them."""

from sources import output, user_code


def check(files):
    return output(["cppcheck", "--quiet", "--inline-suppr", "--enable=warning,portability",
                   "--std=c11", "--template={file}:{line}: {id}: {message}",
                   *(f for f in user_code(files) if f.endswith(".c"))])


CHECKS = (("cppcheck is content with the programs", check),)
