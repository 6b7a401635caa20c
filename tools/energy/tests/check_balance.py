# SPDX-License-Identifier: GPL-2.0-only
"""`energy balance`: red by a nanojoule."""

import subprocess

from program import (ENERGY, ENVIRONMENT, PATIENCE_S, busy_machine, energy, equal, expect,
                     one_second, written)


def off_by(folder, nj):
    machine = busy_machine()
    one_second(machine)
    wrong = machine.debugfs().replace("window_measured_nj=10000000000",
                                      f"window_measured_nj={10000000000 + nj}")
    return energy("balance", "--file", written(folder, wrong))


def balance_command(folder):
    done = off_by(folder, 0)
    equal((done.returncode, done.stderr), (0, ""))
    equal(done.stdout, "balance: measured_nj=10000000000 live_nj=7500000000 exited_nj=0 "
          "unattributed_nj=500000000 idle_nj=2000000000 pending_nj=0 difference_nj=0\n")


def balance_is_red(folder):
    done = off_by(folder, 1)
    equal(done.returncode, 1)
    expect(done.stdout.endswith(" difference_nj=1\n"), done.stdout)
    equal(done.stderr, f"energy balance: the books of {folder}/listing do not balance: "
          "1 nJ of what was measured are in no account\n")
    done = off_by(folder, -1)
    equal(done.returncode, 1)
    expect(done.stdout.endswith(" difference_nj=-1\n"), done.stdout)
    expect("the accounts hold 1 nJ more than was measured" in done.stderr, done.stderr)


def balance_needs_debugfs(folder):
    path = written(folder, busy_machine().proc_all())
    done = energy("balance", "--file", path)
    equal((done.returncode, done.stdout), (1, ""))
    equal(done.stderr, f"energy balance: cannot balance {path}: it lacks window_*_nj values, "
          "which only debugfs energy/all has\n")


def balance_cannot_write(folder):
    """Who has not got the line has not been told that all is well."""
    path = written(folder, busy_machine().debugfs())
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([ENERGY, "balance", "--file", path], stdout=full, text=True,
                              stderr=subprocess.PIPE, timeout=PATIENCE_S, env=ENVIRONMENT,
                              check=False)
    equal((done.returncode, done.stderr),
          (1, "energy balance: cannot write: No space left on device\n"))


CASES = (
    ("balance: exact", balance_command),
    ("balance: off by one", balance_is_red),
    ("balance: where nothing can be written", balance_cannot_write),
    ("balance: a listing without window values", balance_needs_debugfs),
)
