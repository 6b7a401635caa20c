# SPDX-License-Identifier: GPL-2.0-only
"""Command lines that are wrong, and help."""

from program import energy, equal, expect


def wrong_usage(_folder):
    for words in ((), ("fly",), ("help", "fly"), ("top", "--fly"), ("top", "now"),
                  ("top", "--seconds"), ("top", "--seconds", "x"), ("top", "--seconds", "nan"),
                  ("top", "--delay", "0"), ("top", "--delay", "-1"), ("top", "--rows", "0"),
                  ("top", "--rows", "99999999999999999999"), ("top", "--cgroup", "--balance"),
                  ("top", "--cgroup", "--file", "x"), ("balance", "now"), ("balance", "-x")):
        done = energy(*words)
        equal((words, done.returncode, done.stdout), (words, 2, ""))
        expect(done.stderr.startswith(("energy", "Usage:")), words, done.stderr)


def help_texts(_folder):
    for words in (("--help",), ("help",), ("top", "--help"), ("help", "top"), ("top", "-h"),
                  ("help", "balance"), ("balance", "--help")):
        done = energy(*words)
        equal((words, done.returncode, done.stderr), (words, 0, ""))
        expect("xit status" in done.stdout or "EXIT STATUS" in done.stdout, done.stdout)
        expect(all(len(line) <= 100 for line in done.stdout.split("\n")), done.stdout)
    top = energy("top", "--help").stdout
    for option in "seconds delay batch rows balance cgroup file replay".split():
        expect(f"  --{option}" in top, option)


CASES = (
    ("wrong usage", wrong_usage),
    ("help", help_texts),
)
