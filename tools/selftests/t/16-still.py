#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=still timeout=60 topology=1x2 memory=512 plugin=still=pkg
"""Counters that stand still measure nothing."""

import audit
import harness


def test(tap):
    """Still."""
    audit.check_refused(tap, "stands still")


harness.main(test)
