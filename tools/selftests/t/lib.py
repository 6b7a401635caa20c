# SPDX-License-Identifier: GPL-2.0-only
"""What the tests share: TAP, the modules, their files, the virtual hardware, workloads.

A test is a function that takes a Tap; lib.main(test) runs it and cleans up after it.
"""

import contextlib
import errno
import os
import re
import signal
import struct
import subprocess
import sys
import time
import traceback

PAYLOAD = os.path.dirname(os.path.abspath(__file__))
ALL = "/proc/energy/all"
CGROUP = "/proc/energy/cgroup"
STAT = "/proc/energy/cgroup.stat"
CGROUPS_LIST = "/proc/energy/cgroups"
DEBUG_ALL = "/sys/kernel/debug/energy/all"
DEBUG_SYS = "/sys/kernel/debug/energy/sys"
PARAMS = "/sys/module/energy_core/parameters"
CGROUPS = "/sys/fs/cgroup"
NOBODY = 65534
MS = 1000000
SECOND = 1000 * MS
# The kernel reads its clock when it begins to look for the next task, the module when that has
# been found. With icount=yes, where a nanosecond is an instruction, each switch can add or take
# this much; some 1,300 were seen. Elsewhere a host may come in between, for milliseconds.
GAP_NS = 2000


class Tap:
    """Test points, numbered as they come; the plan comes last."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, *details):
        """One point: good or not, and what to print where it is not."""
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:
            self.failed += 1
            for detail in details:
                self.note(detail)
        return bool(good)

    def equal(self, got, want, name):
        """One point: two values are the same."""
        return self.ok(got == want, name, f"got  {got!r}", f"want {want!r}")

    def skip(self, name, why):
        """One point that could not be tried."""
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    @staticmethod
    def note(text):
        """A line for people."""
        for line in str(text).splitlines():
            print(f"# {line[:2000]}", flush=True)

    def plan(self):
        """The last line."""
        print(f"1..{self.count}", flush=True)


# Lines and records


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


# Files


def read_fd(fd, size=65536):
    """Everything from where the descriptor stands to the end."""
    pieces = []
    while piece := os.read(fd, size):
        pieces.append(piece)
    return b"".join(pieces)


def read_file(path):
    """The whole of a file; from the beginning again where its window has gone."""
    fd = os.open(path, os.O_RDONLY)
    try:
        while True:
            try:
                return read_fd(fd)
            except OSError as error:
                if error.errno != errno.ESTALE:
                    raise
                os.lseek(fd, 0, os.SEEK_SET)
    finally:
        os.close(fd)


def read_head(path):
    """A file's first piece."""
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def listing(path=DEBUG_ALL):
    """The whole of one of the modules' files, parsed."""
    return Listing(read_file(path))


def cgroups():
    """The list of cgroups."""
    return Cgroups(read_file(CGROUPS_LIST))


def text(path):
    """A small file's text."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def write(path, value):
    """Write in one call; return 0 or the errno."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, str(value).encode())
    except OSError as error:
        return error.errno
    finally:
        os.close(fd)
    return 0


# Modules


def command(*args, check=True, **options):
    """Run a program; return what subprocess.run() does, with its output as text."""
    return subprocess.run([str(arg) for arg in args], check=check, text=True,
                          capture_output=True, **options)


def loaded(module):
    """Whether a module is loaded."""
    return os.path.isdir(f"/sys/module/{module}")


def load(source=True, **params):
    """Load the core with parameters, and the RAPL source."""
    command("modprobe", "energy_core", *(f"{key}={value}" for key, value in params.items()))
    if source:
        command("modprobe", "energy_rapl_msr")


def unload():
    """Unload what is loaded of ours."""
    for module in ("energy_rapl_msr", "energy_core"):
        if loaded(module):
            command("rmmod", module)


def param(name):
    """A parameter's value."""
    return int(text(f"{PARAMS}/{name}"))


def set_param(name, value):
    """Set a parameter; return 0 or the errno."""
    return write(f"{PARAMS}/{name}", value)


def must_set(**params):
    """Set parameters that are good ones, in this order."""
    for name, value in params.items():
        error = set_param(name, value)
        if error:
            raise OSError(error, f"{name}={value}")


def dmesg():
    """The kernel's log."""
    return command("dmesg").stdout


def system():
    """The header of the system, live."""
    return listing(DEBUG_SYS)


def wait_until(condition, poll_s=0.02):
    """Wait for something to become true, and return that; the test's time limit is ours."""
    while not (result := condition()):
        time.sleep(poll_s)
    return result


def wait_samples(count=2):
    """Wait until so many more samples have been taken: two hold all that has been until now."""
    first = system()["iterations"]
    wait_until(lambda: system()["iterations"] >= first + count)


def wait_windows(count=2):
    """Wait until so many more windows have been published."""
    first = system()["window"]
    wait_until(lambda: system()["window"] >= first + count)


def settled_bytes():
    """A listing all of whose lines are of the same sample, to be parsed later."""
    while True:
        found, head = read_file(DEBUG_ALL), read_head(DEBUG_ALL)
        # Reading the head waits for a sample in progress.
        if head[:head.index(b"\nsample_ns=")] == found[:found.index(b"\nsample_ns=")]:
            return found


def settled_listing():
    """A listing all of whose lines are of the same sample."""
    return Listing(settled_bytes())


# Memory


def idle_pages_bytes():
    """Free pages that MemFree does not have: those on the CPUs' own lists, megabytes at times."""
    pages = re.findall(r"^ +count: +(\d+)$", text("/proc/zoneinfo"), re.M)
    return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE")


def shrink(cache):
    """Have CPUs give back what they keep of a cache; until then the kernel counts it as in use."""
    write(f"/sys/kernel/slab/{cache}/shrink", 1)


def slabinfo():
    """Bytes in use, by cache, of the caches that something of ours may be in."""
    found = {}
    for line in text("/proc/slabinfo").splitlines()[2:]:
        name, active, _, size = line.split()[:4]
        if re.match(r"kmalloc-|energy|pid|cred|task_struct|radix|xarray", name):
            found[name] = int(active) * int(size)
    return found


def kernel_memory():
    """Bytes that the kernel has allocated: objects by cache, and pages in no cache."""
    for _ in range(3):
        write("/proc/sys/vm/drop_caches", 3)
        write("/proc/sys/vm/compact_memory", 1)
        time.sleep(0.3)
    for cache in slabinfo():
        shrink(cache)
    objects = slabinfo()
    meminfo = {key: int(value) * 1024 for key, value in
               re.findall(r"(\w+):\s+(\d+) kB", text("/proc/meminfo"))}
    known = ("MemFree", "Buffers", "Cached", "AnonPages", "Slab", "KernelStack", "PageTables")
    used = meminfo["MemTotal"] - sum(meminfo[key] for key in known) - idle_pages_bytes()
    return objects, used


# Virtual hardware


def truth(*question):
    """Ask the virtual hardware."""
    answer = command(f"{PAYLOAD}/truth", *question).stdout
    return int(answer) if answer else None


@contextlib.contextmanager
def frozen(samples=2):
    """All energy counters stand still, and that many samples have been taken since."""
    truth("freeze")
    try:
        wait_samples(samples)
        yield
    finally:
        truth("release")


def msr(cpu, number):
    """A model-specific register."""
    fd = os.open(f"/dev/cpu/{cpu}/msr", os.O_RDONLY)
    try:
        return struct.unpack("<Q", os.pread(fd, 8, number))[0]
    finally:
        os.close(fd)


def packages():
    """The CPUs of each package, by its number."""
    found = {}
    for cpu in range(os.cpu_count()):
        path = f"/sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id"
        if os.path.exists(path):
            found.setdefault(int(text(path)), []).append(cpu)
    return found


def set_online(cpus, online):
    """Take CPUs offline, or online again."""
    for cpu in cpus:
        error = write(f"/sys/devices/system/cpu/cpu{cpu}/online", int(online))
        if error:
            raise OSError(error, f"CPU {cpu}")


RAPL_UNIT = 0x606
RAPL_MSR = {"package": 0x611, "core": 0x639, "uncore": 0x641, "dram": 0x619, "psys": 0x64d}


def rapl_raw(domain):
    """A domain's counter as we read it ourselves; domain is a line of debugfs."""
    cpu = packages()[domain["instance"]][0]
    return msr(cpu, RAPL_MSR[domain["kind"]]) & 0xffffffff


def rapl_shift(kind):
    """One unit is 10^9 / 2^this nJ: what the unit register says, but servers' memory."""
    return 16 if kind == "dram" else msr(0, RAPL_UNIT) >> 8 & 0x1f


def rapl_nj(domain, raw):
    """Energy from a domain's baseline to a reading of ours, rounded down."""
    units = raw - domain["base_raw"] + (domain["wraps"] << 32)
    return units * 10**9 >> rapl_shift(domain["kind"])


def registers(books):
    """All counters that the books have, as we read them ourselves, by domain."""
    return {dom["domain"]: rapl_raw(dom) for dom in books.domains}


def check_domains(tap, when, books, gaps=()):
    """Each domain against its register, as we read it while all counters stood still.

    Domains in gaps could not be read for a while: nothing of that time is missing.
    """
    raws = registers(books)
    wrong = []
    for dom in books.domains:
        name = dom["domain"]
        want = {
            "raw": raws[name],
            "measured_nj": rapl_nj(dom, raws[name]),
            "lost_ns": 0,
        }
        if name not in gaps:
            want |= {"gaps": 0, "last_error": 0}
        paid = sum(dom[key] for key in ("attributed_nj", "unattributed_nj", "idle_nj",
                                        "pending_nj", "reported_nj"))
        if dom["measured_nj"] != paid:
            wrong.append(f"{name}: measured_nj={dom['measured_nj']}, went to {paid}")
        if dom["billed"] and dom["reported_nj"]:
            wrong.append(f"{name}: reported_nj={dom['reported_nj']} of a billed domain")
        wrong += [f"{name}: {key}={dom[key]}, not {value}"
                  for key, value in want.items() if dom[key] != value]
    tap.ok(not wrong, f"{when}: every domain is what its register counted", *wrong)


def check_books(tap, when, gaps=()):
    """Freeze, and check books, domains and registers against each other."""
    with frozen():
        books = settled_listing()
        check_domains(tap, when, books, gaps)
    tap.equal([books.imbalance(), books.imbalance("window_")], [0, 0],
              f"{when}: the books balance, live and of the window")
    tap.equal([books["measured_nj"], books["unbalanced"]], [books.billed("measured_nj"), 0],
              f"{when}: what is measured is what the billed domains counted")
    return books


def check_refused(tap, reason):
    """A machine without usable RAPL: the source says why, the core works without it."""
    before = dmesg().count("energy_rapl_msr:")
    done = command("modprobe", "energy_rapl_msr", check=False)
    tap.ok(done.returncode and "No such device" in done.stderr, "the source refuses: ENODEV",
           done)
    tap.ok(not loaded("energy_rapl_msr"), "it is not loaded")
    lines = [line for line in dmesg().splitlines() if "energy_rapl_msr:" in line][before:]
    lines = [line for line in lines if "taint" not in line]
    tap.ok(len(lines) == 1 and reason in lines[0], "one line in the log says why", *lines)
    if not loaded("energy_core"):
        load(source=False)
    must_set(sample_ns=50 * MS, window_ns=200 * MS)
    hog = Worker("hog", "-n", 200, "-p")
    hog.said()
    wait_samples()
    books = settled_listing()
    record = books.of(hog.pid)
    tap.ok(record["energy"] > 0 and record["energy"] == record["cpu_ns"] // 1000 * 1000,
           "the model's energy goes on", record)
    tap.equal([books["domains"], books["source"], books["source_kind"], books["measured_nj"],
               record["energy_nj"]], ["none", "none", "none", 0, 0], "and nothing is measured")
    tap.equal([books.imbalance(), books.imbalance("window_")], [0, 0], "the books balance")


# Processes


class Worker:
    """A workload in the background; says lines of key=value."""

    everyone = []

    def __init__(self, program, *args, **options):
        path = program if "/" in program else f"{PAYLOAD}/{program}"
        # Back from our own priority to the usual one.
        self.process = subprocess.Popen(
            ["/usr/bin/nice", "-n", "20", path, *(str(arg) for arg in args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
        self.pid = self.process.pid
        Worker.everyone.append(self)

    def start(self):
        """Let it begin (hog -s)."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def said(self):
        """Wait for its next line, and return it as a dict of numbers."""
        line = self.process.stdout.readline().decode()
        if not line:
            raise RuntimeError(f"{self.process.args} has ended: {self.process.wait()}")
        return {key: int(value) for key, value in
                (word.split("=") for word in line.split())}

    def end(self):
        """End it, if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def in_cgroup(cgroup, *args):
    """A command that moves itself to a cgroup first."""
    return ("/bin/sh", "-c", f'echo 0 >{CGROUPS}/{cgroup}/cgroup.procs && exec "$@"', "sh",
            *args)


def as_user(uid, *args):
    """A command that gives up root first."""
    return ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *args)


def status(pid, key):
    """A field of /proc/PID/status, its first word."""
    return re.search(rf"^{key}:\s+(\S+)", text(f"/proc/{pid}/status"), re.M)[1]


def stat_fields(pid):
    """Fields of /proc/PID/stat from the third on, so that stat_fields()[i - 3] is field i."""
    return text(f"/proc/{pid}/stat").rpartition(")")[2].split()


def cputime_ns(pid):
    """utime + stime of a process."""
    fields = stat_fields(pid)
    return (int(fields[11]) + int(fields[12])) * SECOND // os.sysconf("SC_CLK_TCK")


def exact_ns(pid):
    """CPU time of a process as its clock has it, threads that have ended included."""
    return time.clock_gettime_ns(~pid << 3 | 2)


def thread_switches(pid, kind="voluntary"):
    """Context switches of all threads that are there."""
    return sum(int(status(f"{pid}/task/{task}", f"{kind}_ctxt_switches"))
               for task in os.listdir(f"/proc/{pid}/task"))


def all_switches(pid):
    """Those and the involuntary ones."""
    return sum(thread_switches(pid, kind) for kind in ("voluntary", "nonvoluntary"))


def io_bytes(pid, key):
    """A field of /proc/PID/io."""
    return int(re.search(rf"^{key}: (\d+)", text(f"/proc/{pid}/io"), re.M)[1])


def _clean_up():
    for worker in Worker.everyone:
        with contextlib.suppress(OSError):
            worker.end()
    if subprocess.run([f"{PAYLOAD}/truth", "present"], check=False).returncode == 0:
        truth("release")
    unload()


def main(test):
    """Run a test and exit: 0 where all its points are good."""
    # All CPUs may be busy with what is being tested.
    os.nice(-20)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    tap = Tap()
    done = False
    try:
        unload()
        test(tap)
        done = True
    except Exception as error:  # pylint: disable=broad-except
        tap.note(traceback.format_exc())
        tap.note(getattr(error, "stderr", None) or "")
    try:
        _clean_up()
    except (OSError, subprocess.CalledProcessError) as error:
        tap.note(f"{error}: {getattr(error, 'stderr', '')}")
        done = False
    if not done:
        print("Bail out! the test itself failed", flush=True)
        sys.exit(1)
    tap.plan()
    sys.exit(1 if tap.failed else 0)
