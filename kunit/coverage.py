# SPDX-License-Identifier: GPL-2.0-only
"""What of the project's code the KUnit suites reach, from gcov's counts."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

WANTED_PERCENT = 90
# What people run; sources/sample/ is a lesson.
FOLDERS = ("core", "export", "sources")
# Everything is pure code, which a test can drive with fakes alone, but what stands here: how it
# is bound to the running kernel, and who tests that (tools/selftests/t).
BOUND = {
    "core/env.c": ("asks the scheduler and CPUs", "01-fields, 32-running, 40-cgroups"),
    "core/main.c": ("loads and unloads, exports", "09-reload, 10-params, 53-thirdparty"),
    "core/pm.c": ("hears of suspend", "27-suspend"),
    "core/probes.c": ("tracepoints", "01-fields, 20-life, 22-packets, 40-cgroups"),
    "core/sampler.c": ("a thread and its timer", "09-reload, 12-pace, 24-beat"),
    "core/totals.c": ("walks the running system's threads, all CPUs stopped",
                      "21-many, 32-running"),
    "export/cgroup_list.c": ("a file in /proc", "11-abi, 37-fuzz, 40-cgroups"),
    "export/cgroup_stat.c": ("a file in /proc", "11-abi, 40-cgroups"),
    "export/debugfs.c": ("files in debugfs", "11-abi, 37-fuzz"),
    "export/listing.c": ("files in /proc", "08-scope, 11-abi, 36-window, 37-fuzz"),
    "export/procfs.c": ("makes the files in /proc", "08-scope, 09-reload, 11-abi"),
    "export/provided.c": ("makes providers' files", "55-vm-feed, 58-pmu"),
    "export/sources.c": ("a file in debugfs", "11-abi, 13-modules, 57-choice"),
    "sources/pmu_instr.c": ("perf events", "58-pmu, 59-pmu-amd, 60-nopmu"),
    "sources/powercap_find.c": ("the powercap class", "50-powercap"),
    "sources/powercap_zones.c": ("files in sysfs", "50-powercap, 51-powercap-wrap"),
    "sources/rapl_msr.c": ("model-specific registers",
                           "05-packages, 07-wrap, 14-hidden to 18-nounit, 51-amd"),
    "sources/rapl_powercap.c": ("the powercap class", "50-powercap, 57-choice"),
    "sources/vm_estimate.c": ("the hypervisor's share of the clock", "54-vm-model"),
    "sources/vm_fallback.c": ("loads and unloads", "54-vm-model, 61-vm-standby"),
    "sources/vm_feed.c": ("a source that is read", "55-vm-feed"),
    "sources/vm_feed_files.c": ("files in /proc and debugfs", "55-vm-feed"),
    "sources/vm_zone.c": ("a zone of the powercap class", "56-vm-zone"),
}


class Source:
    """One file: how often each line and function ran, in whatever object it is part of."""

    def __init__(self):
        self.lines = {}
        self.functions = {}

    def add(self, counts):
        for line in counts["lines"]:
            n = line["line_number"]
            self.lines[n] = self.lines.get(n, 0) + line["count"]
        for function in counts["functions"]:
            key = function["name"], function["start_line"], function["end_line"]
            self.functions[key] = self.functions.get(key, 0) + function["execution_count"]

    def reached(self, first=0, last=float("inf")):
        """The lines from @first to @last that ran, and how many there are."""
        counts = [count for n, count in self.lines.items() if first <= n <= last]
        return sum(count > 0 for count in counts), len(counts)

    def missed(self):
        """The functions that are below what is wanted."""
        for (name, first, last), _ in sorted(self.functions.items(), key=lambda f: f[0][1]):
            ran, lines = self.reached(first, last)
            if percent(ran, lines) < WANTED_PERCENT:
                yield name, first, ran, lines

    def tracefile(self, path):
        """What lcov calls a record."""
        yield f"SF:{path}"
        for (name, first, _), count in self.functions.items():
            yield f"FN:{first},{name}"
            yield f"FNDA:{count},{name}"
        for n, count in sorted(self.lines.items()):
            yield f"DA:{n},{count}"
        yield "end_of_record"


def percent(ran, lines):
    return 100 * ran / lines if lines else 100.0


def forget(build):
    """Counts add up from run to run."""
    for counts in (build / "drivers/energy").rglob("*.gcda"):
        counts.unlink()


def gcov(build, counts):
    out = subprocess.run(["gcov", "--json-format", "--stdout", counts], cwd=build, check=True,
                         capture_output=True).stdout
    return json.loads(out)["files"]


def collect(build, project):
    """What gcov counted, by file of the project; the tests themselves are left out."""
    sources = {}
    with ThreadPoolExecutor() as pool:
        objects = sorted((build / "drivers/energy").rglob("*.gcda"))
        for files in pool.map(lambda counts: gcov(build, counts), objects):
            for file in files:
                path = (build / file["file"]).resolve()
                if path.is_relative_to(project) and path.parent.name != "kunit":
                    sources.setdefault(str(path.relative_to(project)), Source()).add(file)
    return dict(sorted(sources.items()))


def write_html(sources, project):
    home = project / "build/coverage"
    home.mkdir(parents=True, exist_ok=True)
    tracefile = home / "coverage.info"
    tracefile.write_text("".join(line + "\n" for path, source in sources.items()
                                 for line in source.tracefile(project / path)))
    subprocess.run(["genhtml", "--quiet", "--title", "KUnit", "--prefix", project,
                    "--output-directory", home, tracefile], check=True)
    print(f"details: {home}/index.html")


def print_table(sources, title):
    total_ran = total_lines = 0
    for path, source in sources.items():
        ran, lines = source.reached()
        total_ran += ran
        total_lines += lines
        print(f"{path:<36} {ran:>6} {lines:>6} {percent(ran, lines):>6.1f} %")
    print(f"{title:<36} {total_ran:>6} {total_lines:>6} "
          f"{percent(total_ran, total_lines):>6.1f} %\n")


def print_untested(missing):
    """What is compiled for other machines alone, and who tests it."""
    print("not compiled into this kernel:")
    for path in missing:
        why, tests = BOUND.get(path, ("nobody says why", "no test"))
        print(f"{path}: {why}: {tests}")
    print()


def print_missed(pure):
    for path, source in pure.items():
        ran, lines = source.reached()
        if percent(ran, lines) < WANTED_PERCENT:
            print(f"below {WANTED_PERCENT} %: {path}: {percent(ran, lines):.1f} %")
        for name, first, ran, lines in source.missed():
            print(f"below {WANTED_PERCENT} %: {path}:{first}: {name}() {ran} of {lines} lines")


def code(project):
    """All that a kernel can have of the project, but for its tests."""
    return sorted(str(path.relative_to(project)) for folder in FOLDERS
                  for path in (project / folder).glob("*.c"))


def left(build, path, suffix):
    """Whether the compiler (.gcno) or a run (.gcda) has left something for a file."""
    return (build / "drivers/energy" / path).with_suffix(suffix).exists()


def problems(build, project, sources):
    """Why the counts do not say what the suites reach."""
    found = [f"kunit/coverage.py names {path}, which is not there"
             for path in BOUND if not (project / path).exists()]
    for path in code(project):
        if not left(build, path, ".gcno"):
            if path not in BOUND:
                found.append(f"{path} is not in this kernel, and kunit/coverage.py does not say why")
        elif not left(build, path, ".gcda"):
            found.append(f"{path} was compiled, but nothing was counted in it")
    if not any(source.reached()[0] for source in sources.values()):
        found.append("no line was counted")
    return found


def report(build, project):
    """Print it all; return what is wrong."""
    sources = collect(build, project)
    pure = {path: source for path, source in sources.items() if path not in BOUND}
    print(f"\n{'pure code':<36} {'lines':>6} {'of':>6}")
    print_table(pure, "all pure code")
    print(f"{'bound to the running kernel':<36} {'lines':>6} {'of':>6}")
    print_table({path: sources[path] for path in BOUND if path in sources}, "all of it")
    for path, (why, tests) in BOUND.items():
        if path in sources:
            print(f"{path}: {why}: {tests}")
    print()
    print_untested([path for path in code(project) if not left(build, path, ".gcno")])
    print_missed(pure)
    if sources:
        write_html(sources, project)
    return problems(build, project, sources)
