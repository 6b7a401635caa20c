# SPDX-License-Identifier: GPL-2.0-only
"""What the running kernel complains about while somebody watches: in its log, and by its taint."""

import errno
import os

from runner import klog

LOG = "/dev/kmsg"
TAINTED = "/proc/sys/kernel/tainted"
# By bit, of those in Documentation/admin-guide/tainted-kernels.rst that tell of trouble.
TAINTS = {4: "M, a machine check", 5: "B, a bad page", 7: "D, an oops", 9: "W, a warning",
          14: "L, a soft lockup"}


def _taint():
    with open(TAINTED, encoding="ascii") as file:
        return int(file.read())


class Watch:
    """From when it is made; where the kernel was tainted already, its log tells of more."""

    def __init__(self):
        self.taint = _taint()
        self.log = os.open(LOG, os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.log, 0, os.SEEK_END)

    def _records(self):
        """The log since then, and whether all of that is there."""
        lines, whole = [], True
        while True:
            try:
                # prefix;text, and then lines of KEY=value
                record = os.read(self.log, 8192).decode(errors="replace")
                lines.append(record.partition(";")[2].partition("\n")[0])
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    return lines, whole
                if error.errno != errno.EPIPE:
                    raise
                whole = False

    def end(self):
        """All complaints, each a text of some lines."""
        lines, whole = self._records()
        os.close(self.log)
        found = ["the kernel complained:\n    " + "\n    ".join(report)
                 for report in klog.problems("\n".join(lines))]
        if not whole:
            found.append("the kernel's log ran over: what was in it is not known")
        new = _taint() & ~self.taint
        found += [f"the kernel is tainted: {what}" for bit, what in TAINTS.items()
                  if new >> bit & 1]
        return found
