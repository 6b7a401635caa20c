# SPDX-License-Identifier: GPL-2.0-only
"""Listings as energy_core prints them, from a small machine whose books always balance."""

BOOKS = ("measured", "exited", "unattributed", "idle", "pending")


class Process:
    def __init__(self, pid, comm, nj=0, cpu_ns=0, alive=1, kernel=0):
        self.pid, self.comm, self.alive, self.kernel = pid, comm, alive, kernel
        self.nj, self.cpu_ns = nj, cpu_ns


class Machine:
    """Energy comes in by run(), and leaves a process for `exited` by reap()."""

    def __init__(self, kind="measured"):
        self.time_ns = 1_000_000_000_000
        self.kind = kind
        self.processes = {}
        self.books = dict.fromkeys(BOOKS[1:], 0)
        self.cpu_ns = 0

    def start(self, pid, comm, **more):
        self.processes[pid] = Process(pid, comm, **more)
        return self.processes[pid]

    def run(self, pid, nj, cpu_ns=0):
        self.processes[pid].nj += nj
        self.processes[pid].cpu_ns += cpu_ns
        self.cpu_ns += cpu_ns

    def add(self, account, nj):
        self.books[account] += nj

    def reap(self, pid):
        self.books["exited"] += self.processes.pop(pid).nj

    def pass_time(self, seconds):
        self.time_ns += int(seconds * 1e9)

    def measured(self):
        return sum(p.nj for p in self.processes.values()) + sum(self.books.values())

    def account(self, name):
        return self.measured() if name == "measured" else self.books[name]

    def header(self):
        source = "none" if self.kind == "none" else "rapl_msr"
        domains = "none" if self.kind == "none" else "package,core,dram,psys"
        lines = [f"timestamp={self.time_ns}", "iterations=42", "sample_ns=100000000",
                 "window_ns=1000000000"]
        lines += [f"rapl_{name}_sum_uj=0" for name in ("core", "psys", "package")]
        lines += [f"{name}_uj={self.account(name) // 1000}" for name in BOOKS[::-1]]
        lines += [f"domains={domains}", f"source={source}", f"source_kind={self.kind}",
                  "window=7"]
        return lines

    def debugfs_header(self):
        lines = [f"{name}_nj={self.account(name)}" for name in BOOKS]
        lines += [f"window_timestamp={self.time_ns}", "window_iterations=42"]
        lines += [f"window_{name}_nj={self.account(name)}" for name in BOOKS]
        lines += ["samples=42", "drains=42", "late=0", "procs=3",
                  "domain=package-0 kind=package instance=0 source=rapl_msr billed=1 gaps=0"]
        return lines

    def record(self, process, debugfs):
        measured_nj = 0 if self.kind == "none" else process.nj
        score = f"{process.nj // 1000000}.{process.nj // 1000 % 1000:03d}"
        tail = "mem=4096 instructions=1 wakeups=1 diski=0 disko=0 rx=0 tx=0"
        fields = [f"pid={process.pid} energy={score} alive={process.alive}",
                  f"kernel={process.kernel} cpu_ns={process.cpu_ns} {tail}",
                  f"energy_uj={measured_nj // 1000}"]
        if debugfs:
            window = tail.replace(" ", " window_")
            fields += [f"energy_nj={measured_nj} window_energy={score}",
                       f"window_alive={process.alive} window_cpu_ns={process.cpu_ns}",
                       f"window_{window} window_energy_uj={measured_nj // 1000}",
                       f"window_energy_nj={measured_nj}"]
        return " ".join(fields + [f"comm={process.comm}"])

    def records(self, debugfs=False):
        system = Process(0, "system", self.measured(), self.cpu_ns, kernel=1)
        everyone = [system] + [self.processes[pid] for pid in sorted(self.processes)]
        return [self.record(process, debugfs) for process in everyone]

    def debugfs(self):
        return "\n".join(self.header() + self.debugfs_header() + self.records(True)) + "\n"

    def proc_all(self):
        return "\n".join(self.header() + self.records()) + "\n"

    def cgroup(self):
        lines = [f"timestamp={self.time_ns}", "window_ns=1000000000", "window=7"]
        return "\n".join(lines + self.records()[1:]) + "\n"
