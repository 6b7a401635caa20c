# SPDX-License-Identifier: GPL-2.0-only
"""Debian's prometheus: found, or fetched beside the build, where nothing starts it; and run."""

import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from program import ENERGY, Skipped, expect

FETCHED = pathlib.Path(ENERGY).parent / "prometheus"


def fetch():
    """Installed, the package would serve on the machine's addresses from then on."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Skipped("prometheus is not installed, and this is no Debian system to fetch it from")
    unpacking = FETCHED.with_name("prometheus.new")
    shutil.rmtree(unpacking, ignore_errors=True)
    unpacking.mkdir()
    done = subprocess.run(["apt-get", "-q", "download", "prometheus"], cwd=unpacking,
                          capture_output=True, text=True, timeout=300, check=False)
    packages = list(unpacking.glob("*.deb"))
    if done.returncode or not packages:
        raise Skipped("prometheus is not installed and cannot be fetched: "
                      + done.stderr.strip().split("\n")[-1])
    subprocess.run(["dpkg-deb", "-x", packages[0], unpacking], check=True, timeout=300)
    shutil.rmtree(FETCHED, ignore_errors=True)
    unpacking.rename(FETCHED)


def tool(name):
    """The path of prometheus or promtool."""
    installed = shutil.which(name)
    if installed:
        return installed
    path = FETCHED / "usr/bin" / name
    if not path.exists():
        fetch()
    return str(path)


class Prometheus:
    """Runs until the block ends; ready when that begins."""

    def __init__(self, config, data):
        self.words = [tool("prometheus"), f"--config.file={config}",
                      f"--storage.tsdb.path={data}", "--web.listen-address=127.0.0.1:0"]
        self.said = ""

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env={**os.environ, "GOMAXPROCS": "1"})
        try:
            self.wait_for("Server is ready to receive web requests")
            self.port = int(re.search(r'msg="Listening on" address=127.0.0.1:(\d+)',
                                      self.said)[1])
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_for(self, text, seconds=60):
        end = time.monotonic() + seconds
        while text not in self.said:
            left = end - time.monotonic()
            expect(left > 0, "not said:", text, "but", self.said)
            if select.select([self.process.stderr], [], [], left)[0]:
                piece = os.read(self.process.stderr.fileno(), 65536)
                expect(piece, "prometheus ended:", self.said)
                self.said += piece.decode()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def wait_for_sample(self, metric, after, seconds=60):
        """Until there is one that is newer. Nothing tells; so it is asked now and then."""
        end = time.monotonic() + seconds
        while not self.query(f"timestamp({metric}) > {after}"):
            expect(time.monotonic() < end, "no new sample:", metric)
            if select.select([self.process.stderr], [], [], 0.1)[0]:
                expect(os.read(self.process.stderr.fileno(), 65536), "prometheus ended")

    def query(self, expression):
        """What it answers: a list of metric and value, or values."""
        url = (f"http://127.0.0.1:{self.port}/api/v1/query?"
               + urllib.parse.urlencode({"query": expression}))
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from error

    def numbers(self, expression, *labels):
        """Of an instant query: by these labels' values, or a single number without."""
        found = {tuple(each["metric"].get(label) for label in labels): float(each["value"][1])
                 for each in self.query(expression)}
        if labels:
            return found
        expect(len(found) == 1, expression, found)
        return found[()]
