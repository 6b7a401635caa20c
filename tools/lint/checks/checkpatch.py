# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own style."""

import os
import re

import trees
from checks import text
from sources import kernel_code, output, side_by_side

# What checkpatch cannot know, each with its reason:
IGNORE = (
    # the files are new: there is no MAINTAINERS file to update
    "FILE_PATH_CHANGES",
    # tables of X-macros and wrappers of kernel macros
    "MACRO_ARG_REUSE", "COMPLEX_MACRO",
    # the module has to build on kernels from 5.10 on; KERNEL_VERSION() looks like a constant
    "LINUX_VERSION_CODE", "CONSTANT_COMPARISON",
    # a line of the record format is longer than a line of source
    "SPLIT_STRING",
    # locks are described in their struct's kernel-doc and in the lock map
    "UNCOMMENTED_DEFINITION",
    # it asks for SPDX in a form that .mk files and scripts do not use
    "SPDX_LICENSE_TAG",
)
# TRACE_EVENT() is laid out as in the kernel's own include/trace/events.
TRACE_LAYOUT = re.compile(r"\S+_trace\.h:\d+: CHECK:(PARENTHESIS_ALIGNMENT|OPEN_ENDED_LINE):")


def check(files):
    script = trees.package_tree()[1] / "scripts/checkpatch.pl"
    command = ["perl", script, "--no-tree", "--strict", "--show-types", "--terse", "--no-summary",
               f"--max-line-length={text.MAX_LINE}", "--ignore", ",".join(IGNORE), "-f"]
    names = kernel_code(files)
    parts = [names[n::os.cpu_count()] for n in range(os.cpu_count())]
    return [line for line in side_by_side(lambda part: output([*command, *part]), parts)
            if not TRACE_LAYOUT.match(line)]


CHECKS = (("checkpatch --strict is content", check),)
