# SPDX-License-Identifier: GPL-2.0-only
"""Whether the tools find anything: a bug for each, which it has to report."""

import os
import pathlib
import tempfile

from checks import checkpatch, coccinelle, documented, packages, scripts, text, userspace
from sources import TOP


def one_patch(files):
    """All of them take too long."""
    return coccinelle.check(files, "ifnullfree.cocci")


def needs_of(files):
    """A makefile that asks for more than the others."""
    return documented.check_needs([], *files)


SHELL = "rm -rf $1\n"
EXPORTED = "/**\n * f() - Do\n{}*/\nint f(int a)\n{{\n}}\nEXPORT_SYMBOL_GPL(f);\n"
BUGS = (
    (scripts.check_shell, "planted.sh", f"#!/bin/sh\n{SHELL}"),
    (scripts.check_shell, "dkms.conf", SHELL),
    (scripts.check_shell, "planted.spec.in", f"%preun tools\n{SHELL}%files\n"),
    (scripts.check_python, "planted.py", "import os\n"),
    (userspace.check, "planted.c", "int main(void)\n{\n\tint a[2];\n\n\treturn a[2];\n}\n"),
    (checkpatch.check, "core/planted.c", "int planted ;\n"),
    (one_patch, "core/planted.c", "void f(void *p)\n{\n\tif (p)\n\t\tkfree(p);\n}\n"),
    (documented.check_exported, "core/planted.c", "EXPORT_SYMBOL_GPL(planted);\n"),
    (documented.check_exported, "core/planted.c", "EXPORT_SYMBOL_NS_GPL(planted, ENERGY);\n"),
    (documented.check_exported, "core/planted.c",
     EXPORTED.format(" * Context: any.\n * Return: 0.\n")),
    (documented.check_exported, "core/planted.c",
     EXPORTED.format(" * @a: it\n *\n * Return: 0.\n ")),
    (documented.check_exported, "core/planted.c",
     EXPORTED.format(" * @a: it\n *\n * Context: any.\n ")),
    (documented.check_structs, "core/planted.h", "struct planted {\n\tint a;\n};\n"),
    (documented.check_kernel_doc, "core/planted.h",
     "/**\n * f() - Do\n * @a: it\n */\nint f(int a, int b);\n"),
    (documented.check_parameters, "core/planted.c",
     "module_param(sample_ns, ulong, 0644);\n"),
    (documented.check_parameters, "core/planted.c",
     'module_param(p, int, 0644);\nMODULE_PARM_DESC(p, "it");\n'),
    (needs_of, "planted.mk", "energy_needs_PLANTED := it\n"),
    (documented.check_abi, "export/planted.c", 'f(" planted_key=");\n'),
    (packages.check_sorted, "packages.planted", "b\na\n"),
    (text.check_versions, "core/planted.c", "#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)\n"),
    (text.check_versions, "core/planted.c", "#if ENERGY_HAVE_IT\n"),
    (text.check_marks, "planted.c", "/* TO" "DO: all of it */\n"),
    (text.check_lines, "planted.c", "/*" + " it" * 40 + " */\n"),
    (text.check_spdx, "planted.c", "int a;\n"),
)


def check(_files):
    bad = []
    with tempfile.TemporaryDirectory() as scratch:
        for find, name, bug in BUGS:
            path = pathlib.Path(scratch) / os.path.basename(name)
            path.write_text(bug, encoding="utf-8")
            # what is kernel code the checks tell by the folder
            folder = os.path.dirname(name)
            path = os.path.join(folder, os.path.relpath(path, TOP / folder)) if folder else path
            if not any("planted" in line.lower() or "dkms.conf" in line
                       for line in find([str(path)])):
                bad.append(f"{find.__module__}.{find.__name__} finds nothing in {name}: {bug!r}")
    return bad


CHECKS = (("each tool finds what is planted for it", check),)
