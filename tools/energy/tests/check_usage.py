# SPDX-License-Identifier: GPL-2.0-only
"""Command lines that are wrong, and help."""

import re

from program import energy, equal, expect


def wrong_usage(_folder):
    for words in ((), ("fly",), ("help", "fly"), ("top", "--fly"), ("top", "now"),
                  ("top", "--seconds"), ("top", "--seconds", "x"), ("top", "--seconds", "nan"),
                  ("top", "--delay", "0"), ("top", "--delay", "-1"), ("top", "--rows", "0"),
                  ("top", "--rows", "99999999999999999999"), ("top", "--cgroup", "--balance"),
                  ("top", "--cgroup", "--file", "x"), ("top", "--by", "pid"),
                  ("top", "--sort", "height"), ("top", "--filter", "x" * 64), ("top", "-d", "x"),
                  ("top", "--replay", "x", "--cgroup-list", "x"),
                  ("balance", "now"), ("balance", "-x"),
                  ("log",), ("log", "a", "b"), ("log", "--interval", "0", "x"), ("log", "-"),
                  ("log", "--count", "0", "x"), ("log", "--rotate-size", "4095", "x"),
                  ("log", "--rotate-size", "1Q", "x"), ("log", "--rotate-count", "2", "x"),
                  ("log", "--rotate-size", "17179869184G", "x"), ("log", "--dump"),
                  ("log", "--rotate-size", "1M", "--rotate-count", "501", "x"),
                  ("log", "--dump", "--all", "x"),
                  ("train",), ("train", "--columns", "cpu_ns,x", "x"),
                  ("train", "--folds", "1", "x"), ("train", "--folds", "11", "x"),
                  ("train", "--target", "a b", "x"),
                  ("train", "--carbon-unit", "kg", "x"), ("train", "--carbon-unit", "mg", "x"),
                  ("train", "--follow", "x"), ("train", "--every", "0", "x"),
                  ("stat",), ("stat", "--"), ("stat", "-x"),
                  ("stat", "-r", "0", "true"), ("stat", "-r", "x", "true"),
                  ("stat", "--json", "--csv", "true"), ("stat", "--root", "x" * 4096, "true"),
                  ("export", "now"), ("export", "--compat", "x"), ("export", "--interval", "3"),
                  ("export", "--tls-cert", "x"), ("export", "--once", "--listen", ":1"),
                  ("export", "--processes", "-1"), ("export", "--cgroups", "100001"),
                  ("export", "--once", "--textfile", "x", "--interval", "3"),
                  ("export", "--textfile", "x", "--interval", "0"),
                  ("export", "--max-age", "-1"),
                  ("report",), ("report", "a", "b"), ("report", "--top", "0", "x"),
                  ("report", "--top", "51", "x"), ("report", "--from", "noon", "x"),
                  ("report", "--to", "2026-11-28", "x"), ("report", "--to", "-1", "x"),
                  ("report", "--output", "", "x")):
        done = energy(*words)
        equal((words, done.returncode, done.stdout), (words, 2, ""))
        expect(done.stderr.startswith(("energy", "Usage:")), words, done.stderr)


def help_texts(_folder):
    for words in (("--help",), ("help",), ("top", "--help"), ("help", "top"), ("top", "-h"),
                  ("help", "balance"), ("balance", "--help"), ("log", "--help"),
                  ("stat", "--help"), ("help", "stat"), ("export", "--help"),
                  ("train", "--help"), ("report", "--help")):
        done = energy(*words)
        equal((words, done.returncode, done.stderr), (words, 0, ""))
        expect("xit status" in done.stdout or "EXIT STATUS" in done.stdout, done.stdout)
        expect(all(len(line) <= 100 for line in done.stdout.split("\n")), done.stdout)
    for command, options in (
            ("top", "seconds delay batch rows balance cgroup file replay by tree sort reverse "
             "filter history domains cgroup-list proc"),
            ("log", "interval seconds count all text rotate-size rotate-count dump root"),
            ("train", "target columns folds output apply plot carbon carbon-unit follow every "
                      "root"),
            ("report", "output force title top from to carbon-intensity"),
            ("stat", "repeat output json csv carbon-intensity root"),
            ("export", "listen tls-cert tls-key auth textfile interval once compat processes "
             "cgroups max-age drop-privileges drop-capabilities node-name no-debugfs proc file "
             "cgroups-file")):
        text = energy(command, "--help").stdout
        for option in options.split():
            expect(re.search(f"(  |, )--{option}", text), option)


CASES = (
    ("wrong usage", wrong_usage),
    ("help", help_texts),
)
