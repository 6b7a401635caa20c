# SPDX-License-Identifier: GPL-2.0-only
"""`energy export` as a server, what it serves, and the files that it reads."""

import base64
import http.client
import os
import re
import select
import ssl
import subprocess
import time

from program import ENERGY, ENVIRONMENT, PATIENCE_S, equal, expect

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
SAMPLE = re.compile(r'([a-z_:]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)')


def replaced(path, text):
    """Puts @text at @path whole, as a file that is read meanwhile must be."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)
    return path


def rewritten(path, text):
    """The same file with another text, for whoever has it open."""
    with open(path, "r+", encoding="utf-8") as file:
        file.write(text)
        file.truncate()


def cgroup_list(machine, *cgroups):
    """/proc/energy/cgroups; each of @cgroups is an id, its parent's, its path, its total, and
    anything more if it has been removed."""
    lines = [f"timestamp={machine.time_ns}", "iterations=42"]
    for cgroup, parent, path, nj, *removed in cgroups:
        lines.append(f"cgroup={cgroup} parent={parent} alive={int(not removed)} "
                     f"energy={nj // 1000000}.000 cpu_ns=5 instructions=0 wakeups=0 diski=0 "
                     "disko=0 rx=0 tx=0 "
                     f"energy_uj={nj // 1000} energy_nj={nj} path={path}")
    return "\n".join(lines) + "\n"


class Families:
    """A metric's HELP and TYPE stand before its samples, once, and all of these together."""

    def __init__(self):
        self.helped, self.typed = [], []

    def comment(self, line):
        _, what, name, *_ = line.split(" ", 3)
        if what == "HELP":
            expect(name not in self.helped, "twice:", line)
            self.helped.append(name)
        elif what == "TYPE":
            self.typed.append(name)
            equal(self.typed, self.helped)

    def sample(self, name):
        family = self.typed[-1] if self.typed else None
        expect(name in (family, f"{family}_total", f"{family}_info"), name, "in", family)


def samples(text):
    """All samples, by name and labels: {("name", (("label", "value"),)): "1.5"}."""
    found, families = {}, Families()
    for line in text.split("\n"):
        if not line or line == "# EOF":
            continue
        if line.startswith("# "):
            families.comment(line)
            continue
        match = SAMPLE.match(line)
        expect(match, "no sample:", line)
        families.sample(match[1])
        labels = tuple(LABEL.findall(match[2] or ""))
        expect(",".join(f'{name}="{value}"' for name, value in labels) == (match[2] or ""), line)
        key = (match[1], tuple(sorted(labels)))
        expect(key not in found, "twice:", line)
        found[key] = match[3]
    return found


def value(found, name, **labels):
    return found.get((name, tuple(sorted(labels.items()))))


def labels_of(found, name):
    """The label sets of the metric, as dictionaries."""
    return [dict(labels) for sample, labels in found if sample == name]


def login(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


class Exporter:
    """Runs until the block ends. Ready once it says where it serves."""

    def __init__(self, *words, host="127.0.0.1", **more):
        self.words = ("export", "--listen", "127.0.0.1:0") + words
        self.host = host
        self.more = more
        self.said = ""

    def __enter__(self):
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen([ENERGY, *self.words], env=ENVIRONMENT,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        **self.more)
        self.wait_for("/metrics\n")
        self.port = int(re.search(r":(\d+)/metrics\n", self.said)[1])

    def wait_for(self, text, seconds=PATIENCE_S):
        end = time.monotonic() + seconds
        while text not in self.said:
            left = end - time.monotonic()
            expect(left > 0, "not said:", text, "but", self.said)
            if select.select([self.process.stderr], [], [], left)[0]:
                piece = os.read(self.process.stderr.fileno(), 65536)
                expect(piece, "ended, and said:", self.said)
                self.said += piece.decode()

    def stop(self):
        """By SIGTERM; the exit status."""
        self.process.terminate()
        return self.wait()

    def wait(self):
        _, rest = self.process.communicate(timeout=PATIENCE_S)
        self.said += rest.decode()
        return self.process.returncode

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def ask(self, path="/metrics", method="GET", certificate=None, body=None, **headers):
        """Status, headers and text of an answer."""
        if certificate:
            context = ssl.create_default_context(cafile=certificate)
            connection = http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE_S,
                                                     context=context)
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def samples(self, **headers):
        status, _, text = self.ask(**headers)
        expect(status == 200, status, text)
        return samples(text)
