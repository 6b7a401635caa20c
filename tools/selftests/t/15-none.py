#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=none timeout=60 topology=1x2 memory=512 plugin=hide=all
"""No RAPL, as in most virtual machines: one clear no, and the model goes on."""

import audit
import harness


def test(tap):
    """None."""
    audit.check_refused(tap, "the energy unit is 0")


harness.main(test)
