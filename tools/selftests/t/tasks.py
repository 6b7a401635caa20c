# SPDX-License-Identifier: GPL-2.0-only
"""Workloads, and what the kernel tells of processes."""

import contextlib
import os
import re
import subprocess
import time

import lib


class Worker:
    """A workload in the background; says lines of key=value."""

    everyone = []

    def __init__(self, program, *args, **options):
        path = program if "/" in program else f"{lib.PAYLOAD}/{program}"
        # Back from our own priority to the usual one.
        self.process = subprocess.Popen(
            ["/usr/bin/nice", "-n", "20", path, *(str(arg) for arg in args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
        self.pid = self.process.pid
        Worker.everyone.append(self)

    def wait_ready(self):
        """Wait until it waits for start(): what its own beginning costs is over."""
        name = os.path.basename(self.process.args[3])
        lib.wait_until(lambda: (status(self.pid, "Name"), status(self.pid, "State")) ==
                       (name, "S"))

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


class Reader(Worker):
    """Reads files again and again, and counts how often it could."""

    LOOP = """
n=0
trap 'echo reads=$n; exit' TERM
while :; do
	for file; do
		cat "$file" >/dev/null 2>&1 && n=$((n + 1))
	done
done
"""

    def __init__(self, *files, user=None):
        command = ("/bin/sh", "-c", self.LOOP, "sh", *files)
        super().__init__(*(command if user is None else as_user(user, *command)))

    def reads(self):
        """Have it end, and say how often."""
        self.process.terminate()
        return self.said()["reads"]


def end_load(tap, workers, reads=1):
    """End what was to run until now: one point, that all of it did, and each reader so often."""
    wrong = [f"{worker.process.args}: ended: {worker.process.poll()}" for worker in workers
             if worker.process.poll() is not None]
    if not wrong:
        wrong = [f"{worker.process.args}: has read {times} times" for worker in workers
                 if isinstance(worker, Reader) and (times := worker.reads()) < reads]
    for worker in workers:
        worker.end()
        worker.process.stdin.close()
        worker.process.stdout.close()
    tap.ok(not wrong, "(the load was there until its end)", *wrong)


def is_charged(record, words):
    """Whether the record of a hog that waits (-p) has its time, as the kernel has it.

    To 1 % of a second and more: on a busy host the two are not quite the same, see lib.GAP_NS.
    """
    kernel_ns = int(lib.text(f"/proc/{words['pid']}/schedstat").split()[0])
    return words["cpu_ns"] >= lib.SECOND and \
        abs(record["cpu_ns"] - kernel_ns) * 100 <= kernel_ns


def are_charged(found):
    """Whether most of some hogs are, which is what (record, words) of each say, and have energy.

    Where switches take long the kernel itself does not charge one for all that it ran: it reads
    its clock when who preempts is woken, and not again for the switch, which comes a millisecond
    later if there is a soft interrupt's work to do. And a busy host that comes in between moves
    some 10 ms to or from one. What loses time of ours does so each time.
    """
    good = sum(is_charged(record, words) and record["energy_nj"] > 0 for record, words in found)
    return 2 * good > len(found)


def charged_hogs(number=3):
    """Whether most of so many hogs, one after the other, are charged; and what was seen.

    Few preempt them.
    """
    hogs, found, seen = [], [], []
    for _ in range(number):
        hogs.append(Worker("/usr/bin/chrt", "-f", 1, f"{lib.PAYLOAD}/hog", "-u", 2000, "-p"))
        words = hogs[-1].said()
        lib.wait_samples()
        found.append((lib.settled_listing().of(hogs[-1].pid), words))
        seen += [*found[-1], lib.text(f"/proc/{hogs[-1].pid}/schedstat")]
    charged = are_charged(found)
    for hog in hogs:
        hog.end()
    return charged, seen


def in_cgroup(cgroup, *args):
    """A command that moves itself to a cgroup first."""
    return ("/bin/sh", "-c", f'echo 0 >{lib.CGROUPS}/{cgroup}/cgroup.procs && exec "$@"', "sh",
            *args)


def cgroup_of(pid="self"):
    """The path of a process's cgroup in the default hierarchy; the root, where that is not used."""
    found = re.search(r"^0::(.*)$", lib.text(f"/proc/{pid}/cgroup"), re.M)
    return found[1] if found else "/"


def remove_cgroup(cgroup):
    """Remove one, once those who were in it are gone for good."""
    path = f"{lib.CGROUPS}/{cgroup}"
    lib.wait_until(lambda: "populated 0" in lib.text(f"{path}/cgroup.events"))
    os.rmdir(path)


def as_user(uid, *args):
    """A command that gives up root first."""
    return ("/usr/bin/setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *args)


def status(pid, key):
    """A field of /proc/PID/status, its first word."""
    return re.search(rf"^{key}:\s+(\S+)", lib.text(f"/proc/{pid}/status"), re.M)[1]


def stat_fields(pid):
    """Fields of /proc/PID/stat from the third on, so that stat_fields()[i - 3] is field i."""
    return lib.text(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _times_ns(pid, first):
    """A user's and a system's time of /proc/PID/stat, together."""
    fields = stat_fields(pid)
    return sum(map(int, fields[first - 3:first - 1])) * lib.SECOND // os.sysconf("SC_CLK_TCK")


def cputime_ns(pid):
    """utime + stime of a process."""
    return _times_ns(pid, 14)


def ended_ns(pid):
    """cutime + cstime: of its children that have ended."""
    return _times_ns(pid, 16)


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
    return int(re.search(rf"^{key}: (\d+)", lib.text(f"/proc/{pid}/io"), re.M)[1])


def keep_to_cpu0():
    """Every process, kernel thread, work item and device interrupt that may be moved."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(int(pid), {0})
    with contextlib.suppress(OSError):
        lib.write("/sys/devices/virtual/workqueue/cpumask", 1)
    for irq in filter(str.isdigit, os.listdir("/proc/irq")):
        with contextlib.suppress(OSError):
            lib.write(f"/proc/irq/{irq}/smp_affinity", 1)
