# SPDX-License-Identifier: GPL-2.0-only
"""The same where the cost of an instruction depends on its kind, and waking up costs, too."""

import mixes


def measure():
    """The other table of costs."""
    return mixes.measure("_nonuniform", mixes.MIXES | mixes.STRINGS)
