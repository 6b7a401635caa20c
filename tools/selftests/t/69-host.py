#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=power timeout=120 matrix=yes safe=yes
"""On whatever machine this is: its source loads, the books balance, and joules are the kernel's.

Only what holds on a machine that other people use meanwhile.
"""

import glob
import time

import formats
import harness
import lib
import tasks

BUSY_S = 5
# The kernel's driver cuts its unit off at a nanojoule, and its sums at a microjoule.
DRIVER_PERMYRIAD = 1


def load_source(tap):
    """The best source that works here; what does not says so and leaves nothing."""
    lib.load_core(sample_ns=100 * lib.MS, window_ns=lib.SECOND)
    for name in lib.SOURCES:
        done = lib.command("modprobe", name, check=False)
        tap.ok((done.returncode == 0) == lib.loaded(name), f"{name} loads, or is not there",
               done.stderr)
        if not done.returncode:
            tap.note(f"source: {name}")
            return name
        tap.ok("No such device" in done.stderr, f"{name}: there is no such device here",
               done.stderr)
    return None


def zones_uj():
    """What the kernel's own driver says of the packages; None where it is not there."""
    found = {}
    for zone in glob.glob("/sys/class/powercap/intel-rapl:*"):
        name = lib.text(f"{zone}/name").strip()
        if name.startswith("package-"):
            found[name] = int(lib.text(f"{zone}/energy_uj"))
    return found


def books_between():
    """The driver's counters, the books of a sample that came later, and the counters again."""
    before = zones_uj()
    lib.wait_samples(2)
    books = lib.settled_listing()
    return before, books, zones_uj()


def package_nj(books):
    """What all packages have counted."""
    return sum(dom["measured_nj"] for dom in books.domains if dom["kind"] == "package")


def check_books(tap, books):
    """What has to hold in every sample."""
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"],
               books["charges_lost"]], [0, 0, 0, 0], "the books balance, and nothing is lost")


def is_theirs(pid, cgroup):
    """Whether nobody may see a process: what is in their cgroup; in the root cgroup, their own."""
    try:
        if cgroup == "/":
            return tasks.status(pid, "Uid") == str(lib.NOBODY)
        return f"{tasks.cgroup_of(pid)}/".startswith(f"{cgroup}/")
    except (FileNotFoundError, ProcessLookupError):
        return True  # gone since


def check_others(tap):
    """Who has no privilege sees their own processes or cgroup, and not the machine."""
    nobody = lib.command(*tasks.as_user(lib.NOBODY, "cat", lib.CGROUP)).stdout
    seen = [record["pid"] for record in formats.Listing(nobody.encode()).processes]
    cgroup = tasks.cgroup_of()
    wrong = [pid for pid in seen if not is_theirs(pid, cgroup)]
    tap.ok(not wrong, f"in the cgroup {cgroup} nobody sees what is theirs alone", wrong)
    refused = lib.command(*tasks.as_user(lib.NOBODY, "cat", lib.ALL), check=False)
    tap.ok(refused.returncode and not refused.stdout, "and not the file of all", refused.stderr)


def check_joules(tap, first, last):
    """Both have read the same counters, one between two readings of the other."""
    got = package_nj(last[1]) - package_nj(first[1])
    if first[0].keys() != last[2].keys() or not first[0] or any(
            last[2][name] < first[0][name] for name in first[0]):
        tap.skip("joules are those of the kernel's driver",
                 "it is not there, or its counters have wrapped meanwhile")
        return
    least = sum(last[0].values()) - sum(first[2].values())
    most = sum(last[2].values()) - sum(first[0].values())
    slack = most * DRIVER_PERMYRIAD // 10000 + len(first[0])
    tap.ok((least - slack) * 1000 <= got <= (most + slack) * 1000,
           "joules are those of the kernel's driver", f"{least} uJ, {got} nJ, {most} uJ")
    tap.note(f"joules: {least / 1e6:.3f} <= {got / 1e9:.3f} <= {most / 1e6:.3f}")


def load_meter(tap):
    """Instructions are counted where there is a PMU."""
    done = lib.command("modprobe", "energy_pmu_instr", check=False)
    tap.ok(not done.returncode or "No such device" in done.stderr,
           "energy_pmu_instr loads, or says that there is no PMU", done.stderr)
    return not done.returncode


def test(tap):
    """This machine."""
    driver = lib.loaded("intel_rapl_msr")
    lib.command("modprobe", "intel_rapl_msr", check=False)
    source = load_source(tap)
    metered = load_meter(tap)
    first = books_between()
    check_books(tap, first[1])
    hog = tasks.Worker("hog", "-p")
    time.sleep(BUSY_S)
    short = lib.command("/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; "
                                         "echo $$").stdout.strip()
    last = books_between()
    check_books(tap, last[1])
    record = last[1].of(hog.pid)
    tap.ok(record["energy_uj"] > 0, f"{source}: who is busy is charged with joules", record)
    want = tasks.exact_ns(hog.pid)
    tap.ok(0 < record["cpu_ns"] <= want, "and with no more CPU time than the kernel knows of",
           record["cpu_ns"], want)
    # somebody may have taken all counters meanwhile, or given one back
    tap.ok(record["instructions"] > 0 or not (metered and lib.sources().metered),
           "instructions, where they are counted", record, lib.sources().header)
    tap.ok(metered or not record["instructions"], "and nowhere else", record)
    gone = last[1].of(int(short))
    tap.ok(gone and not gone["alive"] and gone["cpu_ns"] > 0,
           "who is gone is still there for a window", gone)
    tap.ok(last[1]["source_kind"] == ("model" if source == "energy_vm_fallback" else "measured"),
           "the header says whether that is measured", last[1]["source_kind"])
    if source != "energy_vm_fallback":
        check_joules(tap, first, last)
    hog.end()
    check_others(tap)
    # ours first: the driver waits for whoever reads its zones
    lib.unload()
    if not driver:
        lib.command("modprobe", "-r", "intel_rapl_msr", check=False)


harness.main(test)
