#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=scope timeout=60 safe=yes
"""No process can forge a line or a field, whatever it calls itself."""

import formats
import harness
import lib
import tasks


def test(tap):
    """A process calls itself what it likes."""
    lib.load_any(sample_ns=100 * lib.MS, window_ns=300 * lib.MS)
    names = (b"x\npid=1 energy=9", b" comm=y pid=2 ", b"a\\012=b", bytes(range(1, 16)),
             b"\x7f\x80\xff\xc3\xa4", b"", b"\\", b"domain=package-0", b"timestamp=1\nx=2")
    forgers = {tasks.Worker("forge", name.hex()): name[:15] for name in names}
    for worker in forgers:
        worker.said()
    lib.wait_windows()
    for path in (lib.ALL, lib.CGROUP, lib.DEBUG_ALL):
        data = lib.read_file(path)
        try:
            found = formats.Listing(data)
        except formats.BadLine as error:
            tap.ok(False, f"{path}: every line is of the format", error)
            continue
        tap.ok(True, f"{path}: every line is of the format")
        tap.equal({worker.pid: found.of(worker.pid)["comm"] for worker in forgers},
                  {worker.pid: name for worker, name in forgers.items()},
                  f"{path}: and tells the true names")
        listed = [record["pid"] for record in found.records if record.get("alive", 1)]
        want = int(path != lib.CGROUP or tasks.cgroup_of() == "/")
        tap.equal(listed.count(1), want, f"{path}: there is one process 1, if it is shown")
        tap.ok(b"pid=1 energy=9" not in data.replace(b"\n", b" "), f"{path}: no forged field")
    for worker in forgers:
        worker.end()


harness.main(test)
