# SPDX-License-Identifier: GPL-2.0-only
"""`energy stat`: a real cgroup and a real command, with a made-up meter.

The command itself writes what the kernel would have: it alone knows in which cgroup it is. The
numbers are dated far in the future, so that no sample has to be waited for, unless a test says so.
"""

import atexit
import contextlib
import csv
import functools
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

from program import (ENERGY, ENVIRONMENT, NOBODY, PATIENCE_S, Skipped, busy_machine, energy,
                     equal, expect, one_second, running)

FUTURE = 10 ** 18
DEBUGFS_DOMAIN = ("domain=package-0 kind=package instance=0 source=rapl_msr billed=1 "
                  "measured_nj={0} attributed_nj={1} unattributed_nj=0 idle_nj={2} pending_nj=0\n")

SCRIPT = """#!/bin/sh
set -eu
id=$(stat -c %i "{mount}$(sed -n s/^0:://p /proc/self/cgroup)")
cat {root}/after >{root}/proc/energy/all
printf 'timestamp={timestamp}\\niterations=9\\ncgroup=1 parent=0 alive=1 energy=9.000 cpu_ns=9 \
instructions=9 wakeups=9 diski=9 disko=9 rx=9 tx=9 energy_uj=9 energy_nj=9 path=/\\n\
cgroup=%s parent=1 alive=1 {fields} path=/x\\n' $id >{root}/proc/energy/cgroups
printf '{stat}' >{root}/proc/energy/cgroup.stat
"""

FIELDS = {"energy": "1500.000", "cpu_ns": 2_000_000_000, "instructions": 500_000_000,
          "wakeups": 14, "diski": 4096, "disko": 8192, "rx": 22, "tx": 17,
          "energy_uj": 2_500_000, "energy_nj": 2_500_000_123}


def written(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@functools.cache
def cgroups():
    """Where cgroup v2 is mounted, and a cgroup of our own: other tests may run beside these."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [line.split() for line in file if " - cgroup2 " in line]
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        own = [line[3:].strip() for line in file if line.startswith("0::")]
    if not mounts or mounts[0][3] != "/":
        raise Skipped("no whole cgroup v2 hierarchy is mounted")
    parent = mounts[0][4] + own[0].rstrip("/")
    if not os.access(parent, os.W_OK) or not os.access(f"{parent}/cgroup.procs", os.W_OK):
        raise Skipped(f"may not make a cgroup in {parent}")
    home = f"{parent}/energy-test-{os.getpid()}"
    os.mkdir(home)
    atexit.register(remove, home)
    return mounts[0][4], home


def remove(home):
    """With whatever a test that failed has left in it."""
    with contextlib.suppress(OSError):
        written(f"{home}/cgroup.kill", "1")
    give_up = time.monotonic() + PATIENCE_S
    for folder, _, _ in os.walk(home, topdown=False):
        while os.path.isdir(folder) and time.monotonic() < give_up:
            with contextlib.suppress(OSError):
                os.rmdir(folder)
            time.sleep(0.01)


def enter(cgroup):
    written(f"{cgroup}/cgroup.procs", "0")


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


class Meter:
    """A folder with /proc/energy, below which the rest of /proc and /sys is the real one."""

    def __init__(self, folder, timestamp=FUTURE, kind="measured", **fields):
        self.root = folder
        self.mount, self.home = cgroups()
        os.makedirs(f"{folder}/proc/energy")
        os.makedirs(f"{folder}/sys")
        os.symlink("/proc/self", f"{folder}/proc/self")
        os.symlink("/sys/fs", f"{folder}/sys/fs")
        machine = busy_machine(kind=kind)
        self.write("all", machine.proc_all())
        self.write("cgroups", "timestamp=1\niterations=1\n")
        self.write("cgroup.stat", "timestamp 1\n")
        self.write("cgroup", machine.cgroup())
        one_second(machine)
        written(f"{folder}/after", machine.proc_all().replace("rapl_package_sum_uj=0",
                                                              "rapl_package_sum_uj=7250000"))
        self.script(timestamp, **fields)

    def write(self, name, text):
        written(f"{self.root}/proc/energy/{name}", text)

    def script(self, timestamp=FUTURE, end="", **fields):
        values = {**FIELDS, **fields}
        stat = {**values, "model_uj": str(values["energy"]).replace(".", "")}
        for key in ("energy", "energy_nj"):
            del stat[key]
        lines = "".join(f"{key} {value}\\n" for key, value in
                        {"timestamp": timestamp, "window": 9, **stat}.items())
        text = SCRIPT.format(mount=self.mount, root=self.root, timestamp=timestamp, stat=lines,
                             fields=" ".join(f"{key}={value}" for key, value in values.items()))
        written(f"{self.root}/command", text + end)
        os.chmod(f"{self.root}/command", 0o755)

    def unprivileged(self):
        os.unlink(f"{self.root}/proc/energy/cgroups")
        os.unlink(f"{self.root}/proc/energy/all")
        os.unlink(f"{self.root}/after")
        text = open(f"{self.root}/command", encoding="utf-8").read()
        text = text.replace(f"cat {self.root}/after >{self.root}/proc/energy/all\n", "")
        text = re.sub(r"(?s)printf 'timestamp=.*?/energy/cgroups\n", "", text)
        written(f"{self.root}/command", text)

    def script_ends_with(self, end):
        with open(f"{self.root}/command", "a", encoding="utf-8") as file:
            file.write(end)

    def words(self, *words):
        return ("stat", "--root", self.root, *words)

    def stat(self, *words):
        done = energy(*self.words(*words), preexec_fn=self.enter)
        self.check_clean()
        return done

    def running(self, *words):
        return running(self.words(*words), stderr=subprocess.PIPE, text=True,
                       preexec_fn=self.enter)

    def enter(self):
        enter(self.home)

    def json(self, *words):
        done = self.stat("--json", *words, f"{self.root}/command")
        return done, json.loads(done.stderr)

    def check_clean(self):
        left = [name for name in os.listdir(self.home) if name.startswith("energy-stat-")]
        equal(left, [])


def text_format(folder):
    meter = Meter(folder)
    done = meter.stat("--", f"{folder}/command")
    equal((done.returncode, done.stdout), (0, ""))
    lines = done.stderr.split("\n")
    equal(lines[:4], ["", f" Energy of '{folder}/command':", "",
                      "            2.500000 J      active energy"])
    elapsed = float(re.search(r"([\d.]+) s      elapsed", done.stderr)[1])
    watts = float(re.search(r"([\d.]+) W      on average", done.stderr)[1])
    expect(abs(watts - 2.500000123 / elapsed) <= 0.0005 + watts * 1e-6 / elapsed, watts, elapsed)
    rest = done.stderr[done.stderr.index("            2.000000 s      CPU time"):]
    rest = re.sub(r"[\d.]+( s      (user|system))", r"T\1", rest)
    equal([" ".join(line.split()) for line in rest.split("\n")], [
        "2.000000 s CPU time of all processes", "T s user, of those waited for",
        "T s system, likewise", "500000000 instructions", "5.000 nJ per instruction",
        "14 wakeups", "4096 B read from storage", "8192 B written to storage",
        "22 packets received", "17 packets sent", "",
        "The machine meanwhile, 1.000 s between the samples around it:", "",
        "7.250000 J package", "0.000000 J core", "0.000000 J psys",
        "7.500000 J charged to processes, 33.3 % of it to this command",
        "2.000000 J idle", "0.500000 J unattributed", "", ""])


def domains_from_debugfs(folder):
    meter = Meter(folder)
    os.unlink(f"{folder}/sys/fs")
    os.makedirs(f"{folder}/sys/kernel/debug/energy")
    os.symlink("/sys/fs", f"{folder}/sys/fs")
    debugfs = f"{folder}/sys/kernel/debug/energy/all"
    machine = busy_machine()
    header = "\n".join(machine.header()) + "\n"
    written(debugfs, header + DEBUGFS_DOMAIN.format(5_000_000_000, 0, 0))
    one_second(machine)
    header = "\n".join(machine.header()) + "\n"
    written(f"{folder}/later", header + DEBUGFS_DOMAIN.format(8_000_000_000, 2_000_000_000,
                                                              1_000_000_000))
    meter.script(end=f"cat {folder}/later >{debugfs}\n")
    done, report = meter.json()
    equal(done.returncode, 0)
    equal(report["machine"]["domains"], [
        {"domain": "package-0", "kind": "package", "source": "rapl_msr", "billed": True,
         "measured_j": 3, "processes_j": 2, "idle_j": 1, "unattributed_j": 0}])
    equal((report["source"], report["source_kind"]), ("rapl_msr", "measured"))


def json_format(folder):
    meter = Meter(folder)
    done, report = meter.json("--carbon-intensity", "360")
    equal((done.returncode, report["runs"], report["values"], report["notes"]),
          (0, 1, "sample", []))
    equal(report["command"], [f"{folder}/command"])
    means = {key: summary["mean"] for key, summary in report["metrics"].items()}
    expected = {"energy_j": 2.500000123, "model_j": 1.5, "cpu_s": 2, "instructions": 500000000,
                "nj_per_instruction": 5.000000246, "wakeups": 14, "diski_bytes": 4096,
                "disko_bytes": 8192, "rx_packets": 22, "tx_packets": 17}
    equal({key: round(means[key], 9) for key in expected}, expected)
    equal(round(means["carbon_g"], 12), round(2.500000123e-4, 12))
    equal(report["carbon_g_per_kwh"], 360)
    equal(report["metrics"]["energy_j"]["stddev"], None)
    equal(report["each_run"][0]["wakeups"], 14)
    machine = report["machine"]
    equal([machine[key] for key in ("interval_s", "measured_j", "processes_j", "idle_j",
                                    "unattributed_j")], [1, 10, 7.5, 2, 0.5])


def csv_format(folder):
    meter = Meter(folder)
    done = meter.stat("--csv", "-o", f"{folder}/out", f"{folder}/command")
    equal((done.returncode, done.stdout, done.stderr), (0, "", ""))
    with open(f"{folder}/out", encoding="utf-8") as file:
        rows = {row["metric"]: row for row in csv.DictReader(io.StringIO(file.read()))}
    equal(rows["energy_j"], {"metric": "energy_j", "unit": "J", "runs": "1", "mean": "2.500000",
                             "stddev": "", "error_percent": "", "min": "2.500000",
                             "max": "2.500000"})
    equal(rows["machine:idle_j"]["mean"], "2.000000")
    equal((rows["domain:package"]["unit"], rows["domain:package"]["mean"]), ("J", "7.250000"))
    expect("carbon_g" not in rows, rows)


def repeated(folder):
    """1 J, 2 J and 3 J: counted by the command itself."""
    meter = Meter(folder)
    meter.script(energy_nj="$((n * 1000000000))")
    text = open(f"{folder}/command", encoding="utf-8").read()
    text = text.replace("set -eu\n", "set -eu\n"
                        f"echo >>{folder}/count; n=$(wc -l <{folder}/count)\n", 1)
    text = text.replace("energy_nj=$((n * 1000000000))", "energy_nj=%s").replace(
        "' $id >", "' $id $((n * 1000000000)) >")
    written(f"{folder}/command", text)
    done = meter.stat("-r", "3", "--json", "-o", f"{folder}/out", f"{folder}/command")
    equal((done.returncode, done.stderr), (0, ""))
    with open(f"{folder}/out", encoding="utf-8") as file:
        report = json.load(file)
    summary = report["metrics"]["energy_j"]
    equal({key: round(value, 6) for key, value in summary.items()},
          {"runs": 3, "mean": 2, "stddev": 1, "error_percent": 28.867513, "min": 1, "max": 3})
    equal([run["energy_j"] for run in report["each_run"]], [1, 2, 3])
    os.unlink(f"{folder}/count")
    done = meter.stat("-r", "3", f"{folder}/command")
    expect(f" Energy of '{folder}/command' (3 runs):\n" in done.stderr, done.stderr)
    expect("            2.000000 J      active energy              ( +-  28.87% )  sd 1.000000  "
           "1.000000 .. 3.000000\n" in done.stderr, done.stderr)


def everybody_is_in_it(folder):
    """Children, theirs, and who leaves the session."""
    meter = Meter(folder)
    meter.script(end=f"(cat /proc/self/cgroup; setsid cat /proc/self/cgroup) | "
                 f"grep ^0:: | sort -u >{folder}/seen\n")
    equal(meter.stat(f"{folder}/command").returncode, 0)
    with open(f"{folder}/seen", encoding="utf-8") as file:
        seen = file.read()
    expect(re.fullmatch(r"0::.*/energy-stat-\d+-\d+\n", seen), seen)


def statuses(folder):
    meter = Meter(folder)
    for end, status in (("exit 3\n", 3), ("kill -TERM $$\n", 143), ("kill -KILL $$\n", 137)):
        meter.script(end=end)
        done, report = meter.json()
        equal((done.returncode, report["each_run"][0]["exit_status"]), (status, status))
    done = meter.stat("no-such-command")
    equal((done.returncode, done.stderr),
          (127, "energy stat: cannot run no-such-command: No such file or directory\n"))
    done = meter.stat(folder)
    equal((done.returncode, done.stderr),
          (126, f"energy stat: cannot run {folder}: Permission denied\n"))
    meter.script(end=f"echo >>{folder}/count; exit $(wc -l <{folder}/count)\n")
    equal(meter.stat("-r", "3", f"{folder}/command").returncode, 1)


def standard_streams(folder):
    meter = Meter(folder)
    meter.script(end="echo out; echo err >&2; cat\n")
    for words in ((), ("--",)):
        done = meter.stat("-o", "/dev/null", *words, f"{folder}/command", "-r", "--json")
        equal((done.returncode, done.stdout, done.stderr), (0, "out\n", "err\n"))


def left_running(folder):
    """Not killed, moved to where it would be without us, and said."""
    meter = Meter(folder)
    meter.script(end="sleep 100 </dev/null >/dev/null 2>&1 &\n"
                 'while [ "$(cat /proc/$!/comm)" != sleep ]; do :; done\n'
                 f"echo $! >{folder}/pid\n")
    done = meter.stat(f"{folder}/command")
    with open(f"{folder}/pid", encoding="utf-8") as file:
        pid = int(file.read())
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
            its = [line[3:-1] for line in file if line.startswith("0::")]
        equal(its, [meter.home.removeprefix(meter.mount)])
        expect(f" Still running, counted up to here, not killed: 1 process ({pid} sleep).\n"
               in done.stderr, done.stderr)
        equal(done.returncode, 0)
    finally:
        end(pid)


def left_ending(folder):
    """Who is about to end can neither be moved nor is it running on: its end is awaited."""
    meter = Meter(folder)
    meter.script(end=f"""
set +e
mkfifo {folder}/pipe
python3 -c 'import time; big = b"x" * (1 << 28); print(flush=True); time.sleep(100)' \\
    >{folder}/pipe 2>/dev/null &
read -r _ <{folder}/pipe
kill -KILL $!
while flags=$(cut -d" " -f9 /proc/$!/stat 2>/dev/null) && [ $((flags & 4)) = 0 ]; do :; done
exit 0
""")
    done, report = meter.json()
    equal((done.returncode, report["notes"]), (0, []))


def left_cgroup(folder):
    """One that the command made in its own is not ours to remove."""
    meter = Meter(folder)
    meter.script(end=f"c={meter.mount}$(sed -n s/^0:://p /proc/self/cgroup); mkdir $c/mine; "
                 f"echo $c >{folder}/path\n")
    done = energy(*meter.words(f"{folder}/command"), preexec_fn=meter.enter)
    with open(f"{folder}/path", encoding="utf-8") as file:
        path = file.read().strip()
    expect(f"energy stat: cannot remove {folder}{path}: processes or cgroups of the command are "
           "in it" in done.stderr, done.stderr)
    os.rmdir(f"{path}/mine")
    # What is empty and has no owner any more goes with the next measurement.
    meter.script()
    meter.stat(f"{folder}/command")


def killed_measurement(folder):
    meter = Meter(folder)
    with meter.running("sleep", "100") as process:
        child = first_child(process.pid)
        own = [name for name in os.listdir(meter.home) if name.startswith("energy-stat-")]
        equal(len(own), 1)
        process.kill()
        process.wait()
        end(child)
    meter.stat(f"{folder}/command")


def end(pid):
    """Kills it, and waits until it is gone: it is not our child."""
    fd = os.pidfd_open(pid)
    signal.pidfd_send_signal(fd, signal.SIGKILL)
    expect(select.select([fd], [], [], PATIENCE_S)[0], pid)
    os.close(fd)


def first_child(pid):
    """Of the measurement, when it has become the command."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            children = file.read().split()
        if children:
            with open(f"/proc/{children[0]}/comm", encoding="utf-8") as file:
                if file.read() != "energy\n":
                    return int(children[0])
        time.sleep(0.01)
    raise AssertionError("no child")


TRAPPED = """set +e
trap 'echo got >>{0}/got; kill $!; exit 9' {1}
sleep 100 &
echo >{0}/ready
wait $!
exit 8
"""


def signals(folder):
    """To the measurement alone: the command gets it, once, and the summary is printed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        meter = Meter(f"{folder}/{number}")
        meter.script(end=TRAPPED.format(meter.root, number))
        with meter.running("-r", "3", f"{meter.root}/command") as process:
            await_file(f"{meter.root}/ready")
            process.send_signal(number)
            told = process.communicate(timeout=PATIENCE_S)[1]
            equal((number, process.returncode), (number, 9))
        expect("2.500000 J      active energy" in told, told)
        expect(" 1 of 3 runs: it was ended early.\n" in told, told)
        with open(f"{meter.root}/got", encoding="utf-8") as file:
            equal(file.read(), "got\n")
        meter.check_clean()


SHOW_SIGNALS = """
import subprocess, sys
for line in open("/proc/self/status"):
    if line.startswith(("SigBlk", "SigIgn")):
        print(line, end="", flush=True)
subprocess.run(sys.argv[1])
"""


def as_they_were(folder):
    """What is ignored or blocked stays so for the command, and is no hindrance to us."""
    meter = Meter(folder)

    def ignoring():
        meter.enter()
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR1])

    # Not the shell: it sets some of them itself.
    words = (sys.executable, "-c", SHOW_SIGNALS, f"{folder}/command")
    plain = subprocess.run(words, preexec_fn=ignoring, capture_output=True, text=True, check=True)
    expect(plain.stdout.count("\n") == 2, plain.stdout)
    done = energy(*meter.words(*words), preexec_fn=ignoring)
    equal(done.stdout, plain.stdout)
    meter.check_clean()


def await_file(path):
    give_up = time.monotonic() + PATIENCE_S
    while not os.path.exists(path):
        expect(time.monotonic() < give_up, path)
        time.sleep(0.01)


def ctrl_c(folder):
    """From a terminal: it goes to both, and comes to the command once."""
    meter = Meter(folder)
    meter.script(end=TRAPPED.format(folder, 2))
    words = meter.words("-o", f"{folder}/out", f"{folder}/command")
    pid, master = pty.fork()
    if not pid:
        meter.enter()
        os.execve(ENERGY, [ENERGY, *words], ENVIRONMENT)
    await_file(f"{folder}/ready")
    os.write(master, b"\003")
    fd = os.pidfd_open(pid)
    ended = select.select([fd], [], [], PATIENCE_S)[0]
    if not ended:
        os.kill(pid, signal.SIGKILL)
    equal((ended, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])), ([fd], 9))
    os.close(fd)
    os.close(master)
    with open(f"{folder}/out", encoding="utf-8") as file:
        expect("2.500000 J      active energy" in file.read())
    with open(f"{folder}/got", encoding="utf-8") as file:
        equal(file.read(), "got\n")
    meter.check_clean()


def patient(meter):
    """It waits for two samples, too: so long that whatever comes in a test comes before."""
    text = busy_machine().proc_all()
    meter.write("all", text.replace("sample_ns=100000000", f"sample_ns={PATIENCE_S * 10 ** 9}"))


def waits_for_a_sample(folder):
    """The numbers in an older sample are not all."""
    now_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    meter = Meter(folder, timestamp=f"{now_ns:019}", energy_nj=1_000_000_000)
    patient(meter)
    path = f"{folder}/proc/energy/cgroups"
    with meter.running("--json", f"{folder}/command") as process:
        while "energy_nj=1000000000 " not in (text := open(path, encoding="utf-8").read()):
            expect(process.poll() is None, "ended")
            time.sleep(0.01)
        # In the file that it has open, and the time last.
        with open(path, "r+", encoding="utf-8") as file:
            for place, number in ((text.index("1000000000 path"), 7_000_000_000),
                                  (len("timestamp="), FUTURE)):
                file.seek(place)
                file.write(str(number))
                file.flush()
        report = json.loads(process.communicate(timeout=PATIENCE_S)[1])
    equal((report["metrics"]["energy_j"]["mean"], report["notes"]), (7, []))


def wait_is_cut_short(folder):
    meter = Meter(folder, timestamp=5)
    patient(meter)
    with meter.running("--json", f"{folder}/command") as process:
        give_up = time.monotonic() + PATIENCE_S
        # Its child is gone; signals are blocked but for the wait.
        while any(map(os.path.exists, map("/proc/{}".format, children(process.pid)))) or \
                "energy_nj=2500000123" not in open(f"{folder}/proc/energy/cgroups",
                                                   encoding="utf-8").read():
            expect(time.monotonic() < give_up, "no end of the command")
            time.sleep(0.01)
        # Nobody is in its cgroup any more; still, it is not stale.
        own = [name for name in os.listdir(meter.home) if name.startswith("energy-stat-")]
        other = Meter(f"{folder}/other")
        equal(energy(*other.words(f"{other.root}/command"), preexec_fn=meter.enter).returncode, 0)
        equal([name for name in os.listdir(meter.home) if name.startswith("energy-stat-")], own)
        # Those that come before it waits count as the command's.
        fd = os.pidfd_open(process.pid)
        while not select.select([fd], [], [], 0.05)[0]:
            process.send_signal(signal.SIGINT)
        os.close(fd)
        report = json.loads(process.communicate(timeout=PATIENCE_S)[1])
    equal((process.returncode, report["metrics"]["energy_j"]["mean"], report["notes"]),
          (0, 2.500000123, ["Incomplete: the wait for the sample after the command's end was "
                            "cut short."]))
    meter.check_clean()


def no_more_samples(folder):
    meter = Meter(folder, timestamp=5)
    done, report = meter.json()
    equal((done.returncode, report["metrics"]["energy_j"]["mean"], report["notes"]),
          (0, 2.500000123, ["Incomplete: no sample came after the command's end (see dmesg)."]))


def not_listed(folder):
    """The command's status is no good as ours then."""
    meter = Meter(folder)
    meter.write("cgroups", f"timestamp={FUTURE}\niterations=9\n")
    done = meter.stat("-o", f"{folder}/out", "true")
    equal((done.returncode, done.stderr), (125, f"energy stat: {folder}/proc/energy/cgroups does "
          "not list the command's cgroup (was the module loaded again?)\n"))
    with open(f"{folder}/out", encoding="utf-8") as file:
        expect("           not known        active energy\n" in file.read())


def unloaded_meanwhile(folder):
    """What has been opened before says so, as the kernel's memory of nobody does here."""
    meter = Meter(folder)
    os.unlink(f"{folder}/proc/energy/cgroups")
    os.symlink("/proc/self/mem", f"{folder}/proc/energy/cgroups")
    done = meter.stat("-o", f"{folder}/out", "true")
    equal((done.returncode, done.stderr), (125, f"energy stat: cannot read {folder}/proc/energy/"
          "cgroups: Input/output error (was the module unloaded meanwhile?)\n"))
    with open(f"{folder}/out", encoding="utf-8") as file:
        expect("           not known        active energy\n" in file.read())


def loaded_anew(folder):
    """A list that another loading of the module has begun is not that of before the command."""
    meter = Meter(folder)
    meter.script(end=f"mv {folder}/proc/energy/cgroups {folder}/proc/energy/another; "
                 f": >{folder}/proc/energy/cgroups\n")
    done, report = meter.json()
    equal((done.returncode, report["metrics"]["energy_j"]["mean"]), (0, 2.500000123))


def time_namespace(folder):
    """Our clock is an hour ahead of the kernel's: no sample would ever be late enough."""
    now_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    meter = Meter(folder, timestamp=now_ns - 3_599_000_000_000 + 600_000_000_000)
    os.unlink(f"{folder}/proc/self")
    os.mkdir(f"{folder}/proc/self")
    for name in ("mountinfo", "cgroup"):
        os.symlink(f"/proc/self/{name}", f"{folder}/proc/self/{name}")
    written(f"{folder}/proc/self/timens_offsets",
            "monotonic           0         0\nboottime         3600         0\n")
    done, report = meter.json()
    equal((done.returncode, report["notes"]), (0, []))


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return file.read().split()


def unprivileged_reading(folder):
    meter = Meter(folder)
    meter.unprivileged()
    done, report = meter.json()
    equal((done.returncode, report["values"], report["machine"], report["source_kind"]),
          (0, "window", None, None))
    means = {key: summary["mean"] for key, summary in report["metrics"].items()}
    equal([means[key] for key in ("energy_j", "model_j", "cpu_s", "instructions", "tx_packets")],
          [2.5, 1.5, 2, 500000000, 17])
    equal(report["notes"], ["From /proc/energy/cgroup.stat, as root is needed for domains, idle "
                            "and source (try sudo)."])


def opened_inside(folder):
    """What cgroup.stat shows is decided by where it is opened, so a pipe tells who did."""
    meter = Meter(folder)
    meter.unprivileged()
    os.unlink(f"{folder}/proc/energy/cgroup.stat")
    os.mkfifo(f"{folder}/proc/energy/cgroup.stat")
    with meter.running("true") as process:
        pid = waiting_child(process.pid)
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
            expect(re.search(r"(?m)^0::.*/energy-stat-\d+-\d+$", file.read()))
        with open(f"{folder}/proc/energy/cgroup.stat", "wb"):
            pass
        told = process.communicate(timeout=PATIENCE_S)[1]
    equal(process.returncode, 125)
    expect("Illegal seek" in told, told)


def waiting_child(pid):
    """The one that has entered its cgroup, and waits in its open()."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        for child in children(pid):
            with open(f"/proc/{child}/cgroup", encoding="utf-8") as file:
                entered = "/energy-stat-" in file.read()
            with open(f"/proc/{child}/stat", encoding="utf-8") as file:
                if entered and file.read().rsplit(") ", 1)[1].startswith("S"):
                    return int(child)
        time.sleep(0.01)
    raise AssertionError("no child that waits")


def unknown_is_not_zero(folder):
    meter = Meter(folder, kind="none", energy_uj=0, energy_nj=0, instructions=0)
    done, report = meter.json("--carbon-intensity", "360")
    for key in ("energy_j", "power_w", "carbon_g", "instructions", "nj_per_instruction"):
        equal((key, report["metrics"][key]["mean"], report["each_run"][0][key]),
              (key, None, None))
    equal(report["notes"], [
        "No energy is measured: there is no source (modprobe energy_rapl_msr, or "
        "energy_rapl_powercap).",
        "Instructions are not counted: no meter is loaded (modprobe energy_pmu_instr)."])
    done = meter.stat(f"{folder}/command")
    expect("           not known        active energy\n" in done.stderr, done.stderr)
    expect("            1.500000 J      by the model's weights\n" in done.stderr, done.stderr)
    expect("           not known        instructions\n" in done.stderr, done.stderr)
    expect(done.stderr.endswith(" Instructions are not counted: no meter is loaded "
                                "(modprobe energy_pmu_instr).\n\n"), done.stderr)
    done = meter.stat("--csv", f"{folder}/command")
    expect("\nenergy_j,J,0,,,,,\n" in done.stderr, done.stderr)


def estimates_are_called_so(folder):
    for number, (kind, note) in enumerate((
            ("model", "The energy is estimated by a model, not measured."),
            ("host", "The energy is what this virtual machine's host tells."))):
        report = Meter(f"{folder}/{number}", kind=kind).json()[1]
        equal(report["notes"], [note])


def hostile_words(folder):
    meter = Meter(folder)
    words = (f"{folder}/command", "\033[31mEVIL", "back\\101slash", "a\nb", "caf\u00e9",
             b"\xff\xed\xa0\x80z")
    done = subprocess.run([ENERGY, *meter.words(*words)], capture_output=True, timeout=PATIENCE_S,
                          env=ENVIRONMENT, check=False, preexec_fn=meter.enter)
    expect(f"{folder}/command \\033[31mEVIL back\\101slash a\\012b caf\u00e9 "
           "\\377\\355\\240\\200z'".encode() in done.stderr, done.stderr)
    done = subprocess.run([ENERGY, *meter.words("--json", *words)], capture_output=True,
                          timeout=PATIENCE_S, env=ENVIRONMENT, check=False, preexec_fn=meter.enter)
    equal(json.loads(done.stderr.decode())["command"],
          [*words[:-1], "\ufffd\ufffd\ufffd\ufffdz"])


def not_loaded(folder):
    os.symlink("/sys", f"{folder}/sys")
    os.makedirs(f"{folder}/proc")
    os.symlink("/proc/self", f"{folder}/proc/self")
    done = energy("stat", "--root", folder, "touch", f"{folder}/ran")
    equal((done.returncode, done.stderr), (125, f"energy stat: cannot open {folder}/proc/energy/"
          "cgroup.stat: No such file or directory (is energy_core loaded? "
          "modprobe energy_rapl_msr)\n"))
    expect(not os.path.exists(f"{folder}/ran"), "was run")


def no_hierarchy(folder):
    meter = Meter(folder)
    os.unlink(f"{folder}/proc/self")
    os.mkdir(f"{folder}/proc/self")
    written(f"{folder}/proc/self/mountinfo",
            "36 35 98:0 / /sys/fs/cgroup/cpu rw - cgroup none rw\n")
    written(f"{folder}/proc/self/cgroup", "3:cpu:/\n")
    done = meter.stat("touch", f"{folder}/ran")
    equal(done.returncode, 125)
    expect("no cgroup v2 hierarchy is mounted" in done.stderr and "mount -t cgroup2" in
           done.stderr, done.stderr)
    expect(not os.path.exists(f"{folder}/ran"), "was run")


def not_allowed(folder):
    """Whoever may not make a cgroup is told what helps."""
    meter = Meter(folder)
    if os.geteuid():
        raise Skipped("needs root, to become somebody else")

    def become_somebody():
        meter.enter()
        become_nobody()

    done = energy(*meter.words("touch", f"{folder}/ran"), preexec_fn=become_somebody)
    equal((done.returncode, done.stderr),
          (125, f"energy stat: cannot make a cgroup in {folder}{meter.home}: Permission denied "
           "(try sudo, or in a session of systemd: systemd-run --user --scope energy stat "
           "...)\n"))


def delegated(folder):
    """Somebody else in a cgroup of their own: as in a session of systemd's."""
    if os.geteuid():
        raise Skipped("needs root, to give away a cgroup")
    meter = Meter(folder)
    meter.unprivileged()
    for path in (folder, f"{folder}/proc/energy/cgroup.stat"):
        os.chmod(path, 0o777)
    meter.script_ends_with(f"cat /proc/self/cgroup >{folder}/seen\n")
    own = f"{meter.home}/own"
    os.mkdir(own)
    try:
        for path in (own, f"{own}/cgroup.procs"):
            os.chown(path, NOBODY, NOBODY)

        def become_somebody():
            enter(own)
            become_nobody()

        done = energy(*meter.words("--json", f"{folder}/command"), preexec_fn=become_somebody)
        equal((done.returncode, json.loads(done.stderr)["metrics"]["energy_j"]["mean"]),
              (0, 2.5))
        with open(f"{folder}/seen", encoding="utf-8") as file:
            expect("/own/energy-stat-" in file.read())
        equal([entry.name for entry in os.scandir(own) if entry.is_dir()], [])
    finally:
        os.rmdir(own)


def full_disk(folder):
    done = Meter(folder).stat("-o", "/dev/full", f"{folder}/command")
    equal((done.returncode, done.stderr),
          (125, "energy stat: cannot write /dev/full: No space left on device\n"))


def wrong_carbon(folder):
    done = Meter(folder).stat("--carbon-intensity", f"{folder}/none", "touch", f"{folder}/ran")
    equal(done.returncode, 125)
    expect(f"cannot read the carbon intensity from {folder}/none" in done.stderr, done.stderr)
    expect(not os.path.exists(f"{folder}/ran"), "was run")


CASES = (
    ("stat: text", text_format),
    ("stat: domains from debugfs", domains_from_debugfs),
    ("stat: JSON and carbon", json_format),
    ("stat: CSV, and a file for it", csv_format),
    ("stat: -r", repeated),
    ("stat: all that the command starts is in its cgroup", everybody_is_in_it),
    ("stat: exit statuses", statuses),
    ("stat: the command's own streams and options", standard_streams),
    ("stat: who goes on is not killed", left_running),
    ("stat: who is about to end", left_ending),
    ("stat: a cgroup of the command's own", left_cgroup),
    ("stat: what a killed measurement leaves goes with the next", killed_measurement),
    ("stat: the command's signals are as they were", as_they_were),
    ("stat: signals are passed on to the command", signals),
    ("stat: Ctrl-C in a terminal", ctrl_c),
    ("stat: waits for the sample after the end", waits_for_a_sample),
    ("stat: that wait can be cut short", wait_is_cut_short),
    ("stat: no more samples", no_more_samples),
    ("stat: the cgroup is not listed", not_listed),
    ("stat: the module is unloaded meanwhile", unloaded_meanwhile),
    ("stat: the module is loaded anew meanwhile", loaded_anew),
    ("stat: a time namespace", time_namespace),
    ("stat: without privilege", unprivileged_reading),
    ("stat: cgroup.stat is opened inside of the cgroup", opened_inside),
    ("stat: unknown is not 0", unknown_is_not_zero),
    ("stat: estimates are called so", estimates_are_called_so),
    ("stat: hostile words", hostile_words),
    ("stat: not loaded", not_loaded),
    ("stat: no cgroup v2", no_hierarchy),
    ("stat: may not make a cgroup", not_allowed),
    ("stat: somebody else in a cgroup of their own", delegated),
    ("stat: a full disk", full_disk),
    ("stat: no carbon intensity", wrong_carbon),
)
