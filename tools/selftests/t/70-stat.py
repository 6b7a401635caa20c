#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=cgroups timeout=200 topology=1x2
"""`energy stat`: to the nanojoule what the kernel has of the command's cgroup for ever after."""

import json
import os
import re

import harness
import lib

STAT = f"{lib.PAYLOAD}/energy"
# Short-lived children, theirs, and one that leaves the session and is waited for.
FAMILY = ("i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i + 1)); done; "
          "(setsid sh -c 'j=0; while [ $j -lt 20000 ]; do j=$((j + 1)); done'); "
          "(sh -c 'k=0; while [ $k -lt 20000 ]; do k=$((k + 1)); done' & wait)")


def measured(*words, **options):
    """The command's exit status, and the report."""
    path = "/tmp/report"
    done = lib.command(STAT, "stat", "--json", "-o", path, *words, check=False, **options)
    with open(path, encoding="utf-8") as file:
        return done, json.load(file)


def removed():
    """The cgroups of measurements that are shown once more before they go."""
    return {path: row for path, row in lib.cgroups().items()
            if re.search(r"/energy-stat-\d+-\d+$", path)}


def check_exact(tap):
    """What comes later than the report would show in the cgroup, which is listed for a window."""
    lib.must_set(window_ns=10 * lib.SECOND, sample_ns=50 * lib.MS)
    before = lib.cgroups()["/"]["energy_nj"]
    done, report = measured("--", "/bin/sh", "-c", FAMILY)
    lib.wait_samples(3)
    rows = removed()
    tap.equal((done.returncode, len(rows)), (0, 1), "it ran, and its cgroup is listed")
    row = next(iter(rows.values()))
    metrics = {key: summary["mean"] for key, summary in report["metrics"].items()}
    tap.equal([round(metrics["energy_j"] * 1e9), round(metrics["cpu_s"] * 1e9),
               metrics["wakeups"]], [row["energy_nj"], row["cpu_ns"], row["wakeups"]],
              "energy, CPU time and wakeups are all that the cgroup ever had")
    tap.equal(row["alive"], 0, "the cgroup is removed")
    tap.ok(row["energy_nj"] > 0, "(which is some energy)", row)
    tap.ok(metrics["energy_j"] * 1e9 <= lib.cgroups()["/"]["energy_nj"] - before,
           "and no more than the machine's processes had")
    tap.equal(report["notes"], [], "there is nothing to be said about it")
    tap.equal([name for name in os.listdir(lib.CGROUPS) if name.startswith("energy-stat")], [],
              "nothing is left in the hierarchy")


def check_machine(tap):
    """The domains' shares add up."""
    lib.must_set(window_ns=200 * lib.MS, sample_ns=50 * lib.MS)
    report = measured("sleep", "1")[1]
    machine = report["machine"]
    billed = sum(domain["measured_j"] for domain in machine["domains"] if domain["billed"])
    tap.equal(round(billed * 1e9), round(machine["measured_j"] * 1e9),
              "the billed domains are what was measured")
    parts = sum(machine[key] for key in ("processes_j", "idle_j", "unattributed_j"))
    # Remainders that wait for the next sample, before and after.
    tap.ok(abs(parts - machine["measured_j"]) < 1e-6, "and so are its parts", machine)


def check_unprivileged(tap):
    """Nobody, in a cgroup of their own: the same to a microjoule, once the window has come."""
    own = f"{lib.CGROUPS}/own"
    os.mkdir(own)
    for path in (own, f"{own}/cgroup.procs"):
        os.chown(path, lib.NOBODY, lib.NOBODY)
    script = f'echo 0 >{own}/cgroup.procs && exec "$@"'
    lib.must_set(window_ns=2 * lib.SECOND, sample_ns=50 * lib.MS)
    done = lib.command("/bin/sh", "-c", script, "sh", "setpriv", f"--reuid={lib.NOBODY}",
                       f"--regid={lib.NOBODY}", "--clear-groups", STAT, "stat", "--json", "-o",
                       "/tmp/nobody", "--", "/bin/sh", "-c", FAMILY, check=False)
    with open("/tmp/nobody", encoding="utf-8") as file:
        report = json.load(file)
    rows = [row for path, row in removed().items() if path.startswith("/own/")]
    tap.equal((done.returncode, report["values"], len(rows)), (0, "window", 1),
              "nobody measures, from windows")
    tap.equal([round(report["metrics"]["energy_j"]["mean"] * 1e6),
               round(report["metrics"]["cpu_s"]["mean"] * 1e9)],
              [rows[0]["energy_nj"] // 1000, rows[0]["cpu_ns"]],
              "and has all of it, to the microjoule")


def test(tap):
    """With everything that can be known."""
    lib.load("energy_rapl_msr", "energy_pmu_instr", sample_ns=50 * lib.MS,
             window_ns=200 * lib.MS)
    check_exact(tap)
    check_machine(tap)
    check_unprivileged(tap)


harness.main(test)
