# SPDX-License-Identifier: GPL-2.0-only
"""`energy top`: cgroups, the tree, sorting and filters, in plain text."""

import os

from program import busy_machine, energy, equal, expect, one_second, replay

DOCKER = "/system.slice/docker-" + "0123456789abcdef" * 4 + ".scope"
HEADING = "    PID      WATTS        JOULES SHARE%    CPU%  COMM"
CGROUP_HEADING = "  PROCS      WATTS        JOULES SHARE%    CPU%  CGROUP"
GONE = "      -      0.000         0.000    0.0       -  (exited)"


def processes(folder, **paths):
    """A /proc in which p12="/x" is where 12 is."""
    root = f"{folder}/proc"
    for name, path in paths.items():
        os.makedirs(f"{root}/{name[1:]}")
        with open(f"{root}/{name[1:]}/cgroup", "w", encoding="utf-8") as file:
            file.write(f"0::{path}\n")
    return root


def cgroup_list(machine, *cgroups):
    """Of tuples of id, parent, nJ, ns and path."""
    lines = [f"timestamp={machine.time_ns}", "iterations=1"]
    lines += [f"cgroup={number} parent={parent} alive=1 energy=0.000 cpu_ns={cpu_ns} "
              f"energy_uj={nj // 1000} energy_nj={nj} path={path}"
              for number, parent, nj, cpu_ns, path in cgroups]
    return "\n".join(lines) + "\n"


def write_lists(folder, *lists):
    os.mkdir(f"{folder}/cgroups")
    for number, text in enumerate(lists, 8):
        with open(f"{folder}/cgroups/{number}.txt", "w", encoding="utf-8") as file:
            file.write(text)


def seconds(folder, number=1):
    """So many seconds of the busy machine; with words that replay them."""
    machine = busy_machine()
    listings = [machine.debugfs()]
    for _ in range(number):
        one_second(machine)
        listings.append(machine.debugfs())
    return replay(folder, *listings)


def table(*words):
    """What stands below the header of the last table, and the warnings in that."""
    done = energy(*words)
    equal((done.returncode, done.stderr), (0, ""))
    header, rows = done.stdout.rstrip("\n").split("\n\n")[-2:]
    return header.split("\n")[5:], rows.split("\n")


def counted(folder):
    machine = busy_machine()
    first = machine.debugfs()
    lists = [cgroup_list(machine, (1, 0, 0, 0, "/"), (5, 1, 0, 0, DOCKER))]
    one_second(machine)
    lists += [cgroup_list(machine, (1, 0, 8_000_000_000, 10**9, "/"),
                          (5, 1, 6_000_000_000, 9 * 10**8, DOCKER), (6, 1, 0, 0, "/idle"))]
    words = replay(folder, first, machine.debugfs())
    write_lists(folder, *lists)
    warnings, rows = table(*words, "--by", "cgroup", "--proc", processes(folder, p12=DOCKER))
    equal(warnings, [])
    equal(rows, [CGROUP_HEADING,
                 "      1      8.000         8.000  100.0   100.0  /",
                 "      1      6.000         6.000   75.0    90.0  docker 0123456789ab"])
    # How many processes there are is not known without /proc.
    _, rows = table(*words, "--by", "cgroup", "--tree", "--rows", "1")
    equal(rows, [CGROUP_HEADING,
                 "      -      8.000         8.000  100.0   100.0  /",
                 "      -          -             -      -       -  (1 more)"])


def summed_up(folder):
    words = seconds(folder, 2)
    root = processes(folder, p12=DOCKER, p40="/user.slice/user-1000.slice/session-3.scope")
    warnings, rows = table(*words, "--by", "cgroup", "--proc", root)
    equal(warnings, [
        "cgroups are summed up from processes, without what exited ones used:",
        f"cannot open {folder}/cgroups/10.txt: No such file or directory"])
    equal(rows[:4] + rows[-1:], [
        CGROUP_HEADING,
        "      2      7.500        15.000  100.0   115.0  /",
        "      1      6.000        12.000   80.0    90.0  system.slice",
        "      1      6.000        12.000   80.0    90.0  docker 0123456789ab", GONE])
    warnings, rows = table(*words, "--by", "cgroup")
    equal(warnings[0], "what cgroups used is not known:")
    equal(rows, [CGROUP_HEADING, GONE])


def tree(folder):
    root = processes(folder, p12=DOCKER, p40="/user.slice")
    warnings, rows = table(*seconds(folder), "--tree", "--proc", root)
    equal(warnings, [])
    equal(rows, [HEADING,
                 "      -      7.500         7.500  100.0   115.0  /",
                 "      -      6.000         6.000   80.0    90.0    system.slice",
                 "      -      6.000         6.000   80.0    90.0      docker 0123456789ab",
                 "     12      6.000         6.000   80.0    90.0        python3",
                 "      -      1.500         1.500   20.0    25.0    user.slice",
                 "     40      1.500         1.500   20.0    25.0      Web Content",
                 "      -      0.000         0.000    0.0     0.1  (cgroup not known)",
                 "      2      0.000         0.000    0.0     0.1    [kworker/0:1]", GONE])


def tree_with_limit(folder):
    """Only processes are counted and summed up: a cgroup's numbers are theirs."""
    root = processes(folder, p12=DOCKER, p40="/user.slice")
    _, rows = table(*seconds(folder), "--tree", "--proc", root, "--rows", "4")
    equal(rows[4:], ["     12      6.000         6.000   80.0    90.0        python3",
                     "      -      1.500         1.500   20.0    25.1  (2 more)", GONE])


def no_tree(folder):
    warnings, rows = table(*seconds(folder), "--tree")
    equal(warnings, ["no tree: the processes' cgroups are not known (--proc DIR)"])
    expect(rows[1].endswith("  python3"), rows)


def sorting(folder):
    words = seconds(folder)
    for options, names in ((("--sort", "watts"), ["python3", "Web Content", "[kworker/0:1]"]),
                           (("--sort", "name"), ["[kworker/0:1]", "python3", "Web Content"]),
                           (("--sort", "pid"), ["[kworker/0:1]", "python3", "Web Content"]),
                           (("--reverse",), ["[kworker/0:1]", "Web Content", "python3"])):
        _, rows = table(*words, *options)
        equal([row[49:] for row in rows], ["COMM", *names, "(exited)"])


def filtering(folder):
    words = seconds(folder)
    root = processes(folder, p12=DOCKER)
    for text in ("PYTH", "12", "docker 0123", "cgroup:system.slice"):
        _, rows = table(*words, "--filter", text, "--proc", root)
        equal(rows, [HEADING, "     12      6.000         6.000   80.0    90.0  python3",
                     "      -      1.500         1.500   20.0    25.1  (2 not matching)", GONE])


def history(folder):
    machine = busy_machine()
    listings = [machine.debugfs()]
    for watts in (1, 0, 8):
        machine.pass_time(1)
        machine.run(40, 1_000_000_000, 1)
        machine.run(12, watts * 1_000_000_000, 1)
        listings.append(machine.debugfs())
    words = replay(folder, *listings)
    _, rows = table(*words, "--history")
    equal(rows[0], HEADING.replace("COMM", "HISTORY           COMM"))
    expect(rows[1].endswith("  " + 13 * " " + "▂▁█  python3"), rows)
    expect(rows[2].endswith("  " + 13 * " " + "███  Web Content"), rows)


def domains(folder):
    lines = ("domain=package-0 kind=package instance=0 source=rapl_msr billed=1 measured_nj={} "
             "attributed_nj=0 unattributed_nj=0 idle_nj={} pending_nj=0 reported_nj=0\n"
             "domain=psys-0 kind=psys instance=0 source=rapl_msr billed=0 measured_nj={} "
             "attributed_nj=0 unattributed_nj=0 idle_nj=0 pending_nj=0 reported_nj=0\n")
    machine = busy_machine()
    old = "domain=package-0 kind=package instance=0 source=rapl_msr billed=1 gaps=0\n"
    first = machine.debugfs().replace(old, lines.format(0, 0, 0))
    one_second(machine)
    second = machine.debugfs().replace(old, lines.format(10**10, 2 * 10**9, 12 * 10**9))
    warnings, _ = table(*replay(folder, first, second), "--domains")
    equal(warnings, ["domains   1 package   package-0 10.000 W, 2.000 idle   "
                     "psys-0 12.000 W, not billed"])


def hostile_cgroup(folder):
    root = processes(folder, p12="/\033[2Jevil")
    done = energy(*seconds(folder), "--tree", "--proc", root)
    expect("\\033[2Jevil" in done.stdout and "\033" not in done.stdout, done.stdout)
    write_lists(folder, *(cgroup_list(busy_machine(), (1, 0, 0, 0, "/"))
                          .replace("timestamp=1", f"timestamp={time}")
                          .replace("cpu_ns=0", f"cpu_ns={time}")
                          .replace("path=/", "path=/\\033[31mred\033[31m") for time in (1, 2)))
    done = energy("top", "--replay", folder, "--by", "cgroup")
    expect("/\\033[31mred\\033[31m\n" in done.stdout and "\033" not in done.stdout, done.stdout)


CASES = (
    ("top: cgroups as the kernel counted them", counted),
    ("top: cgroups summed up from processes", summed_up),
    ("top: processes as a tree", tree),
    ("top: a tree with --rows", tree_with_limit),
    ("top: no tree where nothing is known of cgroups", no_tree),
    ("top: --sort and --reverse", sorting),
    ("top: --filter", filtering),
    ("top: --history", history),
    ("top: --domains", domains),
    ("top: hostile names of cgroups", hostile_cgroup),
)
