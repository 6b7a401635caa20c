# SPDX-License-Identifier: GPL-2.0-only
"""Chromium, without a screen, driven over its debugging pipe."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time

from program import Skipped, expect


def remap(requests, answers):
    """The pipe's ends are descriptors 3 and 4 in the browser."""
    spare = [os.dup2(requests, 200), os.dup2(answers, 201)]
    os.dup2(spare[0], 3)
    os.dup2(spare[1], 4)


class Browser:
    """One page of it; what it complains of and asks for is kept."""

    def __init__(self, process, requests, answers):
        self.process, self.requests, self.answers = process, requests, answers
        self.left, self.number, self.events = b"", 0, []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def message(self, seconds=60):
        end = time.monotonic() + seconds
        while b"\0" not in self.left:
            wait = end - time.monotonic()
            expect(wait > 0 and select.select([self.answers], [], [], wait)[0],
                   "the browser does not answer")
            piece = os.read(self.answers, 1 << 20)
            expect(piece, "the browser ended")
            self.left += piece
        text, _, self.left = self.left.partition(b"\0")
        return json.loads(text)

    def call(self, method, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.requests, json.dumps(request).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                expect("result" in answer, method, answer)
                return answer["result"]
            self.events.append(answer)

    def open(self, path):
        self.events.clear()
        self.call("Page.navigate", url=f"file://{path}")
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def run(self, script):
        """The value of an expression in the page."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        expect("exceptionDetails" not in done, script, done)
        return done["result"].get("value")

    def complaints(self):
        """Errors, and what broke the page's policy."""
        kinds = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [event["params"] for event in self.events if event.get("method") in kinds]

    def fetched(self):
        return [event["params"]["request"]["url"] for event in self.events
                if event.get("method") == "Network.requestWillBeSent"]

    def picture(self, path, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=scale, mobile=False)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


@contextlib.contextmanager
def browser(folder):
    program = shutil.which("chromium")
    if not program:
        raise Skipped("chromium is not installed (make check-browser installs it)")
    words = [program, "--headless", "--remote-debugging-pipe", f"--user-data-dir={folder}/profile",
             "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update", "--lang=en-US",
             "--host-resolver-rules=MAP * ~NOTFOUND"]
    # Its sandbox does not work for root.
    words += ["--no-sandbox"] * (os.geteuid() == 0)
    requests, answers = os.pipe(), os.pipe()
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, pass_fds=(3, 4),
                               preexec_fn=lambda: remap(requests[0], answers[1]),
                               env={**os.environ, "TZ": "UTC"})
    os.close(requests[0])
    os.close(answers[1])
    try:
        yield Browser(process, requests[1], answers[0])
    finally:
        process.kill()
        process.wait()
        os.close(requests[1])
        os.close(answers[0])
