# SPDX-License-Identifier: GPL-2.0-only
"""The memory of one process's record."""

import meter


def measure():
    """As the kernel's allocator has it, alignment included."""
    with meter.loaded():
        yield "record_bytes", meter.slab("energy_proc")[1]
