# SPDX-License-Identifier: GPL-2.0-only
"""Whether the tools find anything: a bug for each, which it has to report."""

import os
import pathlib
import tempfile

from checks import checkpatch, coccinelle, scripts, userspace
from sources import TOP


def one_patch(files):
    """All of them take too long."""
    return coccinelle.check(files, "ifnullfree.cocci")


SHELL = "rm -rf $1\n"
BUGS = (
    (scripts.check_shell, "planted.sh", f"#!/bin/sh\n{SHELL}"),
    (scripts.check_shell, "dkms.conf", SHELL),
    (scripts.check_shell, "planted.spec.in", f"%preun tools\n{SHELL}%files\n"),
    (scripts.check_python, "planted.py", "import os\n"),
    (userspace.check, "planted.c", "int main(void)\n{\n\tint a[2];\n\n\treturn a[2];\n}\n"),
    (checkpatch.check, "core/planted.c", "int planted ;\n"),
    (one_patch, "core/planted.c", "void f(void *p)\n{\n\tif (p)\n\t\tkfree(p);\n}\n"),
)


def check(_files):
    bad = []
    with tempfile.TemporaryDirectory() as scratch:
        for find, name, text in BUGS:
            path = pathlib.Path(scratch) / os.path.basename(name)
            path.write_text(text, encoding="utf-8")
            # what is kernel code the checks tell by the folder
            folder = os.path.dirname(name)
            path = os.path.join(folder, os.path.relpath(path, TOP / folder)) if folder else path
            if not any("planted" in line or "dkms.conf" in line for line in find([str(path)])):
                bad.append(f"{find.__module__}.{find.__name__} finds nothing in {name}: {text!r}")
    return bad


CHECKS = (("each tool finds what is planted for it", check),)
