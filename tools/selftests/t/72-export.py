#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=export timeout=120 topology=1x2
"""`energy export` as nobody, whose files were opened by root: what the kernel has."""

import contextlib
import http.client
import itertools
import re
import subprocess
import urllib.error
import urllib.request

import hardware
import harness
import lib
import tasks

EXPORT = f"{lib.PAYLOAD}/energy"
AT = "127.0.0.1:28200"
ACCOUNTS = ("measured", "idle", "unattributed", "exited")


class Exporter:
    """Serves until it is ended."""

    def __init__(self, *words):
        self.process = subprocess.Popen(
            [EXPORT, "export", "--drop-privileges", "nobody", "--processes", "3", "--max-age",
             "0", *words], stderr=subprocess.PIPE, text=True)
        self.said = self.process.stderr.readline()

    def get(self, path):
        """The status and the text."""
        try:
            with urllib.request.urlopen(f"http://{AT}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def scrape(self):
        """What each series has, by name and labels; joules are nJ."""
        found = {}
        for name, value in re.findall(r"^(energy_\S+) (\S+)$", self.get("/metrics")[1], re.M):
            whole, _, part = value.partition(".")
            found[name] = int(whole + part.ljust(9, "0")) if "joules" in name else float(value)
        return found

    def ended_when_asked(self):
        """Whether it has, if only because somebody wants to know."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.get("/healthz")
        return self.process.poll() is not None

    def end(self):
        """End it; the exit status."""
        self.process.terminate()
        return self.process.wait()


def growth(scrapes):
    """By how much processes' series grow, as Prometheus counts: what a series begins with is not
    in it, but in that of others."""
    return sum(nj - before[name] for before, after in itertools.pairwise(scrapes)
               for name, nj in after.items()
               if name.startswith("energy_process_joules_total") and name in before)


def check_numbers(tap, exporter):
    """To the nanojoule, while processes come, go and overtake each other."""
    with hardware.frozen():
        scrapes = [exporter.scrape()]
    load = [tasks.Worker("swarm", "-j", 1, "-u", 100, "-U", 500), tasks.Worker("pingpong", 1)]
    hog = tasks.Worker("hog", "-d", 80)
    lib.wait_samples(20)
    scrapes.append(exporter.scrape())
    tasks.end_load(tap, load)
    with hardware.frozen():
        scrapes.append(exporter.scrape())
        last, books = scrapes[-1], lib.settled_listing()
    tap.equal({name: last[f"energy_{name}_joules_total"] for name in ACCOUNTS},
              {name: books[f"{name}_nj"] for name in ACCOUNTS}, "the books are the kernel's")
    tap.equal({dom["domain"]: dom["measured_nj"] for dom in books.domains},
              {name: nj for key, nj in last.items() for name in
               re.findall(r'^energy_domain_joules_total{domain="([^"]+)"', key)},
              "so are the domains")
    tap.equal(last[f'energy_process_joules_total{{pid="{hog.pid}",comm="hog"}}'],
              books.of(hog.pid)["energy_nj"], "and a process's joules")
    attributed = [scrape["energy_attributed_joules_total"] for scrape in scrapes]
    tap.ok(attributed == sorted(set(attributed)), "energy was attributed meanwhile", attributed)
    tap.equal(growth(scrapes), attributed[-1] - attributed[0],
              "by which processes' series, the one for others included, have grown")
    hog.end()


def check_reload(tap):
    """A module that goes and comes: said, and left to whoever starts services."""
    exporter = Exporter("--no-debugfs")
    tap.equal(exporter.get("/healthz")[0], 200, "without debugfs it can be read, too")
    lib.unload()
    tap.equal([exporter.get(path)[0] for path in ("/healthz", "/livez")], [503, 200],
              "the module may go: it can be read no more, which is told")
    lib.load("energy_rapl_msr")
    lib.wait_until(exporter.ended_when_asked)
    tap.ok(exporter.process.returncode, "once the module is back it ends, and fails",
           exporter.process.returncode, exporter.process.stderr.read())


def test(tap):
    """The exporter."""
    lib.command("ip", "link", "set", "lo", "up")
    lib.load("energy_rapl_msr", sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    exporter = Exporter()
    tap.ok(AT in exporter.said, "it serves", exporter.said)
    tap.equal([tasks.status(exporter.process.pid, key) for key in ("Uid", "CapEff", "CapPrm")],
              [str(lib.NOBODY), "0" * 16, "0" * 16],
              "as nobody, who may do nothing")
    tap.equal(exporter.get("/healthz")[0], 200, "it can read what it needs")
    check_numbers(tap, exporter)
    tap.equal(exporter.end(), 0, "it ends when it is told to")
    check_reload(tap)


harness.main(test)
