#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=choice timeout=400 topology=1x1 plugin=period_us=10000
"""Two sources of the same counters: one is read, and hands over without losing a joule.

Real counters move a hundred times more slowly than a zone's file can be read. Here, where all is
emulated, that takes a millisecond; so they move every ten. And there is one CPU: the host may stop
another one, whose counter is to be read, for as long as it likes.
"""

import errno

import hardware
import harness
import lib
import tasks

HAND_OVERS = 100
BOTH = ("rapl_msr", "rapl_powercap")
# What both sources read; a zone counts in uJ, a register in its own units.
DOMAINS = ["core-0", "dram-0", "package-0", "psys"]


def check_sources(tap):
    """debugfs energy/sources."""
    rows = lib.sources()
    tap.equal(rows.header, {"meter": "none", "cpus": "none", "preferred": "auto"},
              "nobody is preferred")
    tap.equal({name: (row["rating"], row["kind"], row["state"], row["used"])
               for name, row in rows.items()},
              {"rapl_msr": (300, "measured", "active", len(DOMAINS)),
               "rapl_powercap": (200, "measured", "standby", 0)}, "the better one is read, alone")
    tap.equal([sorted(row["domains"]) for row in rows.values()], [DOMAINS] * 2,
              "both have all domains, by the same names")
    tap.equal([(row["gaps"], row["last_error"]) for row in rows.values()], [(0, 0)] * 2,
              "no read has failed")
    lib.wait_samples(2)
    later = lib.sources()
    tap.equal([later[name]["reads"] > rows[name]["reads"] for name in BOTH], [True, False],
              "one is read on, the other is not")


def check_override(tap):
    """source= decides, until its source goes."""
    path = f"{lib.PARAMS}/source"
    for name in (*BOTH, "auto"):
        tap.equal(lib.set_param("source", name), 0, f"source={name}")
        want = "rapl_msr" if name == "auto" else name
        tap.equal((lib.sources().active, lib.text(path), lib.system()["source"], lib.sources().header["preferred"]),
                  ([want], want + "\n", want, name), f"{want} is read then")
    lib.must_set(source="rapl_powercap")
    lib.command("rmmod", "energy_rapl_powercap")
    tap.equal(lib.sources().active, ["rapl_msr"], "the preferred one goes: the other is read")
    lib.command("modprobe", "energy_rapl_powercap")
    tap.equal(lib.sources().active, ["rapl_powercap"], "and is read again when it is back")
    tap.equal(lib.set_param("source", "rapl_psr"), errno.ENODEV, "a name that is none")
    lib.must_set(source="auto")


def counted_nj(registers):
    """What the packages' registers have counted, nJ, rounded down.

    The kernel's driver takes other units for memory, so its joules are others.
    """
    return {name: raw * 10**9 >> hardware.rapl_shift("package")
            for name, raw in registers.items() if name.startswith("package")}


def check_hand_overs(tap, how, step):
    """Under load, with the counters read by ourselves before and afterwards."""
    hogs = [tasks.Worker("hog", "-c", "simd"), tasks.Worker("hog", "-d", 50),
            tasks.Worker("swarm", "-u", 1000, "-U", 2000)]
    lib.wait_samples()
    with hardware.frozen():
        first, raw_first = lib.settled_listing(), hardware.registers(lib.listing())
    said = [step() for _ in range(HAND_OVERS)]
    with hardware.frozen():
        last, raw_last = lib.settled_listing(), hardware.registers(lib.listing())
    for hog in hogs:
        hog.end()
    tap.equal(said, [["rapl_powercap"], ["rapl_msr"]] * (HAND_OVERS // 2),
              f"{how}: both were read in turn")
    tap.equal(last.imbalance(), 0, f"{how}: the books balance")
    tap.equal(last["unbalanced"], 0, f"{how}: they always did")
    counted = {name: nj - counted_nj(raw_first)[name] for name, nj in counted_nj(raw_last).items()}
    lost = {name: (nj - last.domain(name)["measured_nj"] + first.domain(name)["measured_nj"]) / 1e9
            for name, nj in counted.items()}
    total = sum(counted.values()) / 1e9
    tap.note(f"hand-overs: {how}: {sum(lost.values()):.6f} J of {total:.1f} J lost in {HAND_OVERS}")
    # A microjoule for each hand-over: a zone counts in whole ones.
    tap.ok(min(lost.values()) >= -HAND_OVERS * 1e-6, f"{how}: no joule is invented", lost)
    tap.ok(sum(lost.values()) < 1, f"{how}: not a joule is lost", lost, total)
    lost_ns = sum(dom["lost_ns"] for dom in last.domains) - sum(
        dom["lost_ns"] for dom in first.domains)
    tap.equal(lost_ns, 0, f"{how}: the meter says so, too")


def unload():
    """The better one goes, or comes back; tells what is read then."""
    gone = not lib.loaded("energy_rapl_msr")
    lib.command("modprobe" if gone else "rmmod", "energy_rapl_msr")
    return lib.sources().active


def override():
    """The administrator wants the other one; tells what is read then."""
    lib.must_set(source="rapl_powercap" if lib.sources().active == ["rapl_msr"] else "rapl_msr")
    return lib.sources().active


def test(tap):
    """Choice."""
    lib.command("modprobe", "intel_rapl_msr")
    lib.load("energy_rapl_powercap", "energy_rapl_msr", sample_ns=100 * lib.MS,
             window_ns=lib.SECOND)
    check_sources(tap)
    check_override(tap)
    check_hand_overs(tap, "unloading", unload)
    check_hand_overs(tap, "source=", override)


harness.main(test)
