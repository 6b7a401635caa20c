# SPDX-License-Identifier: GPL-2.0-only
"""Recordings of a made up machine with domains and cgroups, whose energy is known."""

from listings import Machine

WALL_NS = 1_795_867_200_000_000_000  # 2026-11-28 12:00:00 UTC
ROOT = "/"


def escaped(name):
    """A comm as a listing has it; bytes that are no text come as surrogates."""
    return "".join(chr(byte) if 0x21 <= byte <= 0x7e and byte not in b"=\\" else f"\\{byte:03o}"
                   for byte in name.encode("utf-8", "surrogateescape"))


class Recorded(Machine):
    """Each process is in a cgroup; what one uses counts for all above it."""

    def __init__(self, **more):
        super().__init__(**more)
        self.places, self.ids, self.removed = {}, {ROOT: 1}, set()
        self.group_nj, self.group_cpu_ns = {ROOT: 0}, {ROOT: 0}
        self.domain_nj = {"package-0": 0, "core-0": 0, "dram-0": 0}
        self.wall_ns = WALL_NS

    def pass_time(self, seconds):
        super().pass_time(seconds)
        self.wall_ns += int(seconds * 1e9)

    def place(self, pid, path):
        self.places[pid] = path
        for each in self.above(path):
            if each not in self.ids:
                self.ids[each] = 1 + len(self.ids)
                self.group_nj[each] = self.group_cpu_ns[each] = 0

    @staticmethod
    def above(path):
        """Itself and all above it, the root first."""
        names = [name for name in path.split("/") if name]
        return [ROOT] + ["/" + "/".join(names[:nr]) for nr in range(1, len(names) + 1)]

    def run(self, pid, nj, cpu_ns=0):
        super().run(pid, nj, cpu_ns)
        for path in self.above(self.places.get(pid, ROOT)):
            self.group_nj[path] += nj
            self.group_cpu_ns[path] += cpu_ns
        self.count(nj)

    def add(self, account, nj):
        super().add(account, nj)
        self.count(nj)
        if account == "exited":
            self.group_nj[ROOT] += nj

    def count(self, nj):
        """A fifth of it is the memory's; three quarters of the rest the cores'."""
        self.domain_nj["dram-0"] += nj // 5
        self.domain_nj["package-0"] += nj - nj // 5
        self.domain_nj["core-0"] += (nj - nj // 5) * 3 // 4

    def debugfs_header(self):
        lines = [line for line in super().debugfs_header() if not line.startswith("domain=")]
        if self.kind == "none":
            return lines
        return lines + [
            f"domain={name} kind={name[:-2]} instance=0 source=rapl_msr "
            f"billed={int(name != 'core-0')} measured_nj={nj} gaps=0"
            for name, nj in self.domain_nj.items()]

    def cgroups(self):
        lines = []
        for path, number in self.ids.items():
            if path in self.removed:
                continue
            parent = self.ids[self.above(path)[-2]] if path != ROOT else 0
            nj = self.group_nj[path]
            lines.append(f"cgroup={number} parent={parent} alive=1 energy={nj // 10**6}.000 "
                         f"cpu_ns={self.group_cpu_ns[path]} energy_uj={nj // 1000} "
                         f"energy_nj={0 if self.kind == 'none' else nj} path={escaped(path)}")
        return "\n".join(lines) + "\n"

    def sys(self):
        lines = self.header() + [line for line in self.debugfs_header() if "domain=" not in line]
        return "\n".join(lines + self.records(True)[:1]) + "\n"

    def sample(self, everything=True, wall=True, restarted=False):
        """As `energy log --text` has it."""
        text = self.debugfs() + self.cgroups() if everything else self.sys()
        if wall:
            text += f"wall_ns={self.wall_ns}\n"
        if restarted:
            text += "restarted=1\n"
        return text + "-------\n"


def written_log(folder, samples, name="log"):
    path = f"{folder}/{name}"
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(samples))
    return path
