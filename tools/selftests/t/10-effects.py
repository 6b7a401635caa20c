#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=60
"""Parameters that decide: which source is read, and what a weight makes of what is done."""

import errno

import harness
import lib
import tasks

DISK_BYTES = 1 << 20
PACKETS = 160


def check_source(tap):
    """source= reads as what is read; a name that is none changes nothing."""
    path = f"{lib.PARAMS}/source"
    tap.equal(lib.text(path), "rapl_msr\n", "source shows what is read")
    for value, want in (("none-such", errno.ENODEV), ("\n", errno.ENODEV), ("x" * 31, errno.ENODEV),
                        ("x" * 32, errno.EINVAL), ("rapl_msr\nauto", errno.EINVAL)):
        tap.equal((lib.set_param("source", value), lib.text(path)), (want, "rapl_msr\n"),
                  f"source={value[:40]!r} is refused and changes nothing")
    for value in ("rapl_msr", "rapl_msr\n", "auto", "auto\n"):
        tap.equal((lib.set_param("source", value), lib.text(path)), (0, "rapl_msr\n"),
                  f"source={value!r} is good")


def check_weights(tap):
    """Each weight enters the score of what is done from then on."""
    weights = {"w_cpu_ns": 0, "w_wakeups": 1000001, "w_disk_read_bytes": 3,
               "w_disk_write_bytes": 5, "w_net_rx_packets": 7000003,
               "w_net_tx_packets": 11000017}
    lib.must_set(**weights)
    lib.wait_samples()
    lib.command("modprobe", "brd", "rd_nr=1", "rd_size=4096")
    udp = tasks.Worker("packets", "udp", PACKETS, 10)
    reader = tasks.Worker("diskio", "read", "/dev/vda", DISK_BYTES)
    writer = tasks.Worker("diskio", "write", "/dev/ram0", DISK_BYTES)
    pids = [*list(udp.said().values())[:2], reader.said()["pid"], writer.said()["pid"]]
    lib.wait_samples()
    books = lib.listing()
    for name, pid in zip(("sender", "receiver", "reader", "writer"), pids):
        record = books.of(pid)
        score_pj = (record["wakeups"] * weights["w_wakeups"] + record["diski"] * 3 +
                    record["disko"] * 5 + record["rx"] * 7000003 + record["tx"] * 11000017)
        tap.equal(record["energy"], score_pj // 10**6 * 1000,
                  f"energy of a {name} is the sum of weight times metric")
    lib.must_set(w_mem_bytes=1000, w_cpu_ns=0, w_wakeups=0)
    hog = tasks.Worker("hog", "-m", 8, "-t", 1500)
    lib.wait_until(lambda: (record := lib.listing().of(hog.pid)) and record["energy"] > 0)
    tap.ok(True, "memory counts while its process runs")
    for worker in (udp, reader, writer, hog):
        worker.end()
    lib.command("rmmod", "brd")
    lib.must_set(w_cpu_ns=10**9)
    hog = tasks.Worker("hog", "-t", 500, "-p")
    hog.said()
    lib.wait_samples()
    record = lib.listing().of(hog.pid)
    tap.ok(record["energy"] >= record["cpu_ns"] * 10**6 // 1000 * 1000,
           "the largest weight does not overflow", record)


def check_absent(tap):
    """At load nobody knows which sources there will be."""
    lib.unload()
    lib.load(source="rapl_powercap")
    tap.equal(lib.text(f"{lib.PARAMS}/source"), "rapl_msr\n",
              "a source that is wanted and not there does not keep others away")


def test(tap):
    """Effects."""
    lib.load()
    check_source(tap)
    check_weights(tap)
    check_absent(tap)


harness.main(test)
