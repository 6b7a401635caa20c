# SPDX-License-Identifier: GPL-2.0-only
"""The formats of /proc/energy and debugfs, taken apart strictly: export/ABI.md has them."""

import re


class Record(dict):
    """One process: its fields, numbers as int, energies in mJ as int of nJ, name as bytes."""

    keys_in_order = ()


FIELD = re.compile(r"([a-z_]+)=(\S*)")
NUMBER = re.compile(r"(?:0|[1-9][0-9]*)\Z")
SIGNED = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
MILLIJOULES = re.compile(r"(0|[1-9][0-9]*)\.([0-9]{3})\Z")
# What a name may consist of once it is escaped.
COMM = re.compile(rb"(?:[!-<>-\[\]-~]|\\[0-3][0-7]{2})*\Z")
ESCAPE = re.compile(rb"\\([0-3][0-7]{2})")
IN_MILLIJOULES = ("energy", "window_energy")
TEXT_IN_DOMAIN = ("domain", "kind", "source")
# Of energy/sources, in this order, those that are numbers with their pattern.
SOURCE_FIELDS = {"source": None, "rating": SIGNED, "kind": None, "state": None, "used": NUMBER,
                 "reads": NUMBER, "gaps": NUMBER, "last_error": SIGNED, "domains": None}
TEXT_IN_HEADER = ("domains", "source", "source_kind")


class BadLine(Exception):
    """A line that is not of the format."""


def unescape(comm):
    """The bytes of an escaped name."""
    return ESCAPE.sub(lambda match: bytes([int(match[1], 8)]), comm)


def _number(text, line, pattern=NUMBER):
    if not pattern.match(text) or not -(1 << 63) <= int(text) < 1 << 64:
        raise BadLine(line)
    return int(text)


def _fields(text, line):
    """Fields between single spaces, and nothing else."""
    pairs = []
    for word in text.split(" "):
        match = FIELD.fullmatch(word)
        if not match:
            raise BadLine(line)
        pairs.append(match.groups())
    return pairs


def parse_record(line):
    """A record from its line (bytes without the newline), strictly."""
    front, separator, comm = line.partition(b" comm=")
    if not separator or not COMM.match(comm):
        raise BadLine(line)
    record = Record()
    pairs = _fields(front.decode("ascii"), line)
    for key, value in pairs:
        if key in record:
            raise BadLine(line)
        if key in IN_MILLIJOULES:
            match = MILLIJOULES.match(value)
            if not match:
                raise BadLine(line)
            record[key] = int(match[1] + match[2]) * 1000
        else:
            record[key] = _number(value, line)
    record.keys_in_order = (*(key for key, _ in pairs), "comm")
    record["comm"] = unescape(comm)
    return record


def _parse_domain(line):
    domain = {}
    for key, value in _fields(line.decode("ascii"), line):
        if key not in TEXT_IN_DOMAIN:
            value = _number(value, line, SIGNED if key == "last_error" else NUMBER)
        domain[key] = value
    return domain


class Cgroups(dict):
    """/proc/energy/cgroups: a dict of fields for each path; header and ids beside it."""

    def __init__(self, data):
        super().__init__()
        self.header = {}
        self.by_id = {}
        if data and not data.endswith(b"\n"):
            raise BadLine(data[-200:])
        for line in data.split(b"\n")[:-1]:
            if line.startswith(b"cgroup="):
                self._add(line)
            elif self.by_id:
                raise BadLine(line)
            else:
                ((key, value),) = _fields(line.decode("ascii"), line)
                self.header[key] = _number(value, line)

    def _add(self, line):
        front, separator, path = line.partition(b" path=")
        row = {}
        for key, value in _fields(front.decode("ascii"), line):
            if key in IN_MILLIJOULES:
                match = MILLIJOULES.match(value)
                if not match:
                    raise BadLine(line)
                row[key] = int(match[1] + match[2]) * 1000
            else:
                row[key] = _number(value, line)
        if not separator or not COMM.match(path) or row["cgroup"] in self.by_id:
            raise BadLine(line)
        row["path"] = unescape(path)
        self.by_id[row["cgroup"]] = row
        self[row["path"].decode(errors="replace")] = row


class Sources(dict):
    """debugfs energy/sources, strictly: a dict of fields for each source; the rest beside it."""

    def __init__(self, data):
        super().__init__()
        self.header = {}
        if not data.endswith(b"\n"):
            raise BadLine(data[-200:])
        for line in data.split(b"\n")[:-1]:
            fields = _fields(line.decode("ascii"), line)
            if line.startswith(b"source="):
                self._add(fields, line)
            elif self:
                raise BadLine(line)
            else:
                self.header.update(fields)

    def _add(self, fields, line):
        row = dict(fields)
        if [key for key, _ in fields] != [*SOURCE_FIELDS] or row["source"] in self:
            raise BadLine(line)
        for key, pattern in SOURCE_FIELDS.items():
            if pattern:
                row[key] = _number(row[key], line, pattern)
        row["domains"] = row["domains"].split(",")
        self[row.pop("source")] = row

    @property
    def active(self):
        """Those that are read."""
        return [name for name, row in self.items() if row["state"] == "active"]

    @property
    def metered(self):
        """CPUs whose instructions are counted."""
        cpus = self.header["cpus"]
        return [] if cpus == "none" else [int(cpu) for cpu in cpus.split(",")]


def parse_stat(data):
    """/proc/energy/cgroup.stat, strictly."""
    found = {}
    for line in data.split(b"\n")[:-1]:
        match = re.fullmatch(rb"([a-z_]+) ([0-9]+)", line)
        if not match or match[1].decode() in found:
            raise BadLine(line)
        found[match[1].decode()] = _number(match[2].decode(), line)
    return found


class Listing:
    """A whole file: header, domains, records in the order of the lines."""

    def __init__(self, data):
        self.header = {}
        self.domains = []
        self.records = []
        if data and not data.endswith(b"\n"):
            raise BadLine(data[-200:])
        for line in data.split(b"\n")[:-1]:
            if line.startswith(b"pid="):
                self.records.append(parse_record(line))
            elif self.records:
                raise BadLine(line)
            elif line.startswith(b"domain="):
                self.domains.append(_parse_domain(line))
            else:
                self._add_header(line)

    def _add_header(self, line):
        ((key, value),) = _fields(line.decode("ascii"), line)
        if key in self.header:
            raise BadLine(line)
        self.header[key] = value if key in TEXT_IN_HEADER else _number(value, line)

    def __getitem__(self, key):
        return self.header[key]

    @property
    def system(self):
        """The record of pid 0."""
        return next(record for record in self.records if record["pid"] == 0)

    @property
    def processes(self):
        """All records but that of pid 0."""
        return [record for record in self.records if record["pid"]]

    def of(self, pid):
        """The newest record of a PID, or None."""
        return next((record for record in self.records if record["pid"] == pid), None)

    def named(self, comm):
        """The records with a name."""
        return [record for record in self.records if record["comm"] == comm]

    def domain(self, name):
        """A domain's line, or None."""
        return next((dom for dom in self.domains if dom["domain"] == name), None)

    def billed(self, key):
        """The sum of a number over the billed domains."""
        return sum(dom[key] for dom in self.domains if dom["billed"])

    def live_nj(self, prefix=""):
        """What is charged to the processes listed."""
        return sum(record[prefix + "energy_nj"] for record in self.processes)

    def imbalance(self, prefix=""):
        """Measured less everything that it went to, nJ."""
        accounts = sum(self[prefix + name] for name in
                       ("exited_nj", "unattributed_nj", "idle_nj", "pending_nj"))
        return self[prefix + "measured_nj"] - self.live_nj(prefix) - accounts
