#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does the runner tell the truth about a guest? Runs on the host, prints TAP.

Arguments are names of single tests, such as interactive.
"""

import os
import pty
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from runner import klog  # noqa: E402  pylint: disable=wrong-import-position

RUN = os.path.join(os.path.dirname(HERE), "run")
# What a guest's QEMU writes has to be within the project.
BUILD = os.path.join(HERE, "..", "..", "..", "build", "testbed")

# The plugin has its own tests; without it and with one CPU a guest boots fastest.
FAST = ("--no-plugin", "--topology", "1x1")

results = []


def check(good, text, detail=""):
    """Print one TAP line."""
    results.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(results)} - {text}", flush=True)
    if not good:
        for line in str(detail).splitlines():
            print(f"# {line}", flush=True)


def script(text):
    """Write a script and return its path."""
    path = os.path.join(SCRATCH, f"script-{len(results)}-{time.monotonic_ns()}")
    with open(path, "w", encoding="ascii") as out:
        out.write("#!/bin/sh\n" + text)
    return path


def run(text, *options, args=()):
    """Run a script in a guest and return the finished process."""
    return subprocess.run([RUN, *FAST, *options, script(text), *args], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=600)


def start(text, *options):
    """Start a script in a guest and return once it runs."""
    child = subprocess.Popen([RUN, *FAST, *options, script("echo started\n" + text)],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    child.stdout.readline()
    return child


def descendants(pid):
    """Return the processes below one, itself not counted."""
    below = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            below += [int(name), *descendants(int(name))]
    return below


def alive(pid):
    """Tell whether a process runs; one that nobody has waited for yet does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_output_and_status():
    payload = os.path.join(SCRATCH, "payload")
    os.makedirs(os.path.join(payload, "deep"))
    with open(os.path.join(payload, "deep", "file"), "wb") as out:
        out.write(b"from the host")
    done = run('printf "a\\000b\\377\\n"; echo "$2" >&2; cat deep/file; '
               'echo x >/dev/stderr; id -u; exit 37', "--payload", payload, args=("one", "t w o"))
    check(done.returncode == 37, "the script's status is ours", done)
    check(done.stdout == b"a\0b\xff\nt w o\nfrom the hostx\n0\n",
          "its output is unchanged, arguments and payload arrive", done.stdout)
    done = run("head -c 3000000 /dev/zero; (sleep 300; echo late) & exit 0")
    check(done.returncode == 0 and done.stdout == bytes(3000000),
          "long output is whole, and children left behind are not waited for",
          (done.returncode, len(done.stdout), done.stderr))


def test_time_limit():
    begun = time.monotonic()
    done = run("echo before; sleep 1000", "--timeout", "30")
    check(done.returncode == 124 and done.stdout == b"before\n" and time.monotonic() - begun < 60,
          "the time limit ends a run with 124", done)
    done = run("true", "--timeout", "0.5")
    check(done.returncode == 125 and b"did not come up" in done.stderr,
          "a guest that does not come up is a failure", done)


def test_guest_problems():
    for text, needle, what in (
            ("echo WARNING: CPU: 0 PID: 1 at x.c:1 >/dev/kmsg", b"WARNING:", "a warning"),
            ("echo 'BUG: sleeping function called from' >/dev/kmsg", b"BUG:", "a bug"),
            ("echo 'rcu: INFO: rcu_preempt detected stalls on CPUs' >/dev/kmsg", b"stalls",
             "an RCU stall"),
            ("echo 'unregister_netdevice: waiting for lo' >/dev/kmsg", b"waiting",
             "a lost network device")):
        done = run(text)
        check(done.returncode == 125 and needle in done.stderr, f"{what} fails the run", done)
    done = run("echo c >/proc/sysrq-trigger; sleep 100")
    check(done.returncode == 125 and b"sysrq" in done.stderr, "a panic fails the run", done)
    logs = [line.split()[-1] for line in done.stderr.decode().splitlines() if "logs are in" in line]
    check(logs and os.path.exists(os.path.join(logs[0], "console.log")),
          "and keeps the console's log", done.stderr)
    done = run("busybox poweroff -f")
    check(done.returncode == 125, "a guest that goes away fails the run", done)
    done = run("echo INFO: all is well >/dev/kmsg")
    check(done.returncode == 0, "an ordinary message does not", done)


def test_clean_up():
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        before = mounts.read()
    for number in (signal.SIGTERM, signal.SIGKILL):
        child = start("sleep 1000")
        below = descendants(child.pid)
        child.send_signal(number)
        child.communicate(timeout=60)
        time.sleep(0.5)
        check(below and not any(map(alive, below)),
              f"{signal.Signals(number).name} leaves no process", below)
    check(child.returncode == -signal.SIGKILL, "(the last one was killed)")
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        check(mounts.read() == before, "runs leave no mount")


def test_side_by_side():
    first = start("sleep 2; echo first", "--name", "runner-test")
    done = run("echo second", "--name", "runner-test")
    check(done.returncode == 126 and b"in use" in done.stderr, "a name is used once at a time",
          done)
    done = run("echo second")
    out = first.communicate(timeout=120)[0]
    check(done.stdout == b"second\n" and out == b"first\n" and not first.returncode,
          "guests run side by side", (done, out))


def test_interactive():
    master, slave = pty.openpty()
    path = script("stty size; tty; read -r line; echo got $line; exit 5\n")
    subprocess.run(["stty", "rows", "33", "cols", "99"], stdin=slave, check=True)
    before = subprocess.run(["stty", "-g"], stdin=slave, stdout=subprocess.PIPE, check=True).stdout
    child = subprocess.Popen([RUN, *FAST, "--interactive", path], stdin=slave, stdout=slave)
    seen = b""
    while b"/dev/hvc0" not in seen:
        seen += os.read(master, 1000)
    os.write(master, b"hello\r")
    while b"got hello" not in seen:
        seen += os.read(master, 1000)
    check(child.wait(60) == 5, "an interactive script's status is ours", child.returncode)
    check(b"33 99" in seen, "it has a terminal of the caller's size", seen)
    after = subprocess.run(["stty", "-g"], stdin=slave, stdout=subprocess.PIPE, check=True).stdout
    check(before == after, "the terminal is as it was", (before, after))


def test_profile():
    with tempfile.TemporaryDirectory(dir=BUILD) as work:
        out = os.path.join(work, "profile")
        done = run("grep ' [tT] schedule$' /proc/kallsyms", "--profile", out)
        check(done.returncode == 0, "a run is profiled", done)
        with open(out, encoding="ascii") as lines:
            counts = {int(where, 16): int(number) for where, number in map(str.split, lines)}
    at = int(done.stdout.split()[0], 16)
    check(counts.get(at, 0) > 100, "the scheduler has run", counts.get(at))
    user = sum(number for where, number in counts.items() if where < 1 << 47)
    check(user > 1000000, "so have processes", user)


def test_refusals():
    done = subprocess.run([RUN, "--plugin", "no=such", script("true")], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.returncode and b"no=such" in done.stderr, "an unknown parameter is named", done)
    done = run("true", "--kernel", "0.0.1")
    check(done.returncode == 126 and b"0.0.1" in done.stderr, "an unknown kernel is named", done)
    done = run("true", "--root", "/nowhere/root.ext4")
    check(done.returncode == 126 and b"/nowhere/root.ext4" in done.stderr,
          "a root that is not there is named", done)


# As KCSAN writes them; what is not looked at is left out.
RACE = """[   12.0] ==================================================================
[   12.0] BUG: KCSAN: data-race in one / other
[   12.0]
[   12.0] write to 0xffff88800a0b0c00 of 8 bytes by task 80 on cpu 1:
[   12.0]  {}
[   12.0]  {}
[   12.0]  do_something+0x1/0x2
[   12.0]  energy_something+0x1/0x2 [energy_core]
[   12.0]
[   12.0] read to 0xffff88800a0b0c00 of 8 bytes by interrupt on cpu 0:
[   12.0]  tick+0x1/0x2
[   12.0]  irq+0x1/0x2
[   12.0]
[   12.0] Reported by Kernel Concurrency Sanitizer on:
[   12.0] ==================================================================
[   12.1] and so on
"""


# What says that something is wrong with none of the words of the other reports.
COMPLAINTS = (
    "BUG energy_proc (Tainted: G           O      ): Objects remaining on __kmem_cache_shutdown()",
    "kmem_cache_destroy energy_proc: Slab cache still has objects when called from x+0x1/0x2",
    "sysfs: cannot create duplicate filename '/devices/virtual/powercap/energy'",
    "debugfs: Directory 'energy' with parent '/' already present!",
    "INFO: trying to register non-static key.",
    "turning off the locking correctness validator.",
    "kmemleak: Cannot allocate a kmemleak_object structure",
    "kmemleak: Kernel memory leak detector disabled",
    "kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
)
NO_COMPLAINTS = (
    "kcsan: non-strict mode configured - use CONFIG_KCSAN_STRICT=y to see all data races",
    "kmemleak: Kernel memory leak detector initialized (mem pool available: 39000)",
    "kmemleak: 0 new suspected memory leaks",
    "DEBUG (x) is no BUG",
)


def test_complaints():
    """Each is a problem by itself."""
    for line in COMPLAINTS:
        check(len(klog.problems(f"[   12.0] {line}\n")) == 1, f"a problem: {line[:40]}...")
    check(not klog.problems("\n".join(NO_COMPLAINTS)), "no problem: what is like one")


def test_races():
    ours, others = "energy_x+0x1/0x2 [energy_core]", "vfs_x+0x1/0x2"
    check(len(klog.problems(RACE.format(ours, others))) == 1, "a data race of ours is a problem")
    check(len(klog.problems(RACE.format(others, ours))) == 1,
          "so is one of what we have called directly")
    check(not klog.problems(RACE.format(others, others)), "one of the kernel's own is not")
    check(not klog.problems(RACE.format("get_task_cred+0x1/0x2", ours)),
          "nor one that it has with all who call it")
    check(len(klog.problems(RACE.format(others, others) + "[   13.0] BUG: x")) == 1,
          "and hides nothing")


# As lockdep writes it, without what is not looked at.
CYCLE = """[   12.0] WARNING: possible circular locking dependency detected
[   12.0] -> #1 (cpu_hotplug_lock){{++++}}-{{0:0}}:
[   12.0]        cpus_read_lock+0x3c/0xf0
[   12.0]        {}
[   12.0] -> #0 (kn->active#3){{++++}}-{{0:0}}:
[   12.0]        {}
[   12.0]        cpuhp_thread_fun+0x352/0x730
[   12.0]  </TASK>
[   12.1] and so on
"""


def test_cycles():
    """Of locks."""
    reads = "get_energy_counter+0x64/0xe0 [intel_rapl_common]"
    goes = "rapl_cpu_down_prep+0xf4/0x140 [intel_rapl_msr]"
    check(not klog.problems(CYCLE.format(reads, goes)), "the RAPL driver's own cycle is no problem")
    for other in ((reads, "energy_x+0x1/0x2 [energy_core]"), ("energy_x+0x1/0x2", goes)):
        check(len(klog.problems(CYCLE.format(*other))) == 1, "half of it is one")
    check(len(klog.problems(CYCLE.format(reads, goes) + "[   13.0] BUG: x")) == 1,
          "and it hides nothing")
    whole = CYCLE.format(reads, goes)
    check(len(klog.problems(CYCLE.format(reads, "x") + whole)) == 1,
          "nor is it taken together with another one")


TESTS = (test_complaints, test_races, test_cycles, test_output_and_status, test_time_limit,
         test_guest_problems, test_clean_up, test_side_by_side, test_interactive, test_profile,
         test_refusals)

with tempfile.TemporaryDirectory() as SCRATCH:
    for test in TESTS:
        if len(sys.argv) == 1 or test.__name__[5:] in sys.argv[1:]:
            test()
print(f"1..{len(results)}")
sys.exit(0 if all(results) else 1)
