# SPDX-License-Identifier: GPL-2.0-only
"""`energy top`: its plain text, and what it does with listings that are not as they should be."""

import os
import re
import shutil
import signal
import subprocess
import time

from feeding import await_that
from program import (ENERGY, ENVIRONMENT, NOBODY, PATIENCE_S, Skipped, busy_machine, energy, equal,
                     expect, one_second, replay, running, written)


def watching(path, *words):
    return running(("top", "--file", path, *words), stdout=subprocess.PIPE,
                   stdin=subprocess.DEVNULL, text=True)


def batch_format(folder):
    machine = busy_machine()
    one_second(machine)
    first = machine.debugfs()
    one_second(machine)
    machine.add("exited", 500_000_000)
    machine.add("pending", 1000)
    second = machine.debugfs()
    one_second(machine)
    machine.add("pending", -990)
    done = energy(*replay(folder, first, second, machine.debugfs()), "--balance")
    equal(done.stderr, "")
    equal(done.returncode, 0)
    tables = done.stdout.split("\n\n")
    head = ["time 1002.000000000",
            "energy top   source: rapl_msr (measured)   domains: package,core,dram,psys",
            f"file {folder}   window values   interval 1.000 s",
            "watts   total 10.500   attributed 8.000   idle 2.000   unattributed 0.500",
            "processes   3 listed   3 active   pending 0.000 W"]
    equal(tables[0].split("\n"), head)
    equal(tables[1].split("\n"), [
        "    PID      WATTS        JOULES SHARE%    CPU%  COMM",
        "     12      6.000        12.000   75.0    90.0  python3",
        "     40      1.500         3.000   18.8    25.0  Web Content",
        "      2      0.000         0.000    0.0     0.1  [kworker/0:1]",
        "      -      0.500         0.500    6.2       -  (exited)"])
    equal(tables[2].split("\n")[0], "time 1003.000000000")
    expect("pending 0.000 W" in tables[2], tables[2])
    equal(tables[4], "balance: measured_nj=30500000010 live_nj=22500000000 "
          "exited_nj=500000000 unattributed_nj=1500000000 idle_nj=6000000000 pending_nj=10 "
          "difference_nj=0\n")


def rows_limit(folder):
    machine = busy_machine()
    first = machine.proc_all()
    one_second(machine)
    done = energy(*replay(folder, first, machine.proc_all()), "--batch", "--rows", "1")
    equal(done.stdout.split("\n")[6:], [
        "    PID      WATTS        JOULES SHARE%    CPU%  COMM",
        "     12      6.000         6.000   80.0    90.0  python3",
        "      -      1.500         1.500   20.0    25.1  (2 more)",
        "      -      0.000         0.000    0.0       -  (exited)", "", ""])
    expect("latest values" in done.stdout, done.stdout)


def exited_process(folder):
    """It used 1 J before, and 3 J more; another of 2 J was never listed."""
    machine = busy_machine()
    machine.start(77, "short")
    machine.run(77, 1_000_000_000)
    first = machine.debugfs()
    one_second(machine)
    machine.run(77, 3_000_000_000)
    machine.reap(77)
    machine.add("exited", 2_000_000_000)
    done = energy(*replay(folder, first, machine.debugfs()))
    expect("      -      5.000         6.000   40.0       -  (exited)" in done.stdout,
           done.stdout)
    expect("attributed 12.500 " in done.stdout, done.stdout)


def hostile_path(folder):
    """Recordings of others can have any names."""
    machine = busy_machine()
    words = replay(folder, machine.debugfs())
    with open(f"{folder}/9\033[31mEVIL\n", "w", encoding="utf-8") as file:
        file.write("nothing\n")
    done = energy(*words)
    equal((done.returncode, done.stdout), (1, ""))
    expect("9\\033[31mEVIL\\012" in done.stderr and "\033" not in done.stderr, done.stderr)
    one_second(machine)
    with open(f"{folder}/9\033[31mEVIL\n", "w", encoding="utf-8") as file:
        file.write(machine.debugfs())
    done = energy(*words, "--by", "cgroup")
    expect(f"{folder}/cgroups/9\\033[31mEVIL\\012: No such" in done.stdout, done.stdout)
    expect("\033" not in done.stdout)


def own_cgroup(folder):
    """Its totals have what exited processes used, if they are of this window and cgroup."""
    machine = busy_machine()
    listings, times = [machine.cgroup()], [machine.time_ns]
    one_second(machine)
    listings.append(machine.cgroup())
    times.append(machine.time_ns)
    words = replay(folder, *listings)
    os.mkdir(f"{folder}/cgroup.stat")

    def table(older, newer):
        for name, time_ns, (energy_uj, cpu_ns) in zip(("8", "9"), times, (older, newer)):
            with open(f"{folder}/cgroup.stat/{name}.txt", "w", encoding="utf-8") as file:
                file.write(f"timestamp {time_ns}\nwindow 7\nenergy_uj {energy_uj}\n"
                           f"model_uj 1\ncpu_ns {cpu_ns}\n")
        done = energy(*words)
        equal((done.returncode, done.stderr), (0, ""))
        return done.stdout

    shown = table((10**9, 5), (10**9 + 9_000_000, 10**9))
    expect("attributed 9.000 " in shown, shown)
    expect("     12      6.000         6.000   66.7    90.0  python3\n" in shown, shown)
    expect("      -      1.500             -   16.7       -  (exited and others)\n" in shown, shown)
    # One that came from elsewhere used more than was used here.
    shown = table((0, 0), (5_000_000, 10**9))
    expect("attributed 7.500 " in shown, shown)
    expect("      -      0.000             -    0.0       -  (exited and others)\n" in shown, shown)
    for older, newer, offset_ns in (((0, 0), (9_000_000, 10**18), 0), ((2, 9), (1, 9), 0),
                                    ((2, 9), (2, 8), 0), ((0, 0), (9_000_000, 10**9), 1)):
        times[1] = machine.time_ns + offset_ns
        shown = table(older, newer)
        expect("attributed 7.500 " in shown and "exited" not in shown, (older, newer), shown)


def reused_pid(folder):
    machine = busy_machine()
    machine.run(12, 50_000_000_000, 7_000_000_000)
    first = machine.debugfs()
    machine.reap(12)
    machine.start(12, "newcomer")
    one_second(machine)
    done = energy(*replay(folder, first, machine.debugfs()))
    expect("     12      6.000         6.000   80.0    90.0  newcomer" in done.stdout,
           done.stdout)
    expect("attributed 7.500 " in done.stdout, done.stdout)


def hostile_names(folder):
    machine = busy_machine()
    for pid, name in enumerate(("x\\012pid=1\\040energy=9", "\\033[31mEVIL\\007",
                                "\\342\\200\\256txt", "\\302\\233m", "raw\033[2J\rraw"), 100):
        machine.start(pid, name)
    first = machine.debugfs()
    one_second(machine)
    for pid in range(100, 105):
        machine.run(pid, 1_000_000)
    done = energy(*replay(folder, first, machine.debugfs()))
    for name in ("x\\012pid=1 energy=9", "\\033[31mEVIL\\007", "\\342\\200\\256txt",
                 "\\302\\233m", "raw\\033[2J\\015raw"):
        expect(f"  {name}\n" in done.stdout, name, done.stdout)
    expect(not re.search(r"[^\n -~]", done.stdout), done.stdout)


def hostile_header(folder):
    machine = busy_machine()
    first = machine.proc_all()
    one_second(machine)
    second = machine.proc_all().replace("source=rapl_msr", "source=\033[2Jmsr")
    done = energy(*replay(folder, first, second))
    expect("source: \\033[2Jmsr (measured)" in done.stdout, done.stdout)


def garbage_in_listing(folder):
    machine = busy_machine()
    first = machine.debugfs()
    one_second(machine)
    second = machine.debugfs() + "pid=x comm=?\nnothing\nnew_key=5\npid=9 new=1 comm=idle\n"
    done = energy(*replay(folder, first, second))
    expect("processes   4 listed   3 active" in done.stdout, done.stdout)
    expect("lines not understood: 2\n" in done.stdout, done.stdout)


def torn_listing(folder):
    """Left out; the next interval is the longer one, and nobody is new in it."""
    machine = busy_machine()
    first = machine.debugfs()
    one_second(machine)
    torn = machine.debugfs()[:-30]
    one_second(machine)
    done = energy(*replay(folder, first, torn, machine.debugfs()))
    equal(done.returncode, 0)
    equal(done.stderr, "energy top: the last line of the listing is torn: reading left out\n")
    equal(done.stdout.count("time "), 1)
    expect("     12      6.000        12.000" in done.stdout, done.stdout)
    expect("interval 2.000 s" in done.stdout, done.stdout)
    done = energy(*replay(folder, torn, torn, torn), "--balance")
    equal((done.stdout, done.returncode), ("", 1))


def same_instant(folder):
    """The one that came second is no new beginning."""
    machine = busy_machine()
    first = machine.debugfs()
    machine.run(12, 1_000_000_000)
    again = machine.debugfs()
    one_second(machine)
    second = machine.debugfs()
    done = energy(*replay(folder, first, again, second, second))
    equal((done.stdout.count("time "), done.returncode), (1, 0))
    expect("     12      7.000         7.000" in done.stdout, done.stdout)


def module_loaded_anew(folder):
    """Counters that begin anew are no interval; the one after that is."""
    machine = busy_machine()
    machine.run(12, 90_000_000_000)
    before = machine.debugfs()
    machine = busy_machine()
    one_second(machine)
    after = machine.debugfs()
    one_second(machine)
    done = energy(*replay(folder, before, after, machine.debugfs()))
    equal(done.stdout.count("time "), 1)
    expect("time 1002.0" in done.stdout and "total 10.000 " in done.stdout, done.stdout)


def no_source(folder):
    machine = busy_machine(kind="none")
    first = machine.proc_all()
    one_second(machine)
    done = energy(*replay(folder, first, machine.proc_all()))
    expect("source: none\n" in done.stdout, done.stdout)
    expect("no energy source: watts are unknown; showing the model's energy (energy=)\n"
           in done.stdout, done.stdout)
    expect("    PID       mJ/s            mJ SHARE%" in done.stdout, done.stdout)
    expect("     12   6000.000      6000.000" in done.stdout, done.stdout)
    expect("WATTS" not in done.stdout, done.stdout)


def model_source(folder):
    machine = busy_machine(kind="model")
    first = machine.proc_all()
    one_second(machine)
    done = energy(*replay(folder, first, machine.proc_all()))
    expect("(estimated by a model, not measured)" in done.stdout, done.stdout)


def cgroup_listing(folder):
    machine = busy_machine()
    first = machine.cgroup()
    one_second(machine)
    done = energy(*replay(folder, first, machine.cgroup()))
    expect("source: not told by this file\n" in done.stdout, done.stdout)
    expect("window values" in done.stdout, done.stdout)
    expect("watts   attributed 7.500   (this file has no totals)\n" in done.stdout, done.stdout)
    expect("     12      6.000         6.000   80.0" in done.stdout, done.stdout)
    expect("(exited)" not in done.stdout, done.stdout)


class Pipe:
    """A file of which each reading is awaited: a pipe for each."""

    def __init__(self, folder):
        self.path = f"{folder}/pipe"
        os.makedirs(folder, exist_ok=True)
        os.mkfifo(self.path)

    def opened(self):
        """Awaits a reader; whoever comes after that finds the next pipe."""
        file = open(self.path, "w", encoding="utf-8")
        os.mkfifo(f"{self.path}.new")
        os.rename(f"{self.path}.new", self.path)
        return file

    def give(self, *listings):
        for listing in listings:
            with self.opened() as file:
                file.write(listing)


def reads(pid):
    """Whether it waits in read(), which has number 0 on x86."""
    with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
        return file.read().startswith("0 ")


def changing_file(folder):
    """Read when the program is started, to see that it can be, and then again and again."""
    machine = busy_machine()
    pipe = Pipe(folder)
    with watching(pipe.path, "--delay", "0.01") as watcher:
        pipe.give(*3 * [machine.proc_all()])
        for _ in range(2):
            one_second(machine)
            pipe.give(*2 * [machine.proc_all()])
        with pipe.opened():
            # just before it a signal would interrupt nothing, and the pipe never ends
            await_that(lambda: reads(watcher.pid))
            watcher.send_signal(signal.SIGTERM)
            output = watcher.communicate(timeout=PATIENCE_S)[0]
        equal(watcher.returncode, 0)
    equal(re.findall(r"time (\d+)", output), ["1001", "1002"])


def ends_after_seconds(folder):
    path = written(folder, busy_machine().proc_all())
    start = time.monotonic()
    for delay in ("0.1", "100000"):
        done = energy("top", "--file", path, "--seconds", "0.5", "--delay", delay)
        equal((done.returncode, done.stdout, done.stderr), (0, "", ""))
    expect(time.monotonic() - start >= 1, "ended early")


def ends_by_signal(folder):
    listing = busy_machine().debugfs()
    for number in (signal.SIGINT, signal.SIGTERM):
        pipe = Pipe(f"{folder}/{number}")
        with watching(pipe.path, "--balance", "--delay", "100000") as watcher:
            # The second time it is read the signals are heeded.
            pipe.give(listing, listing)
            watcher.send_signal(number)
            pipe.give(listing)
            output = watcher.communicate(timeout=PATIENCE_S)[0]
            equal(watcher.returncode, 0)
        expect(output.startswith("balance: ") and output.count("\n") == 1, output)


def no_permission(folder):
    path = written(folder, busy_machine().proc_all())
    os.chmod(path, 0)
    who = {}
    if os.geteuid() == 0:
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    shutil.copy(ENERGY, f"{folder}/energy")
    done = subprocess.run([f"{folder}/energy", "top", "--file", path], capture_output=True,
                          text=True, env=ENVIRONMENT, check=False, **who)
    equal(done.returncode, 1)
    equal(done.stderr, f"energy top: cannot open {path}: Permission denied (try sudo)\n")


def not_loaded(_folder):
    if os.path.exists("/proc/energy"):
        raise Skipped("energy_core is loaded here")
    hint = "(is energy_core loaded? modprobe energy_rapl_msr)"
    for words, path in ((("top",), "/proc/energy/all"),
                        (("top", "--cgroup"), "/proc/energy/cgroup")):
        done = energy(*words)
        equal((done.returncode, done.stdout), (1, ""))
        equal(done.stderr, f"energy top: cannot open {path}: No such file or directory {hint}\n")
    done = energy("balance")
    equal(done.returncode, 1)


def no_listing(folder):
    done = energy("top", "--file", written(folder, "hello\n"))
    equal(done.returncode, 1)
    expect("is no energy listing: it has no timestamp\n" in done.stderr, done.stderr)
    done = energy("top", "--file", folder)
    equal((done.returncode, done.stderr),
          (1, f"energy top: cannot read {folder}: Is a directory\n"))
    done = energy("top", "--replay", folder)
    expect("no snapshots in" in done.stderr, done.stderr)
    equal(done.returncode, 1)


def full_disk(folder):
    machine = busy_machine()
    first = machine.debugfs()
    one_second(machine)
    words = replay(folder, first, machine.debugfs())
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([ENERGY, *words], stdout=full, stderr=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL, env=ENVIRONMENT, check=False)
    equal((done.returncode, done.stderr),
          (1, "energy top: cannot write: No space left on device\n"))


CASES = (
    ("top: plain text, to the letter", batch_format),
    ("top: --rows sums up the others", rows_limit),
    ("top: exited processes keep the sum honest", exited_process),
    ("top: hostile names of files", hostile_path),
    ("top: totals of the own cgroup", own_cgroup),
    ("top: a reused pid is a new process", reused_pid),
    ("top: hostile names", hostile_names),
    ("top: hostile header", hostile_header),
    ("top: garbage and unknown keys", garbage_in_listing),
    ("top: a torn listing is left out", torn_listing),
    ("top: two readings of one instant", same_instant),
    ("top: the module was loaded anew", module_loaded_anew),
    ("top: no energy source", no_source),
    ("top: a model's estimate is called one", model_source),
    ("top: the cgroup's listing", cgroup_listing),
    ("top: a file that changes", changing_file),
    ("top: --seconds", ends_after_seconds),
    ("top: SIGINT and SIGTERM end it in good order", ends_by_signal),
    ("top: no permission", no_permission),
    ("top, balance: not loaded", not_loaded),
    ("top: what is no listing", no_listing),
    ("top: a full disk", full_disk),
)
