#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=control timeout=120 matrix=yes safe=yes
"""The ABI as ABI.md has it, and reading in all the ways that there are."""

import ctypes
import errno
import mmap
import os
import re

import formats
import harness
import lib

# Of a listing that stays the same meanwhile: on a machine of many processes the ledgers fill early.
TRIES = 20
NAME = re.compile(r"`([a-z_]+)`")


def sections():
    """ABI.md's text by heading."""
    found = {}
    heading = ""
    for line in lib.text(f"{lib.PAYLOAD}/ABI.md").splitlines():
        if line.startswith("## "):
            heading = line[3:].replace("`", "")
        else:
            found.setdefault(heading, []).append(line)
    return found


def in_tables(lines):
    """The names in the first column of a section's tables, in order."""
    return [name for line in lines if line.startswith("| `")
            for name in NAME.findall(line.split("|")[1])]


def in_example(lines, start):
    """The keys of the section's example line."""
    line = next(line for line in lines if line.startswith(f"    {start}="))
    return [word.partition("=")[0] for word in line.split()]


def in_order(named, found):
    """Whether the named ones stand among those found, in this order."""
    rest = iter(found)
    return all(name in rest for name in named)


def check_keys(tap):
    """Every key that ABI.md names is there, in its order."""
    abi = sections()
    record = in_example(abi["Records"], "pid")
    tap.equal(in_tables(abi["Records"]), record, "ABI.md: a record's table and example agree")
    header = in_tables(abi["Header of /proc/energy/all"])
    debug = abi["debugfs energy/all"]
    domain = in_example(debug, "domain")
    example = next(at for at, line in enumerate(debug) if line.startswith("    domain="))
    lines = in_tables(debug[:example])
    text = " ".join(" ".join(debug).partition("Then the records")[2].split())
    more = NAME.findall(text.partition("`energy_uj` and `comm`:")[2].partition(". ")[0])
    tap.ok(len(header) > 15 and len(lines) > 15 and len(more) > 10, "(ABI.md could be read)",
           header, lines, more)

    for path, keys, fields in (
            (lib.ALL, header, record),
            (lib.CGROUP, in_tables(abi["Header of /proc/energy/cgroup"]), record),
            (lib.DEBUG_ALL, header + lines, [*record[:-1], *more, "comm"]),
            (lib.DEBUG_SYS, header + lines[:lines.index("samples")],
             [*record[:-1], *more, "comm"])):
        found = lib.listing(path)
        tap.ok(in_order(keys, found.header), f"{path}: header", keys, list(found.header))
        wrong = [item for item in found.records if not in_order(fields, item.keys_in_order)]
        tap.ok(found.records and not wrong, f"{path}: records", fields, *wrong[:2])
    found = lib.listing()
    wrong = [dom for dom in found.domains if not in_order(domain, dom)]
    tap.ok(found.domains and not wrong, "domains", domain, *wrong)
    tap.equal(len(lib.system().records), 1, "energy/sys has one record")
    for path in (lib.ALL, lib.CGROUP, lib.DEBUG_ALL):
        listed = [item["pid"] for item in lib.listing(path).records]
        tap.equal(listed, sorted(listed), f"{path}: PIDs ascend")


def check_events(tap):
    """The tracepoints' fields are those of ABI.md, and the text has all of them."""
    abi = lib.text(f"{lib.PAYLOAD}/ABI.md")
    for name in ("energy_exit", "energy_sample"):
        text = lib.text(f"/sys/kernel/tracing/events/energy/{name}/format")
        fields = [field for field in re.findall(r"field:[^;]*?(\w+)(?:\[\d+\])?;", text)
                  if not field.startswith("common_")]
        section = abi.partition(f"### `energy:{name}`")[2].partition("\n##")[0]
        described = [key for line in section.splitlines() if line.startswith("| `")
                     for key in re.findall(r"`(\w+)`", line.split("|")[1])]
        tap.equal(sorted(described), sorted(fields), f"{name}: ABI.md describes its fields")
        tap.equal(re.findall(r"(\w+)=%", text), described, f"{name}: its text has them in order")


def listed_in_pieces(path):
    """What is wrong with a listing in pieces against the whole of it."""
    wrong = []
    fd = os.open(path, os.O_RDONLY)
    whole = lib.read_fd(fd)
    os.lseek(fd, 0, os.SEEK_SET)
    if lib.read_fd(fd, 1) != whole:
        wrong.append("byte by byte")
    os.lseek(fd, 0, os.SEEK_SET)
    if lib.read_fd(fd, 4097) != whole:
        wrong.append("in pieces larger than a page")
    wrong += [f"pread at {at}" for at in range(1, len(whole), 997)
              if os.pread(fd, 13, at) != whole[at:at + 13]]
    for at in (len(whole) - 7, 5003, 1, 4096, 0):
        os.lseek(fd, at, os.SEEK_SET)
        if lib.read_fd(fd, 1000) != whole[at:]:
            wrong.append(f"lseek to {at}")
    if os.pread(fd, 10, len(whole)) or os.pread(fd, 10, len(whole) + 12345):
        wrong.append("something at its end or beyond")
    os.close(fd)
    return wrong


def changes():
    """How often live values may have changed."""
    books = lib.listing()
    return books["samples"], books["drains"]


def check_pieces(tap):
    """The same listing whatever pieces it is read in; no window ends meanwhile."""
    lib.must_set(window_ns=3600 * lib.SECOND, sample_ns=10 * lib.SECOND)
    for path in (lib.CGROUP, lib.ALL):
        for _ in range(TRIES):
            before = changes()
            wrong = listed_in_pieces(path)
            # A slow host may need longer than a sample: once more, from a new one on.
            if changes() == before:
                break
        else:
            # A guest is never too busy: nobody else is in it.
            if lib.PAYLOAD != "/payload":
                tap.skip(f"{path}: byte by byte, in pieces", "this machine is too busy for that")
                continue
            wrong.append("there was a drain or a sample each time")
        tap.ok(not wrong, f"{path}: byte by byte, in pieces, by pread and lseek", *wrong)


def read_errno(fd):
    """Read to the end; the errno that ends it, or 0."""
    try:
        lib.read_fd(fd, 512)
    except OSError as error:
        return error.errno
    return 0


def check_windows(tap):
    """A listing is of one window, or fails."""
    lib.must_set(sample_ns=50 * lib.MS, window_ns=100 * lib.MS)
    lib.wait_windows()
    for path in (lib.CGROUP, lib.DEBUG_ALL):
        fd = os.open(path, os.O_RDONLY)
        first = os.read(fd, 200)
        lib.wait_windows(3)
        tap.equal(read_errno(fd), errno.ESTALE, f"{path}: a window that has gone is ESTALE")
        tap.equal(read_errno(fd), errno.ESTALE, f"{path}: and stays so")
        lib.must_set(window_ns=20 * lib.SECOND)
        newest = lib.system()["window"]
        os.lseek(fd, 0, os.SEEK_SET)
        found = formats.Listing(lib.read_fd(fd))
        tap.equal(found["window"], newest, f"{path}: rewound, it shows the newest window")
        tap.ok(b"timestamp=" in first and found.records, f"{path}: as a whole")
        lib.must_set(window_ns=100 * lib.MS)
        lib.wait_windows(3)
        tap.equal(os.read(fd, 100), b"", f"{path}: a listing that was read to its end has ended")
        header = os.pread(fd, 1 << 20, 0).partition(b"pid=")[0]
        tap.ok(formats.Listing(header)["window"] > newest, f"{path}: pread at 0 begins a new one")
        os.close(fd)

    # One window later it can still be read, as it was.
    lib.must_set(window_ns=6 * lib.SECOND)
    lib.wait_windows(1)
    fd = os.open(lib.CGROUP, os.O_RDONLY)
    data = os.read(fd, 64)
    window = lib.system()["window"]
    lib.wait_windows(1)
    found = formats.Listing(data + lib.read_fd(fd))
    tap.equal(found["window"], window, "a listing goes on for one more window")
    tap.equal(len({record["pid"] for record in found.records}), len(found.records),
              "each process once")
    os.close(fd)
    lib.must_set(window_ns=lib.SECOND)


def map_errno(path):
    """The errno of mapping a file; Python's own mmap goes by the file's size."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_ssize_t
    fd = os.open(path, os.O_RDONLY)
    got = libc.mmap(None, ctypes.c_size_t(4096), mmap.PROT_READ, mmap.MAP_SHARED, fd,
                    ctypes.c_ssize_t(0))
    os.close(fd)
    return ctypes.get_errno() if got == -1 else 0


def check_errors(tap):
    """What cannot be done."""
    for path, no_write, no_map in ((lib.ALL, errno.EIO, errno.EIO),
                                   (lib.CGROUP, errno.EIO, errno.EIO),
                                   (lib.DEBUG_ALL, errno.EINVAL, errno.ENODEV)):
        try:
            got = lib.write(path, "x")
        except OSError as error:
            got = error.errno
        tap.ok(got in (no_write, errno.EACCES, errno.EPERM), f"{path}: no writing", got)
        tap.equal(map_errno(path), no_map, f"{path}: no mapping")


def test(tap):
    """ABI."""
    lib.load_any(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    lib.wait_windows()
    check_keys(tap)
    check_events(tap)
    check_pieces(tap)
    check_windows(tap)
    check_errors(tap)


harness.main(test)
