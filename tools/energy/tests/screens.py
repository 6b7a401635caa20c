# SPDX-License-Identifier: GPL-2.0-only
"""What a person sees: the command in a terminal that is emulated, as rows of characters."""

import os
import select
import sys
import time

from program import PATIENCE_S, Terminal

# Where Debian has them, whichever Python runs this.
sys.path.append("/usr/lib/python3/dist-packages")
import pyte  # pylint: disable=wrong-import-position


class Seen(Terminal):
    """Of 80x24, as pyte is one: Linux's console."""

    def __init__(self, *words, **more):
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.fed = 0
        super().__init__(*words, **{"TERM": "linux", **more})

    def rows(self):
        self.stream.feed(self.output[self.fed:])
        self.fed = len(self.output)
        return [row.rstrip() for row in self.screen.display]

    def text(self):
        return "\n".join(self.rows())

    def await_screen(self, what):
        """Until what() of the screen's text is so."""
        end = time.monotonic() + PATIENCE_S
        while not what(self.text()):
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"not seen, but:\n{self.text()}")
            if select.select([self.master], [], [], 0.1)[0]:
                self.output += os.read(self.master, 65536)

    def await_text(self, *texts, without=()):
        self.await_screen(lambda text: all(each in text for each in texts) and
                          not any(each in text for each in without))

    def press(self, keys):
        os.write(self.master, keys)

    def quit(self):
        self.press(b"q")
        return self.finish()
