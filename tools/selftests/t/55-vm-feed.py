#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=vm timeout=150 topology=1x2 memory=512 hardware=none
"""The host's feed: joules arrive to the microjoule; bad lines change nothing; quiet and back."""

import errno
import os
import random
import sys
import time

import harness
import lib
import tasks
import vrapl

PARAMS = "/sys/module/energy_vm_fallback/parameters"
LONG_NS = 100 * lib.SECOND
SEED = 20260101
WRITERS = 4
WRITER_LINES = 200
FUZZ_S = 4

# Writes lines until it cannot, and says why.
FEEDER = """
import errno, os, sys
sys.path.insert(0, sys.argv[1])
import vrapl
host = vrapl.Host(epoch=77)
fd = os.open(vrapl.FEED, os.O_WRONLY)
print("opened=1", flush=True)
while True:
    try:
        os.write(fd, host.used(1000).line())
    except OSError as error:
        print(f"errno={error.errno}", flush=True)
        sys.stdin.readline()
        break
"""

# Writes lines of one epoch beside others: numbers and times are the clock's.
WRITER = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
import vrapl
host = vrapl.Host(epoch=88)
fd = os.open(vrapl.FEED, os.O_WRONLY)
good = 0
for _ in range(int(sys.argv[2])):
    now = time.monotonic_ns()
    try:
        os.write(fd, host.line(seq=now, time_ns=now + vrapl.AHEAD_NS, energy_uj=now // 10**5))
        good += 1
    except OSError:
        pass
print(f"good={good}", flush=True)
"""


def python(text, *args):
    """A program of this test's in the background."""
    return tasks.Worker(sys.executable, "-c", text, lib.PAYLOAD, *args)


def measured_nj():
    """What the domain has counted, once all that was told is in it."""
    lib.wait_samples()
    return lib.settled_listing().domain("vm")["measured_nj"]


def check_open(tap):
    """Only root of the initial user namespace."""
    tap.equal(os.stat(vrapl.FEED).st_mode & 0o7777, 0o200, "mode 0200")
    write = f"echo x > {vrapl.FEED}"
    done = lib.command(*tasks.as_user(lib.NOBODY, "sh", "-c", write), check=False)
    tap.ok(done.returncode and "Permission denied" in done.stderr, "nobody: EACCES", done)
    done = lib.command("unshare", "--user", "--map-root-user", "sh", "-c", write, check=False)
    tap.ok(done.returncode and "Operation not permitted" in done.stderr,
           "root of a user namespace: EPERM", done)
    done = lib.command("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", "sh",
                       "-c", write, check=False)
    tap.ok(done.returncode and "Operation not permitted" in done.stderr,
           "without CAP_SYS_ADMIN: EPERM", done)
    tap.equal(vrapl.state()["lines"], 0, "none of them was looked at")
    fd = os.open(vrapl.FEED, os.O_RDWR)
    try:
        os.read(fd, 10)
        tap.ok(False, "it cannot be read")
    except OSError as error:
        tap.equal(error.errno, errno.EIO, "it cannot be read")
    os.close(fd)


def check_joules(tap, host):
    """The first line is where it begins, what the next ones tell is billed."""
    estimated = lib.settled_listing()["measured_nj"]
    tap.ok(estimated > 0, "(there was an estimate)")
    tap.equal(vrapl.state()["state"], "none", "there is no feed yet")
    host.tell(0)
    vrapl.wait_source("vm_feed")
    books = lib.settled_listing()
    tap.equal([books[key] for key in ("source", "source_kind", "estimated")],
              ["vm_feed", "host", 0], "with the first line the host is the source")
    base = measured_nj()
    tap.ok(base - estimated < lib.SECOND, "which tells nothing yet", base, estimated)

    hog = tasks.Worker("hog", "-u", 400, "-p")
    hog.said()
    tap.equal(measured_nj(), base, "between lines nothing is counted")
    host.tell(7654321)
    tap.equal(measured_nj() - base, 7654321000, "a line's joules arrive to the microjoule")
    paid = lib.settled_listing().of(hog.pid)["energy_nj"]
    tap.ok(paid > 10**9, "who ran since the line before pays", paid)
    other = tasks.Worker("hog", "-u", 400, "-p")
    other.said()
    host.tell(5000001)
    tap.equal(measured_nj() - base, 12654322000, "and so do the next one's")
    books = lib.settled_listing()
    tap.ok(books.of(other.pid)["energy_nj"] > 5 * 10**8 and
           books.of(hog.pid)["energy_nj"] - paid < 10**8, "who ran before does not",
           books.of(hog.pid), books.of(other.pid))
    for worker in (hog, other):
        worker.end()
    for _ in range(3):
        host.used(1000).line()
    host.tell(1)
    tap.equal(measured_nj() - base, 12657323000, "lines that are lost lose nothing")
    tap.equal(lib.settled_listing().imbalance(), 0, "the books balance")


def bad_lines(host):
    """What is counted as what."""
    good = host.used(0).line(power_w=2)
    fields = host.fields
    old = fields["seq"]
    return (
        ("bad_torn", good[:-1], "without its newline"),
        ("bad_torn", good[:40], "its beginning alone"),
        ("bad_length", b"x" * 512 + b"\n", "too long"),
        ("bad_syntax", b"\n", "empty"),
        ("bad_syntax", good[7:], "its end alone"),
        ("bad_syntax", bytes(range(128, 256)) + b"\n", "garbage"),
        ("bad_syntax", good[:-1] + b"\0\n", "with a NUL"),
        ("bad_syntax", host.line(confidence=2), "confidence above 1"),
        ("bad_version", host.line(vrapl=2), "version 2"),
        ("bad_version", b"vrapl=3 \n", "version 3, which may be anything"),
        ("bad_checksum", good.replace(b"power_w=2", b"power_w=3"), "changed on its way"),
        ("bad_negative", host.line(energy_uj=-1), "with a minus"),
        ("bad_negative", host.line(energy_uj=fields["energy_uj"] - 1), "with less energy"),
        ("bad_absurd", host.line(energy_uj=2**64 - 1), "with too much energy"),
        ("bad_absurd", host.line(power_w=10000.5), "with too much power"),
        ("bad_absurd", host.line(interval_ns=0), "without an interval"),
        ("bad_absurd", host.line(interval_ns=LONG_NS + 1), "with too long an interval"),
        ("bad_sequence", host.line(seq=old), "with the number of the one before"),
        ("bad_sequence", host.line(seq=0), "with an old number"),
        ("bad_late", host.line(time_ns=fields["time_ns"]), "with the time of the one before"),
        ("bad_late", host.line(time_ns=fields["time_ns"] + 1, interval_ns=1),
         "later than it should be"),
    )


def check_bad(tap, host):
    """Each is counted under its reason, and changes nothing."""
    base = measured_nj()
    before = vrapl.state()
    for reason, data, what in bad_lines(host):
        error = vrapl.feed(data)
        after = vrapl.state()
        want = {**before, reason: before[reason] + 1, "lines": before["lines"] + 1}
        tap.equal((error, after), (errno.EINVAL, want), f"{reason}: a line {what}")
        before = after
    tap.equal(vrapl.feed(b"x" * 4097), errno.EMSGSIZE, "a write that is too long is EMSGSIZE")
    tap.equal(vrapl.state(), before, "of which nothing was looked at")
    tap.equal(vrapl.feed(b""), 0, "an empty write is nothing")
    tap.equal(measured_nj(), base, "none of them has changed what was counted")
    tap.ok("a line of the host's feed is ignored: bad_" in lib.dmesg(), "the log tells of them")

    data = b"garbage\xff\n" + host.used(11).line() + host.used(22).line() + b"vrapl=1 se"
    tap.equal(vrapl.feed(data), 0, "a write in which a line is good is good")
    after = vrapl.state()
    tap.equal([after[key] - before[key] for key in
               ("lines", "accepted", "bad_syntax", "bad_torn")], [4, 2, 1, 1],
              "each of its lines counts by itself, after garbage too")
    tap.equal(measured_nj() - base, 33000, "the good ones tell")
    known = host.used(5).line()
    tail = known.rpartition(b"crc=")[0].decode() + "zone=new x=1 "
    tap.equal(vrapl.feed(vrapl.with_crc(tail)), 0, "fields that are not known are ignored")
    lib.write(f"{PARAMS}/feed_max_w", 1)
    tap.equal(vrapl.feed(host.line(power_w=1.5)), errno.EINVAL, "feed_max_w is used at once")
    lib.write(f"{PARAMS}/feed_max_w", 10000)


def check_epoch(tap):
    """A counter that begins anew is no spike."""
    base = measured_nj()
    host = vrapl.Host(epoch=2, interval_ns=LONG_NS, energy_uj=5)
    host.tell()
    tap.equal(measured_nj(), base, "a new epoch is where it begins")
    host.tell(1000)
    tap.equal(measured_nj() - base, 1000000, "and it goes on from there")
    back = vrapl.Host(epoch=1, energy_uj=10**15)
    back.fields["seq"] = 10**6
    tap.equal(vrapl.feed(back.line()), errno.EINVAL, "the old one has ended")
    return host


def check_quiet(tap, host):
    """It goes quiet, and comes back."""
    hog = tasks.Worker("hog")
    host.fields["interval_ns"] = 200 * lib.MS
    host.tell(1000)
    began = time.monotonic()
    base = measured_nj()
    vrapl.wait_source("vm_fallback")
    took = time.monotonic() - began
    tap.ok(took < 10, f"after three intervals the estimate is back ({took:.2f} s)")
    tap.equal([vrapl.state()["state"], lib.system()["source_kind"], lib.system()["estimated"]],
              ["quiet", "model", 1], "and that is said")
    lib.wait_samples(6)
    first = lib.settled_listing()
    lib.wait_samples(6)
    books = lib.settled_listing()
    score = books.system["energy"] - first.system["energy"]
    model = books["measured_nj"] - first["measured_nj"]
    tap.ok(abs(model - score) < 1000 and model > 0, "it estimates by the nanojoule", model, score)
    tap.ok(books.domain("vm")["lost_ns"] > 0, "of the time in between nothing is known",
           books.domain("vm"))
    # While the feed was quiet the host has counted on.
    host.fields["interval_ns"] = LONG_NS
    host.tell(50 * 10**6)
    vrapl.wait_source("vm_feed")
    back = measured_nj()
    tap.ok(back - books["measured_nj"] < 5 * lib.SECOND, "it comes back without a spike", back)
    host.tell(123)
    tap.equal(measured_nj() - back, 123000, "and tells to the microjoule again")
    hog.end()
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books["unbalanced"]], [0, 0], "the books balance")
    tap.ok(back > base, "(something was estimated)")
    log = lib.dmesg()
    tap.equal([log.count("the host's feed is live"), log.count("the host's feed has gone quiet")],
              [2, 1], "the log has each change once")


def check_writers(tap):
    """Lines of several writers are each taken as a whole."""
    vrapl.Host(epoch=88, interval_ns=LONG_NS, energy_uj=0).tell()
    before = vrapl.state()
    writers = [python(WRITER, WRITER_LINES) for _ in range(WRITERS)]
    good = sum(writer.said()["good"] for writer in writers)
    for writer in writers:
        writer.end()
    after = vrapl.state()
    count = {key: after[key] - before[key] for key in after if key.startswith(("bad_", "acc"))}
    tap.ok(count["accepted"] == good > 0 and after["lines"] - before["lines"] ==
           sum(count.values()) == WRITERS * WRITER_LINES and
           set(key for key, n in count.items() if n) <= {"accepted", "bad_sequence", "bad_absurd"},
           "lines of several writers are not mixed", count, good)
    tap.equal(after["total_uj"] - before["total_uj"], after["energy_uj"] - before["energy_uj"],
              "and what they tell adds up")
    lib.wait_samples()
    tap.equal(lib.settled_listing().imbalance(), 0, "the books balance")


def mutated(rng, data):
    """A few changes to lines."""
    data = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(4)
        if what == 0:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 20)))
        elif what == 1:
            del data[at:at + rng.randrange(1, 20)]
        elif what == 2:
            data[at:at + 1] = rng.choice((b"\n", b"\0", b" ", b"=", b"-", b"9" * 30))
        else:
            data[at:at] = data[:at]
    return bytes(data[:4200])


def check_fuzz(tap, host):
    """Whatever is written, it is counted, and nothing else happens."""
    rng = random.Random(SEED)
    base = measured_nj()
    before = vrapl.state()
    ends = time.monotonic() + FUZZ_S
    errors = set()
    writes = 0
    while time.monotonic() < ends:
        # nothing that is told: the checksum keeps what was changed from being accepted
        line = host.line(power_w=rng.randrange(3))
        data = mutated(rng, line * rng.randrange(1, 4)) if rng.randrange(5) else rng.randbytes(
            rng.randrange(1, 5000))
        errors.add(vrapl.feed(data))
        writes += 1
    after = vrapl.state()
    tap.note(f"{writes} writes, {after['lines'] - before['lines']} lines, errors {errors}")
    tap.ok(errors <= {0, errno.EINVAL, errno.EMSGSIZE} and writes > 100, "fuzz: only these errors",
           errors)
    tap.equal(sum(after[key] for key in after if key.startswith(("bad_", "accepted"))),
              after["lines"], "each line has one verdict")
    tap.equal(measured_nj(), base, "nothing was billed")
    host.fields["seq"] = after["seq"]
    host.tell(5)
    tap.equal(measured_nj() - base, 5000, "and the next good line is taken")


def check_unload(tap):
    """The module goes while a feeder holds the file and writes."""
    with tasks.Worker("hog"), python(FEEDER) as feeder:
        feeder.said()
        vrapl.wait_source("vm_feed")
        lib.wait_until(lambda: vrapl.state()["accepted"] > 20)
        began = time.monotonic()
        done = lib.command("rmmod", "energy_vm_fallback", check=False)
        took = time.monotonic() - began
        tap.ok(not done.returncode and took < 10,
               f"rmmod works while a feeder writes ({took:.2f} s)", done)
        tap.equal(feeder.said()["errno"], errno.EIO, "which is told")
        tap.ok(not os.path.exists(vrapl.FEED) and not os.path.exists(vrapl.STATE),
               "the files have gone")
        books = lib.settled_listing()
        tap.equal([books["source"], books.imbalance()], ["none", 0], "the books balance")
        lib.command("modprobe", "energy_vm_fallback")
        tap.equal([vrapl.state()["lines"], lib.system()["source"]], [0, "vm_fallback"],
                  "it comes back, while the old descriptor is open")


def test(tap):
    """The feed."""
    lib.load("energy_vm_fallback", sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    with tasks.Worker("hog", "-u", 100):
        lib.wait_samples(4)
    check_open(tap)
    host = vrapl.Host(interval_ns=LONG_NS)
    check_joules(tap, host)
    check_bad(tap, host)
    host = check_epoch(tap)
    check_quiet(tap, host)
    check_fuzz(tap, host)
    check_writers(tap)
    check_unload(tap)


harness.main(test)
