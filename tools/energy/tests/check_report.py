# SPDX-License-Identifier: GPL-2.0-only
"""`energy report`: the page that it makes of a recording, as text."""

import base64
import hashlib
import html.parser
import json
import os
import re
import subprocess

from feeding import framed
from program import ENERGY, ENVIRONMENT, PATIENCE_S, energy, equal, expect
from recordings import Recorded, escaped, written_log

EVIL = "x</script><script>window.hacked=1</script>'\"&<img src=x onerror=window.hacked=1>"
DOCKER = "/system.slice/docker-" + "0123456789abcdef" * 4 + ".scope"


class Page(html.parser.HTMLParser):
    """What a browser would see of it: elements, data, and each table's cells."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.open, self.words = [], [], [], ""
        self.feed(text)
        self.text = text
        self.data = json.loads(self.scripts[0])

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        else:
            self.words += data

    def layers(self, view):
        return self.data["views"][view]["layers"]

    def total(self, view, **which):
        """The energy of all layers of a view that are so."""
        return sum(layer["total_nj"] for layer in self.layers(view)
                   if all(layer[key] == value for key, value in which.items()))


def reported(folder, samples, *words, said=""):
    path = written_log(folder, samples)
    done = energy("report", "--force", *words, path)
    equal((done.returncode, done.stdout, done.stderr), (0, "", said))
    with open(path + ".html", encoding="utf-8") as file:
        page = Page(file.read())
    check_sums(page)
    return page


def check_sums(page):
    """Buckets sum up to layers, and layers to what was measured; tables show all of them."""
    shown = {int(attributes["value"]) for tag, attributes in page.elements if tag == "data"}
    for name, view in page.data["views"].items():
        for layer in view["layers"]:
            equal((name, layer["label"], sum(layer["nj"])),
                  (name, layer["label"], layer["total_nj"]))
            expect(layer["total_nj"] in shown, name, layer["label"])
        if view["stacked"]:
            equal(sum(layer["total_nj"] for layer in view["layers"]), view["measured_nj"])
            equal(sum(view["covered_ns"]), view["length_ns"])


def machine(**more):
    made = Recorded(**more)
    made.start(12, "python3")
    made.place(12, DOCKER)
    made.start(40, "Web\\040Content")
    made.place(40, "/user.slice/web.service")
    return made


def second(made, nr=0):
    made.pass_time(1)
    made.run(12, 6_000_000_001 + nr, 900_000_000)
    made.run(40, 1_500_000_003, 250_000_000)
    made.add("idle", 2_000_000_007)
    made.add("unattributed", 500_000_009)
    made.add("pending", -7 if nr % 2 else 11)


def recorded(made, count, **more):
    samples = []
    for nr in range(count):
        second(made, nr)
        samples.append(made.sample(**more))
    return samples


def everything(folder):
    """The first sample is where it begins: what was before is not counted."""
    made = machine()
    made.run(12, 10**12)
    samples = [made.sample()] + recorded(made, 9)
    page = reported(folder, samples, "--carbon-intensity", "400")
    python_nj = sum(6_000_000_001 + nr for nr in range(9))
    measured_nj = made.measured() - 10**12
    for view in ("processes", "cgroups"):
        equal(page.data["views"][view]["measured_nj"], measured_nj)
        equal(page.total(view, kind="idle"), 9 * 2_000_000_007)
        equal(page.total(view, kind="unattributed"), 9 * 500_000_009)
        equal(page.total(view, kind="pending"), 5 * 11 - 4 * 7)
    equal(page.total("processes", label="python3 (12)"), python_nj)
    equal(page.total("processes", label="Web Content (40)"), 9 * 1_500_000_003)
    equal(page.total("cgroups", label="docker 0123456789ab", path=DOCKER), python_nj)
    equal(page.total("cgroups", label="web.service"), 9 * 1_500_000_003)
    equal(page.total("domains", label="package-0") + page.total("domains", label="dram-0"),
          measured_nj)
    equal(page.data["edges_ns"], [nr * 10**9 for nr in range(10)])
    equal(page.data["wall_ns"], made.wall_ns - 9 * 10**9)
    expect("2026-11-28 12:00:00 UTC to 2026-11-28 12:00:09 UTC" in page.words)
    expect("measured by this machine\u2019s hardware (rapl_msr)" in page.words)
    grams = measured_nj / 3.6e15 * 400
    expect(f"{grams * 1e3:.2f} mg at 400 g/kWh" in page.words, grams)


def framed_recording(folder):
    """What `energy log` itself writes."""
    made = machine()
    with open(f"{folder}/log", "wb") as file:
        for _ in range(3):
            second(made)
            listing = made.debugfs()
            cgroups = f"timestamp={made.time_ns}\n" + made.cgroups()
            file.write(framed(2, listing + cgroups, len(listing)))
    done = energy("report", "--output", "-", f"{folder}/log")
    equal((done.returncode, done.stderr), (0, ""))
    page = Page(done.stdout)
    check_sums(page)
    equal(page.total("processes", label="python3 (12)"), 2 * 6_000_000_001)
    equal(page.total("cgroups", label="docker 0123456789ab"), 2 * 6_000_000_001)


def clocks_go_back(folder):
    """Where the report is made in Berlin, when summer time ends there."""
    made = machine()
    made.wall_ns = 1_792_889_990_000_000_000  # 2026-10-25 02:59:50 CEST
    log = written_log(folder, recorded(made, 31))
    zone = {**ENVIRONMENT, "TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}
    done = subprocess.run([ENERGY, "report", "-o", "-", log], capture_output=True, text=True,
                          timeout=PATIENCE_S, env=zone, check=False)
    equal((done.returncode, done.stderr), (0, ""))
    page = Page(done.stdout)
    equal(page.data["utc_offsets"], [{"from_ns": 0, "offset_s": 7200},
                                     {"from_ns": 9 * 10**9, "offset_s": 3600}])
    expect("2026-10-25 02:59:51 CEST to 2026-10-25 02:00:21 CET" in page.words)


def system_alone(folder):
    made = machine()
    page = reported(folder, recorded(made, 5, everything=False, wall=False))
    equal([layer["kind"] for layer in page.layers("processes")],
          ["idle", "processes", "unattributed", "pending"])
    equal(page.total("processes", kind="processes"),
          sum(7_500_000_004 + nr for nr in range(1, 5)))
    equal((page.data["wall_ns"], page.data["utc_offsets"]), (None, []))
    expect("cgroups" not in page.data["views"])
    expect("0.000 s to 4.000 s of the recording" in page.words)
    expect("energy log --all records them" in page.words)


def largest(folder):
    """The others are one layer, and nothing is lost by that."""
    made = Recorded()
    for pid in range(100, 130):
        made.start(pid, f"w{pid}")
        made.place(pid, f"/w{pid}.service")
    samples = [made.sample()]
    for _ in range(4):
        made.pass_time(1)
        for pid in range(100, 130):
            made.run(pid, pid * 1_000_003, 10**6)
        samples.append(made.sample())
    page = reported(folder, samples, "--top", "3")
    for view, name in (("processes", "w129 (129)"), ("cgroups", "w129.service")):
        kinds = [layer["kind"] for layer in page.layers(view)]
        equal(kinds, ["idle", "consumer", "consumer", "consumer", "rest", "unattributed"])
        equal(page.layers(view)[1]["label"], name)
        equal(page.total(view, kind="rest"), 4 * sum(range(100, 127)) * 1_000_003)
    expect("27 other processes" in page.words and "27 other cgroups" in page.words)


def less_pending(folder):
    """Hardly anything, and less than nothing: a share of 0, not of -0."""
    made = machine()
    made.add("pending", 1000)
    samples = [made.sample()]
    second(made)
    made.add("pending", -900)
    samples.append(made.sample())
    page = reported(folder, samples)
    equal(page.total("processes", kind="pending"), -889)
    expect("<td>0.0 %</td>" in page.text and "-0.0" not in page.text)


def short_lived(folder):
    """Thousands that come and go: the largest of them is found, the others are in the sums."""
    made = Recorded()
    made.start(1, "init")
    samples = [made.sample()]
    for nr in range(6000):
        made.pass_time(0.1)
        made.start(100 + nr, f"p{nr}")
        made.run(100 + nr, 9_000_000 if nr == 77 else 1_000_000 + nr, 1000)
        if nr >= 2:
            made.reap(100 + nr - 2)
        samples.append(made.sample())
    page = reported(folder, samples)
    equal(page.data["views"]["processes"]["measured_nj"], made.measured())
    equal(page.layers("processes")[1]["label"], "p77 (177)")
    equal(page.total("processes", label="p77 (177)"), 9_000_000)
    equal(page.total("processes", label="p5999 (6099)"), 1_005_999)
    equal(len(page.data["edges_ns"]), 1001)
    expect("5990 other processes" in page.words)
    expect(len(page.text) < 1_500_000, len(page.text))


def build(made):
    """Ten compilers a second, of which half live shorter than that; a shell becomes one."""
    samples, total = [made.sample()], 0
    for nr in range(20):
        made.pass_time(1)
        for i in range(10):
            pid = 1000 + 10 * nr + i
            made.start(pid, "cc1", alive=i % 2)
            made.place(pid, DOCKER)
            made.run(pid, 100_000_001 + pid, 10**7)
            total += 100_000_001 + pid
            if nr > 1:
                made.reap(pid - 20)
            elif nr == 1 and i % 2:
                made.processes[pid - 10].alive = 0
        made.run(40, 3)
        if nr == 10:
            made.processes[12].comm = "cc1"
        made.run(12, 7)
        samples.append(made.sample())
    return samples, total


def by_name(folder):
    """Hundreds of short ones are one layer; what a process used counts for its name then."""
    samples, compilers_nj = build(machine())
    page = reported(folder, samples, "--by-name")
    equal(page.data["processes_by"], "name")
    equal([(layer["label"], layer["total_nj"], layer.get("cpu_ns"))
           for layer in page.layers("processes") if layer["total_nj"]],
          [("cc1", compilers_nj + 10 * 7, 200 * 10**7), ("python3", 10 * 7, 0),
           ("Web Content", 20 * 3, 0)])
    expect("Power by process name" in page.words)
    expect("exited between samples" not in page.words)
    equal(page.total("cgroups", label="docker 0123456789ab"), compilers_nj + 20 * 7)

    page = reported(folder, samples, "--by-name", "--top", "1")
    equal(page.total("processes", label="2 other names"), 10 * 7 + 20 * 3)
    page = reported(folder, samples, "--top", "1")
    equal(page.data["processes_by"], "pid")
    equal(page.layers("processes")[1]["label"], "cc1 (1199)")
    expect("201 other processes" in page.words)


def one_name(folder):
    """Across a restart, too; and one without a name, and one that is markup."""
    made = machine()
    made.start(7, "")
    made.start(8, escaped(EVIL))
    samples = [made.sample()]
    for nr in range(4):
        second(made)
        made.run(7, 10**9 + nr)
        made.run(8, 2 * 10**9 + nr)
        samples.append(made.sample())
        if nr == 1:
            made.time_ns += 10**10
            samples.append(made.sample(restarted=True))
    page = reported(folder, samples, "--by-name")
    equal(page.total("processes", label="python3"), 4 * 6_000_000_001)
    equal(page.total("processes", label="(no name)"), 4 * 10**9 + 6)
    equal(page.total("processes", label=EVIL), 8 * 10**9 + 6)
    equal(len(page.scripts), 2)


def comes_again(folder):
    """What it had used is not forgotten while it is gone, among thousands of others."""
    for words in ((), ("--by-name",)):
        made = Recorded()
        for pid, name, nj in ((1, "a", 10**10), (2, "b", 10**10), (3, "timer", 6 * 10**9)):
            made.start(pid, name)
            made.place(pid, f"/{name}.service")
        samples = [made.sample()]
        made.pass_time(1)
        made.run(1, 10**10)
        made.run(2, 10**10)
        made.run(3, 6 * 10**9)
        samples.append(made.sample())
        made.reap(3)
        made.removed.add("/timer.service")
        for nr in range(20):
            made.pass_time(1)
            for pid in range(100 * nr, 100 * nr + 100):
                if nr:
                    made.reap(1000 + pid - 100)
                    made.removed.add(f"/w{pid - 100}")
                made.start(1000 + pid, f"w{pid}")
                made.place(1000 + pid, f"/w{pid}")
                made.run(1000 + pid, 1_000_000)
            samples.append(made.sample())
        made.pass_time(1)
        made.removed.discard("/timer.service")
        made.ids["/timer.service"], made.group_nj["/timer.service"] = 10**6, 0
        made.start(5000, "timer")
        made.place(5000, "/timer.service")
        made.run(5000, 6 * 10**9)
        samples.append(made.sample())
        page = reported(folder, samples, "--top", "2", *words)
        equal(page.layers("cgroups")[1]["label"], "timer.service")
        equal(page.total("cgroups", label="timer.service"), 12 * 10**9)
        if words:
            equal(page.total("processes", label="timer"), 12 * 10**9)
            expect("2001 other names" in page.words)


def many_names(folder):
    """More than are kept: who is there all the time, and large in the end, loses nothing."""
    made = Recorded()
    made.start(1, "init")
    samples = [made.sample()]
    for nr in range(40):
        made.pass_time(1)
        made.run(1, 500 if nr < 39 else 30_500)
        for pid in range(500 * nr, 500 * nr + 500):
            if nr:
                made.reap(2 + pid - 500)
            made.start(2 + pid, f"n{pid}")
            made.run(2 + pid, 20_000)
        samples.append(made.sample())
    page = reported(folder, samples, "--by-name", "--top", "1")
    equal(page.layers("processes")[1]["label"], "init")
    equal(page.total("processes", label="init"), 50_000)
    expect("20000 other names" in page.words)
    equal(page.data["views"]["processes"]["measured_nj"], made.measured())


def gaps_and_restarts(folder):
    made = machine()
    samples = recorded(made, 20)
    made.pass_time(60)
    samples += recorded(made, 20)
    before = made.measured()
    anew = machine()
    anew.wall_ns, anew.time_ns = made.wall_ns + 100 * 10**9, 5 * 10**9
    second(anew)
    first = anew.measured()
    samples.append(anew.sample(restarted=True))
    samples += recorded(anew, 20)
    page = reported(folder, samples)
    equal(page.data["marks"], [
        {"kind": "gap", "from_ns": 19 * 10**9, "to_ns": 80 * 10**9},
        {"kind": "restart", "from_ns": 99 * 10**9, "to_ns": 200 * 10**9}])
    started = int(re.search(r"measured_nj=(\d+)", samples[0])[1])
    equal(page.data["views"]["processes"]["measured_nj"],
          before - started + anew.measured() - first)
    unknown = page.data["edges_ns"].index(99 * 10**9)
    equal(page.data["views"]["processes"]["covered_ns"][unknown], 0)
    expect("not known, and not counted" in page.words)


def part_of_it(folder):
    made = machine()
    samples = recorded(made, 30)
    by_seconds = reported(folder, samples, "--from", "10", "--to", "20.5")
    by_clock = reported(folder, samples, "--from", "12:00:11", "--to", "2026-11-28 12:00:21")
    for page in (by_seconds, by_clock):
        equal(page.total("processes", label="python3 (12)"),
              sum(6_000_000_001 + nr for nr in range(11, 21)))
        equal(page.data["edges_ns"], [nr * 10**9 for nr in range(10, 21)])
    for words, why in ((("--from", "100"), "no two samples in that time"),
                       (("--from", "5", "--to", "5"), "is not after")):
        done = energy("report", *words, f"{folder}/log")
        equal(done.returncode, 1)
        expect(why in done.stderr, done.stderr)


def incomparable(folder):
    """Where a recording goes from the system alone to all of it; marked if that is looked at."""
    made = machine()
    samples = recorded(made, 5, everything=False) + recorded(made, 6)
    page = reported(folder, samples)
    equal(page.data["marks"],
          [{"kind": "not comparable", "from_ns": 4 * 10**9, "to_ns": 5 * 10**9}])
    for words in (("--to", "3"), ("--from", "6")):
        equal((words, reported(folder, samples, *words).data["marks"]), (words, []))


def source_gone(folder):
    """Nobody asked meanwhile: no view has 0 W then, and the means are of the other time."""
    made = machine()
    samples = recorded(made, 5)
    for _ in range(4):
        made.pass_time(1)
        samples.append(made.sample().replace("source_kind=measured", "source_kind=none")
                       .replace("source=rapl_msr", "source=none"))
    samples += recorded(made, 3)
    page = reported(folder, samples)
    equal(page.data["marks"], [{"kind": "no source", "from_ns": 5 * 10**9, "to_ns": 8 * 10**9}])
    covered = [10**9] * 5 + [0] * 3 + [10**9] * 3
    equal(page.data["edges_ns"], [nr * 10**9 for nr in range(12)])
    for view in ("processes", "cgroups"):
        equal((view, page.data["views"][view]["covered_ns"]), (view, covered))
    equal({str(layer["covered_ns"]) for layer in page.layers("domains")}, {str(covered)})


def nothing_measured(folder):
    made = machine(kind="none")
    page = reported(folder, recorded(made, 5))
    expect("not measured" in page.words and "the model\u2019s scores" in page.words)
    equal(page.data["values"], "model")
    expect("Idle</dt><dd>not known" in page.text)
    equal({layer["kind"] for layer in page.layers("processes")}, {"consumer", "exited"})
    for kind, words in (("model", "estimated by a model, not measured"),
                        ("host", "told by the host of this virtual machine")):
        made = machine(kind=kind)
        expect(words in reported(folder, recorded(made, 3)).words)


def hostile_names(folder):
    made = Recorded()
    made.start(7, escaped(EVIL + "\udcff\u202e\n\u00e4"))
    made.place(7, "/" + EVIL.replace("/", "|") + "\udcfe.service")
    samples = []
    for _ in range(3):
        made.pass_time(1)
        made.run(7, 10**9, 10**8)
        samples.append(made.sample())
    page = reported(folder, samples, "--title", EVIL)
    equal(len(page.scripts), 2)
    equal({tag for tag, _ in page.elements if tag in ("img", "iframe", "a", "link")}, set())
    expect(not [name for _, attributes in page.elements for name in attributes
                if name.startswith("on") or name == "style"])
    label = page.layers("processes")[1]["label"]
    equal(label, EVIL + "\\377\\342\\200\\256\\012\u00e4 (7)")
    equal(page.data["title"], EVIL)
    expect(page.words.count(EVIL) >= 4, page.words.count(EVIL))


def policy(folder):
    page = reported(folder, recorded(machine(), 3))
    rule = next(attributes["content"] for tag, attributes in page.elements
                if attributes.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", page.text, re.S)[1]
    expect(rule.startswith("default-src 'none'; "), rule)
    for what, text in (("script", page.scripts[1]), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        expect(f"{what}-src 'sha256-{digest}';" in rule, rule)
    outside = page.text.replace("http://www.w3.org/2000/svg", "")
    expect("http:" not in outside and "https:" not in outside and "url(" not in outside)


def output_kept(folder):
    log = written_log(folder, recorded(machine(), 3))
    other = f"{folder}/other"
    with open(other, "w", encoding="utf-8") as file:
        file.write("precious")
    done = energy("report", "-o", other, log)
    equal((done.returncode, done.stderr), (1, f"energy report: {other} is there, and is no page "
                                           "of energy report (--force overwrites it)\n"))
    with open(other, encoding="utf-8") as file:
        equal(file.read(), "precious")
    equal(energy("report", "-o", other, "--force", log).returncode, 0)
    equal(energy("report", "-o", other, log).returncode, 0)
    os.symlink(log, f"{folder}/link")
    for path in (log, f"{folder}/link"):
        done = energy("report", "-o", path, "--force", log)
        equal(done.returncode, 1)
        expect("is the recording itself" in done.stderr, done.stderr)
    done = energy("report", "-o", "/dev/full", log)
    equal((done.returncode, done.stderr),
          (1, "energy report: cannot write /dev/full: No space left on device\n"))
    equal(sorted(os.listdir(folder)), ["link", "log", "other"])


def unreadable(folder):
    log = written_log(folder, recorded(machine(), 1))
    for words, why in (((f"{folder}/none",), "No such file"), (("-",), "read twice"),
                       ((log,), "fewer than two samples"),
                       (("--carbon-intensity", "x", log), "")):
        done = energy("report", *words)
        equal((words, done.returncode, done.stdout), (words, 1, ""))
        expect(why in done.stderr, done.stderr)
    equal(os.listdir(folder), ["log"])


def damaged(folder):
    samples = recorded(machine(), 4)
    torn = samples[1][:len(samples[1]) // 2].rsplit("\n", 1)[0] + "\n"
    page = reported(folder, [samples[0], torn, *samples[2:]],
                    said="energy report: damaged records left out: 1\n")
    equal((page.data["samples"], page.data["damaged"]), (3, 1))


CASES = (
    ("report: all that a recording has, to the nanojoule", everything),
    ("report: a recording in records", framed_recording),
    ("report: while clocks go back", clocks_go_back),
    ("report: the system alone", system_alone),
    ("report: the largest, and the rest", largest),
    ("report: less than nothing pending", less_pending),
    ("report: thousands that come and go", short_lived),
    ("report: processes by name", by_name),
    ("report: a name across a restart, without letters, as markup", one_name),
    ("report: who comes again", comes_again),
    ("report: thousands of names", many_names),
    ("report: gaps and restarts", gaps_and_restarts),
    ("report: a part of a recording", part_of_it),
    ("report: samples that cannot be compared", incomparable),
    ("report: a source that is gone for a while", source_gone),
    ("report: where nothing was measured", nothing_measured),
    ("report: hostile names", hostile_names),
    ("report: a strict policy", policy),
    ("report: what is not overwritten", output_kept),
    ("report: recordings that are none", unreadable),
    ("report: damaged records", damaged),
)
