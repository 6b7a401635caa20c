# SPDX-License-Identifier: GPL-2.0-only
"""Completion in bash: all subcommands, and of each the options that its help tells."""

import os
import pathlib
import re
import shutil
import subprocess

from program import ENERGY, ENVIRONMENT, PATIENCE_S, Skipped, energy, equal, expect

FILE = pathlib.Path(__file__).resolve().parent.parent / "completion/energy"
COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_energy "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(*words, **more):
    """What bash offers for the last of the words."""
    if not shutil.which("bash"):
        raise Skipped("needs bash")
    done = subprocess.run(["bash", "--norc", "-c", COMPLETE, "bash", FILE, ENERGY, *words],
                          capture_output=True, text=True, timeout=PATIENCE_S, env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, check=False, **more)
    equal((words, done.stderr), (words, ""))
    return sorted(done.stdout.split("\n")[:-1]) if done.stdout != "\n" else []


def subcommands():
    listed = energy("--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.split("\n")]


def commands(_folder):
    everything = subcommands()
    expect({"top", "stat", "balance", "help"} <= set(everything), everything)
    equal(completed(""), sorted(everything + ["--help"]))
    equal(completed("help", ""), sorted(everything + ["--help"]))
    equal(completed("st"), ["stat"])
    equal(completed("nothing"), [])


def options(_folder):
    for command in subcommands():
        if command == "help":
            continue
        section = energy("help", command).stdout.split("\nOPTIONS\n")[1].split("\n\n")[0]
        told = re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+)", section)
        expect("--help" in told, command, told)
        equal((command, completed(command, "-")), (command, sorted(told)))
    equal(completed("top", "--ba"), ["--balance", "--batch"])
    equal(completed("stat", "--json", "--car"), ["--carbon-intensity"])


def values(folder):
    os.mkdir(f"{folder}/a folder")
    with open(f"{folder}/a file", "w", encoding="utf-8"):
        pass
    for words, expected in (
            (("top", "--file", ""), ["a file", "a folder"]),
            (("top", "--replay", ""), ["a folder"]),
            (("stat", "-o", "a f"), ["a file", "a folder"]),
            (("top", "--seconds", ""), []),
            (("stat", "-r", ""), [])):
        equal((words, completed(*words, cwd=folder)), (words, expected))


def measured_command(folder):
    """Behind it nothing is energy's."""
    with open(f"{folder}/arg", "w", encoding="utf-8"):
        pass
    equal(completed("stat", "mkfif"), ["mkfifo"])
    equal(completed("stat", "--json", "-r", "3", "--", "mkfif"), ["mkfifo"])
    equal(completed("stat", "--", "ls", "--js"), [])
    equal(completed("stat", "ls", "a", cwd=folder), ["arg"])
    expect("--json" in completed("stat", "-r", "3", "--"))


def installed(folder):
    here = FILE.parent.parent
    build = os.path.dirname(ENERGY)
    done = subprocess.run(["make", "-s", "-C", here, "install", f"BUILD={build}",
                           f"DESTDIR={folder}", "PREFIX=/usr"], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)
    equal((done.returncode, done.stderr), (0, ""))
    files = {os.path.relpath(path, folder) for path in pathlib.Path(folder).rglob("*")
             if path.is_file()}
    pages = {f"usr/share/man/man1/{page.name}" for page in here.glob("man/*.1")}
    expect({"usr/bin/energy", "usr/share/bash-completion/completions/energy"} | pages <= files,
           files)


def manuals(_folder):
    """One for each subcommand, clean, and with all of its options."""
    if not shutil.which("man"):
        raise Skipped("needs man")
    folder = FILE.parent.parent / "man"
    for page in sorted(folder.glob("*.1")):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", page],
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False,
                              env={**ENVIRONMENT, "MANWIDTH": "80"})
        equal((page.name, done.returncode, done.stderr), (page.name, 0, ""))
        command = page.stem.partition("-")[2]
        if not command:
            continue
        told = completed(command, "-")
        text = page.read_text(encoding="utf-8").replace("\\-", "-")
        equal((page.name, [option for option in told if option not in text]), (page.name, []))
    energy_page = (folder / "energy.1").read_text(encoding="utf-8").replace("\\-", "-")
    for command in set(subcommands()) - {"help"}:
        if (folder / f"energy-{command}.1").exists():
            expect(f"energy-{command}" in energy_page, command)


CASES = (
    ("completion: subcommands", commands),
    ("completion: the options of each", options),
    ("completion: values", values),
    ("completion: the command of energy stat", measured_command),
    ("install: program, man pages and completion", installed),
    ("man: clean, and with every option", manuals),
)
