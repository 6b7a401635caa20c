#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=main timeout=60 matrix=yes safe=yes
"""What processes of our own have done, to the unit, whatever else the machine does meanwhile."""

import signal

import harness
import lib
import tasks

DATAGRAMS = 3000
DATAGRAM_BYTES = 40
MESSAGES = 300


def check_sleeper(tap):
    """A process born under our eyes that has slept and is stopped."""
    worker = tasks.Worker("hog", "-d", 50)
    # However long that takes where CPUs are scarce.
    lib.wait_until(lambda: tasks.thread_switches(worker.pid) > 10)
    worker.process.send_signal(signal.SIGSTOP)
    lib.wait_until(lambda: tasks.status(worker.pid, "State") == "T")
    lib.wait_samples()
    books = lib.listing()
    record = books.of(worker.pid)
    tap.equal(record["wakeups"], tasks.thread_switches(worker.pid),
              "wakeups are the kernel's voluntary_ctxt_switches")
    tap.ok(record["wakeups"] > 10, "(it did sleep)", record)
    tap.equal(record["energy"], record["cpu_ns"] // 1000 * 1000,
              "energy is the model's: a nanojoule for each nanosecond")
    tap.equal([record["alive"], record["kernel"], record["comm"]], [1, 0, b"hog"],
              "alive, not a kernel thread, named")
    worker.end()


def check_packets(tap):
    """Packets of known number over the loopback device."""
    received = DATAGRAMS if lib.COUNTS_UDP_RECEIVED else 0
    with tasks.Worker("packets", "udp", DATAGRAMS, DATAGRAM_BYTES) as worker:
        said = worker.said()
        lib.wait_samples()
        books = lib.listing()
        sender, receiver = books.of(said["sender"]), books.of(said["receiver"])
        tap.equal([sender["tx"], sender["rx"]], [DATAGRAMS, 0], "tx of a UDP sender")
        tap.equal([receiver["rx"], receiver["tx"]], [received, 0], "rx of a UDP receiver")
    joined = lib.tcp_joined()
    with tasks.Worker("packets", "tcp", MESSAGES, 100) as worker:
        said = worker.said()
        joined = lib.tcp_joined() - joined
        lib.wait_samples()
        books = lib.listing()
        for who in ("sender", "receiver"):
            record = books.of(said[who])
            tap.ok(MESSAGES <= record["rx"] <= MESSAGES + joined, f"rx of a TCP {who}",
                   f"rx={record['rx']} joined={joined}")
            # Acknowledgements may go out in a softirq, which is nobody's.
            tap.ok(MESSAGES <= record["tx"] <= said[f"{who}_segs"], f"tx of a TCP {who}",
                   f"tx={record['tx']} segments={said[f'{who}_segs']}")


def test(tap):
    """Own."""
    lib.load_core(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    check_sleeper(tap)
    check_packets(tap)


harness.main(test)
