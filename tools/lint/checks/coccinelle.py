# SPDX-License-Identifier: GPL-2.0-only
"""The semantic patches that come with the kernel."""

import re

import trees
from sources import kernel_code, output, side_by_side

# spatch asks what names of the kernel these patches mean; that is no report.
CHATTER = re.compile(r"^warning: line \d+: should \w+ be a metavariable\?$")
# Reports that are wrong, by patch and file, each with its reason:
WRONG = {
    # it does not know that xa_for_each() sets the variable that a list was walked with before
    ("iterators/use_after_iter.cocci", "core/cgroups.c"),
}


def options(patch):
    found = re.search(r"^// *Options:(.*)", patch, re.MULTILINE)
    return found[1].split() if found else []


def check(files, wanted="*.cocci"):
    """
    One patch after the other, as `make coccicheck` does, which stops at the first that is written
    in OCaml: these need a compiler, and are left out.
    """
    home = trees.package_tree()[1] / "scripts/coccinelle"

    def apply(path):
        patch = path.read_text(encoding="utf-8")
        if "script:ocaml" in patch:
            return []
        name = str(path.relative_to(home))
        lines = output(["spatch", "-D", "report", "--no-show-diff", "--very-quiet",
                        *options(patch), "--cocci-file", path, "-I", "core", "-I", "core/include",
                        "-I", "export", *kernel_code(files)])
        return [f"{name}: {line}" for line in lines if not CHATTER.match(line)
                and (name, line.partition(":")[0]) not in WRONG]

    patches = sorted(home.rglob(wanted))
    return side_by_side(apply, patches) if patches else [f"no patches in {home}"]


CHECKS = (("coccinelle is content, with the kernel's patches", check),)
