# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's RAPL driver makes of the registers."""

import hardware
import lib

# intel_rapl_common.c cuts the unit, 2^-14 J, off at a nanojoule; a server's memory counts in
# 15.3 microjoules there, rapl_defaults_hsw_server.
UNIT_NJ = 61035
DRAM_UNIT_NJ = 15300


def unit_nj(domain):
    """The driver's unit for a domain."""
    return DRAM_UNIT_NJ if domain["kind"] == "dram" else UNIT_NJ


def uj(domain, raw):
    """What its zone says where the register says raw."""
    return raw * unit_nj(domain) // 1000


def nj(domain, raw, wraps=0):
    """Energy from zero to a reading of ours."""
    return (uj(domain, raw) + wraps * ((unit_nj(domain) << 32) // 1000)) * 1000


def sources(books):
    """Who reads each domain."""
    return {dom["source"] for dom in books.domains}


def check_balance(tap, when):
    """What holds at any time."""
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              f"{when}: the books balance")
    return books


def check_raws(tap, when):
    """Freeze, and check that what is read is what the registers say."""
    with hardware.frozen():
        books = lib.settled_listing()
        raws = hardware.registers(books)
    wrong = [(dom, uj(dom, raws[dom["domain"]])) for dom in books.domains
             if dom["raw"] != uj(dom, raws[dom["domain"]])]
    tap.ok(not wrong, f"{when}: every domain says what its register does", *wrong)


def check_books(tap, when, wraps=0):
    """Freeze, and check books, domains and registers against each other."""
    with hardware.frozen():
        books = lib.settled_listing()
        raws = hardware.registers(books)
    wrong = []
    for dom in books.domains:
        raw = raws[dom["domain"]]
        # Not the module's number of wraps, but ours. The platform's register goes its own way.
        count = dom["wraps"] if dom["kind"] == "psys" else wraps
        want = {
            "raw": uj(dom, raw),
            "measured_nj": nj(dom, raw, count) - dom["base_raw"] * 1000,
            "wraps": count,
            "lost_ns": 0,
            "gaps": 0,
            "last_error": 0,
            "mult": 1000,
            "shift": 0,
        }
        wrong += [f"{dom['domain']}: {key}={dom[key]}, not {value}"
                  for key, value in want.items() if dom[key] != value]
    tap.ok(not wrong, f"{when}: every domain is what its register counted", *wrong)
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              f"{when}: the books balance, live and of the window")
    tap.equal(books["measured_nj"], books.billed("measured_nj"),
              f"{when}: what is measured is what the billed domains counted")
    return books
