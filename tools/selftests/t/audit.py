# SPDX-License-Identifier: GPL-2.0-only
"""Checks of the books as a whole: against themselves, and against the counters."""

import hardware
import lib
import tasks

# What the meter counts when something did not get to where it belongs.
LOST = ("charges_lost", "charges_unmatched", "exits_lost", "no_memory", "dead_dropped",
        "unbalanced", "removals_lost", "cgroups_dropped")


def losses(books, since=None, allowed=()):
    """What has been lost, but for what may be, since another listing or at all."""
    return {key: lost for key in LOST
            if key not in allowed and (lost := books[key] - (since[key] if since else 0))}


def check_losses(tap, when, books, since=None, allowed=()):
    """Nothing is lost but for what may be."""
    tap.equal(losses(books, since, allowed), {}, f"{when}: nothing is lost: "
              f"{', '.join(key for key in LOST if key not in allowed)}")


def settled():
    """A listing while all counters stand still, and what each domain had measured before.

    The domains are older than the last load of their source: that much more than their registers
    say since its baseline.
    """
    with hardware.frozen():
        books = lib.settled_listing()
        return books, {dom["domain"]: dom["measured_nj"] -
                       hardware.rapl_nj(dom, hardware.rapl_raw(dom))
                       for dom in books.domains if dom["kind"] in hardware.RAPL_MSR}


def misspent(books):
    """Domains whose energy did not go where it should."""
    wrong = []
    for dom in books.domains:
        name = dom["domain"]
        paid = sum(dom[key] for key in ("attributed_nj", "unattributed_nj", "idle_nj",
                                        "pending_nj", "reported_nj"))
        if dom["measured_nj"] != paid:
            wrong.append(f"{name}: measured_nj={dom['measured_nj']}, went to {paid}")
        if dom["billed"] and dom["reported_nj"]:
            wrong.append(f"{name}: reported_nj={dom['reported_nj']} of a billed domain")
    return wrong


def check_domains(tap, when, books, gaps=(), registers=hardware.registers):
    """Each domain against its register, as we read it while all counters stood still.

    Domains in gaps could not be read for a while: nothing of that time is missing.
    """
    raws = registers(books)
    wrong = misspent(books)
    for dom in books.domains:
        name = dom["domain"]
        want = {
            "raw": raws[name],
            "measured_nj": hardware.rapl_nj(dom, raws[name]),
            "lost_ns": 0,
        }
        if name not in gaps:
            want |= {"gaps": 0, "last_error": 0}
        wrong += [f"{name}: {key}={dom[key]}, not {value}"
                  for key, value in want.items() if dom[key] != value]
    tap.ok(not wrong, f"{when}: every domain is what its register counted", *wrong)


def check_books(tap, when, gaps=(), registers=hardware.registers):
    """Freeze, and check books, domains and registers against each other."""
    with hardware.frozen():
        books = lib.settled_listing()
        check_domains(tap, when, books, gaps, registers)
    tap.equal([books.imbalance(), books.imbalance("window_")], [0, 0],
              f"{when}: the books balance, live and of the window")
    tap.equal([books["measured_nj"], books["unbalanced"]], [books.billed("measured_nj"), 0],
              f"{when}: what is measured is what the billed domains counted")
    return books


def check_refused(tap, reason):
    """A machine without usable RAPL: the source says why, the core works without it."""
    before = lib.dmesg().count("energy_rapl_msr:")
    done = lib.command("modprobe", "energy_rapl_msr", check=False)
    tap.ok(done.returncode and "No such device" in done.stderr, "the source refuses: ENODEV",
           done)
    tap.ok(not lib.loaded("energy_rapl_msr"), "it is not loaded")
    lines = [line for line in lib.dmesg().splitlines() if "energy_rapl_msr:" in line][before:]
    lines = [line for line in lines if "taint" not in line]
    tap.ok(len(lines) == 1 and reason in lines[0], "one line in the log says why", *lines)
    if not lib.loaded("energy_core"):
        lib.load_core()
    lib.must_set(sample_ns=50 * lib.MS, window_ns=200 * lib.MS)
    hog = tasks.Worker("hog", "-n", 200, "-p")
    hog.said()
    lib.wait_samples()
    books = lib.settled_listing()
    record = books.of(hog.pid)
    tap.ok(record["energy"] > 0 and record["energy"] == record["cpu_ns"] // 1000 * 1000,
           "the model's energy goes on", record)
    tap.equal([books["domains"], books["source"], books["source_kind"], books["measured_nj"],
               record["energy_nj"]], ["none", "none", "none", 0, 0], "and nothing is measured")
    tap.equal([books.imbalance(), books.imbalance("window_")], [0, 0], "the books balance")
