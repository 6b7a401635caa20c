# SPDX-License-Identifier: GPL-2.0-only
"""Recordings of a made up machine whose power is known, in our own format and procpower's."""

import random

FIELDS = ("cpu_ns", "mem", "instructions", "wakeups", "diski", "disko", "rx", "tx")
PARAMETERS = ("w_cpu_ns", "w_mem_bytes", "w_instructions", "w_wakeups", "w_disk_read_bytes",
              "w_disk_write_bytes", "w_net_rx_packets", "w_net_tx_packets")
IDLE_W = 7.5

# In picojoules, as the parameters are; and about what a busy machine does in a second.
TRUTH = dict(zip(FIELDS, (4200, 300, 650, 23_000_000, 31_000, 55_000, 8_000_000, 12_000_000)))
SIZES = dict(zip(FIELDS, (4e9, 8e9, 9e9, 2e4, 5e7, 3e7, 4e4, 3e4)))


class Load:
    """Goes on by step(); every field has a load of its own, which changes slowly."""

    def __init__(self, seed=1, noise_w=0.0, still=(), truth=None):
        self.random = random.Random(seed)
        self.noise_w, self.still = noise_w, still
        self.truth = {**TRUTH, **(truth or {})}
        self.time_ns, self.nj, self.iterations = 10**12, 0.0, 0
        self.load = dict.fromkeys(FIELDS, 0.5)
        self.values = dict.fromkeys(FIELDS, 10**9)
        self.values["mem"] = 4 * 10**9

    def step(self, seconds=1.0):
        watts = IDLE_W + self.random.gauss(0, self.noise_w)
        for field in FIELDS:
            self.load[field] = 0.8 * self.load[field] + 0.2 * self.random.random()
            if field in self.still:
                delta = 0
            else:
                delta = int(self.load[field] * SIZES[field] * seconds)
            if field == "mem":
                before = self.values["mem"]
                if "mem" not in self.still:
                    self.values["mem"] = int((0.5 + self.load["mem"] / 4) * SIZES["mem"])
                watts += (before + self.values["mem"]) / 2 * self.truth["mem"] * 1e-12
            else:
                self.values[field] += delta
                watts += delta / seconds * self.truth[field] * 1e-12
        self.nj += watts * seconds * 1e9
        self.time_ns += int(seconds * 1e9)
        self.iterations += 1

    def numbers(self, prefix=""):
        return " ".join(f"{prefix}{field}={self.values[field]}" for field in FIELDS)

    def ours(self, kind="measured"):
        nj = round(self.nj)
        return (f"timestamp={self.time_ns}\niterations={self.iterations}\nsample_ns=100000000\n"
                f"window_ns=1000000000\nrapl_core_sum_uj={nj // 2000}\nmeasured_uj={nj // 1000}\n"
                f"source=rapl_msr\nsource_kind={kind}\nmeasured_nj={nj}\n"
                f"pid=0 energy=1.000 alive=1 kernel=1 {self.numbers()} energy_uj={nj // 1000} "
                f"energy_nj={nj} comm=*system*\n")

    def procpower(self, psys=True):
        """Its documented line. Its energy= has other units, and soon is very large."""
        uj = round(self.nj / 1000)
        score = 19 * 10**18 + uj if self.iterations > 100 else f"{self.iterations}.457"
        return (f"timestamp={self.time_ns}\niterations={self.iterations}\nsample_ns=100000000\n"
                f"window_ns=1000000000\nrapl_core_sum_uj={uj if not psys else uj // 5}\n"
                f"rapl_psys_sum_uj={uj if psys else 0}\n"
                f"pid=0 energy={score} alive=1 kernel=1 {self.numbers()} "
                "comm=*system*\n")


def text_log(path, load, count=300, how=Load.ours, seconds=1.0):
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(count):
            load.step(seconds)
            file.write(how(load) + "-------\n")
    return path
