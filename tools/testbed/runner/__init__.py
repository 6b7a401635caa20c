# SPDX-License-Identifier: GPL-2.0-only
"""Parts of the test bed's runner; the program is ../run."""
