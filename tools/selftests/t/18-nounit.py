#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=nounit timeout=60 topology=1x2 memory=512 plugin=fault=unit
"""A unit register that faults: one clear no."""

import audit
import harness


def test(tap):
    """Unit."""
    audit.check_refused(tap, "cannot be read")


harness.main(test)
