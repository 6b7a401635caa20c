# SPDX-License-Identifier: GPL-2.0-only
"""Coming from procpower: what reads its documented line, and its logs, reads ours."""

import pathlib
import re

from feeding import Root
from program import busy_machine, energy, equal, expect, one_second
from training import Load, text_log

TOP = pathlib.Path(__file__).resolve().parents[3]

WHOLE, DECIMAL, FLAG = r"0|[1-9]\d*", r"(?:0|[1-9]\d*)\.\d{3}", "[01]"

# As its README has them, in that order; comm, which takes the rest of the line, comes after.
DOCUMENTED = {
    "pid": WHOLE, "energy": DECIMAL, "alive": FLAG, "kernel": FLAG, "cpu_ns": WHOLE, "mem": WHOLE,
    "instructions": WHOLE, "wakeups": WHOLE, "diski": WHOLE, "disko": WHOLE, "rx": WHOLE,
    "tx": WHOLE,
}


def strict(line):
    """Its fields. Single spaces, no key twice, all of its keys in their order; new ones follow."""
    fields = {}
    head, found, comm = line.partition(" comm=")
    expect(found, "no comm:", line)
    for word in head.split(" "):
        key, equals, value = word.partition("=")
        expect(equals and re.fullmatch("[a-z_]+", key), "no key=value:", word)
        expect(re.fullmatch(DOCUMENTED.get(key, rf"{WHOLE}|{DECIMAL}"), value), "value:", word)
        expect(key not in fields, "twice:", word)
        fields[key] = value
    equal(list(fields)[:len(DOCUMENTED)], list(DOCUMENTED))
    # Nothing in a name may look like a field, a line, or a name's end.
    expect(re.fullmatch(r"(?:[!-<>-\[\]-~]|\\[0-3][0-7]{2})*", comm), "comm:", comm)
    return {**fields, "comm": comm}


def read(*parts):
    return TOP.joinpath(*parts).read_text(encoding="utf-8")


def strings(text, begin, end):
    """The string literals of a piece of C, joined."""
    at = text.index(begin)
    return "".join(re.findall('"(.*?)"', text[at:text.index(end, at)]))


def refused(line):
    try:
        strict(line)
    except AssertionError:
        return
    raise AssertionError(f"taken: {line}")


def reader(_folder):
    """It is strict: else it proves nothing."""
    line = ("pid=3187 energy=12.457 alive=1 kernel=0 cpu_ns=285931257 mem=10485760 "
            "instructions=8952846 wakeups=14 diski=0 disko=0 rx=22 tx=17 comm=python3")
    equal(list(strict(line)), [*DOCUMENTED, "comm"])
    for old, new in (("energy=12.457", "energy=12.4"), ("alive=1", "alive=2"), (" tx=17", ""),
                     ("rx=22 tx=17", "tx=17 rx=22"), ("alive=1 kernel=0", "kernel=0 alive=1"),
                     ("mem=", "mem=-"), ("pid=3187", "pid=03187"), ("rx=22 ", "rx=22  "),
                     ("rx=22 ", "rx=22 rx=22 "), ("comm=python3", "comm=a b"), (" comm", " com")):
        expect(old in line, old)
        refused(line.replace(old, new))


def record(_folder):
    """The ABI's example, and what the printer's own test says that it prints."""
    example = re.search(r"(?m)^    (pid=3187 .*)$", read("export", "ABI.md"))[1]
    equal(strict(example)["comm"], "python3")
    test = read("kunit", "record_kunit.c")
    fields = strings(test, "#define EXAMPLE_FIELDS", "\n\n")
    equal(strict(f"{fields}comm=python3"), strict(example))
    detail = strings(test, "EXAMPLE_FIELDS \"energy_nj=", ");")
    expect(detail.endswith(" comm=python3\\n"), detail)
    equal(len(strict(fields + detail[:-2])), 27)


def printer(_folder):
    """The table that the printer works by: all of its fields, in its order, first."""
    keys = re.findall(r'(?m)^\tFIELD\("(\w+)", .*, false\),$', read("export", "record.c"))
    equal(keys[:len(DOCUMENTED)], list(DOCUMENTED))
    for key in keys[len(DOCUMENTED):]:
        expect(key in read("export", "ABI.md"), key)


def listings(_folder):
    machine = busy_machine()
    one_second(machine)
    for text in (machine.proc_all(), machine.cgroup(), machine.debugfs()):
        lines = [line for line in text.split("\n") if line.startswith("pid=")]
        expect(len(lines) >= 3, text)
        for line in lines:
            strict(line)


def logs(folder):
    """Ours by what reads its: blocks between dashes, a sum of a domain, pid 0's eight numbers."""
    root = Root(folder)
    for _ in range(2):
        equal(energy("log", "--root", root.path, "--text", "--count", "1",
                     f"{folder}/log").returncode, 0)
        root.step()
    with open(f"{folder}/log", encoding="utf-8") as file:
        blocks = [block for block in file.read().split("-------") if block.strip()]
    equal(len(blocks), 2)
    row = r"\s+".join(rf"{key}=(\d+)" for key in list(DOCUMENTED)[4:])
    for block in blocks:
        expect(re.search(r"(?m)^rapl_psys_sum_uj=(\d+)$", block), block)
        expect(re.search(rf"(?m)^pid=0 .*?{row}", block), block)


def its_logs(folder):
    """Its logger's file: each block's line as documented, and trained on as it is."""
    load = Load()
    path = text_log(f"{folder}/log", load, how=Load.procpower, seconds=0.1)
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("pid=") and "." in line:
                equal(list(strict(line.rstrip("\n"))), [*DOCUMENTED, "comm"])
    done = energy("train", path)
    equal((done.returncode, done.stderr), (0, ""))
    expect("target     rapl_psys_sum_uj, " in done.stdout, done.stdout)
    expect(re.search(r"^w_cpu_ns +4200 ", done.stdout, re.M), done.stdout)


CASES = (
    ("procpower: the strict reader", reader),
    ("procpower: its line is the beginning of our record", record),
    ("procpower: what the module prints by", printer),
    ("procpower: listings", listings),
    ("procpower: our text by its reader", logs),
    ("procpower: its log by energy train", its_logs),
)
