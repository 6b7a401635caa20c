# SPDX-License-Identifier: GPL-2.0-only
"""W=1 and sparse on all that a kernel has of the project, the KUnit suites too.

The test bed builds the modules as strictly, but no suites: these are for a kernel's own tree.
"""

import kernel
import trees
from checks.analyzers import FOLDER, find_planted, warnings

STRICT = ("W=1", "C=1")
PLANTED_IN = FOLDER + "kunit/units_kunit"
# What the compiler sees with W=1 alone, and what only sparse sees.
PLANTED = {
    "W=1": """
void energy_planted(int value);
void energy_planted(int value)
{
	int planted;

	planted = value;
}
""",
    "C=1": """
int energy_planted(const int __user *planted);
int energy_planted(const int __user *planted)
{
	return *planted;
}
""",
}


def check(_files):
    with trees.locked(kernel.home()):
        tree = kernel.tree()
        build = kernel.Kernel(tree)
        build.configure(*kernel.energy("y", kunit=True))
        # what is not compiled is not looked at
        build.forget_objects()
        said, ok = build.make(*STRICT, FOLDER)
        bad = warnings(said)
        if not list((build.build / FOLDER / "kunit").glob("*_kunit.o")):
            bad.append("no suite was compiled")
        for option, bug in PLANTED.items():
            bad += [f"{option}: {what}" for what in
                    find_planted(tree, build, STRICT, PLANTED_IN, bug)]
    return bad if ok else bad + ["make failed:"] + said[-20:]


CHECKS = (("sparse and W=1 are content, with the suites too", check),)
