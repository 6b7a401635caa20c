# SPDX-License-Identifier: GPL-2.0-only
"""`energy log`: what it writes while its machine goes on, is killed, or has no room."""

import os
import re
import resource
import shutil
import signal
import subprocess
import time
import zlib

from feeding import Root, await_that, framed, frames, newest, packed, times
from program import (ENERGY, ENVIRONMENT, NOBODY, PATIENCE_S, Terminal, energy, equal, expect,
                     running)

SYS = "sys/kernel/debug/energy/sys"


def recording(root, path, *words, **more):
    return running(("log", "--root", root.path, "--interval", "0.001", *words, path),
                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)


def size(path):
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def await_sample(root, path):
    """Until what the machine tells now is recorded whole: not until something has been written."""
    await_that(lambda: newest(path) == root.machine.time_ns)


def steps(root, path, count):
    """So many samples more, each of which is awaited."""
    for _ in range(count):
        root.step()
        await_sample(root, path)


def ended(process, number=signal.SIGTERM):
    process.send_signal(number)
    return process.communicate(timeout=PATIENCE_S)[1]


def dumped(path):
    done = energy("log", "--dump", path)
    equal((done.returncode, done.stderr), (0, ""))
    return done.stdout


def written_frames(folder):
    """By a reader that knows nothing but FORMAT.md."""
    root, path = Root(folder), f"{folder}/log"
    before_ns = time.time_ns()
    with recording(root, path, "--count", "3") as process:
        await_sample(root, path)
        first = root.sys()
        steps(root, path, 2)
        equal(process.communicate(timeout=PATIENCE_S)[1], "")
        equal(process.returncode, 0)
    module = os.stat(f"{root.path}/sys/module/energy_core").st_ino
    records = list(frames(path))
    equal([record[0] for record in records], [1, 2, 2, 2])
    equal(records[0][1] + records[0][2], f"boot=aaaa-bbbb\nmodule={module}\n")
    equal(records[1][1:3], (first, ""))
    equal(records[3][1:3], (root.sys(), ""))
    walls = [record[3] for record in records[1:]]
    expect(before_ns < walls[0] < walls[1] < walls[2] < time.time_ns(), walls)
    equal(os.stat(path).st_mode & 0o777, 0o600)
    text = first + f"wall_ns={walls[0]}\n-------\n"
    equal(dumped(path)[:len(text)], text)


def everything(folder):
    root, path = Root(folder), f"{folder}/log"
    root.machine.start(12, "x\\012pid=9")
    root.machine.run(12, 5_000_000_000)
    root.publish()
    with recording(root, path, "--all", "--count", "1") as process:
        process.communicate(timeout=PATIENCE_S)
    equal(list(frames(path))[1][1:3], (root.machine.debugfs(), root.cgroups()))
    text = dumped(path)
    expect(" comm=x\\012pid=9\ncgroup=1 parent=0 " in text, text)
    equal(text.count("timestamp="), 2)
    # What has been dumped is read as what it was dumped from.
    with open(f"{folder}/text", "w", encoding="utf-8") as file:
        file.write(text)
    equal(dumped(f"{folder}/text"), text)


def plain_text(folder):
    root = Root(folder)
    path, other = f"{folder}/text", f"{folder}/log"
    with recording(root, path, "--text", "--count", "2") as process:
        await_sample(root, path)
        root.step()
        process.communicate(timeout=PATIENCE_S)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    equal(dumped(path), text)
    equal(times(text), [0, 1])
    expect(text.endswith("\n-------\n"), text)
    done = energy("log", "--root", root.path, "--text", "--count", "1", "-")
    equal((done.returncode, done.stderr), (0, ""))
    equal(re.sub(r"wall_ns=\d+", "", done.stdout), root.sys() + "\n-------\n")
    energy("log", "--root", root.path, "--count", "1", other)
    for words, file, what in (((), path, "is something else"),
                              (("--text",), other, "is a recording that is not text")):
        before = size(file)
        done = energy("log", "--root", root.path, *words, "--count", "1", file)
        equal((done.returncode, done.stderr, size(file)), (
            1, f"energy log: {file} {what}, nothing is added to it (give a new file)\n", before))


def killed(folder):
    """Whenever it is killed: all that can be read is whole, and in order."""
    root, path = Root(folder), f"{folder}/log"
    for _ in range(8):
        with recording(root, path) as process:
            await_sample(root, path)
            steps(root, path, 5)
            root.step()
            process.kill()
            process.wait()
    seen = times(dumped(path))
    equal(seen, sorted(seen))
    expect(len(set(seen)) >= 40, seen)


def torn(folder):
    """A kill amid of a record, whose rest cannot be had on demand: it is cut off."""
    for words in ((), ("--text",)):
        name = "".join(words) or "frames"
        root, path = Root(f"{folder}/{name}"), f"{folder}/{name}/log"
        with recording(root, path, *words) as process:
            await_sample(root, path)
            steps(root, path, 2)
            equal(ended(process), "")
        os.truncate(path, size(path) - 20)
        with recording(root, path, *words) as process:
            await_sample(root, path)
            steps(root, path, 2)
            equal(ended(process), "")
        done = energy("log", "--dump", path)
        equal((done.returncode, done.stderr),
              (0, "energy log: damaged records left out: 1\n"))
        seen = times(done.stdout)
        expect(seen[:2] == [0, 1] and seen[-2:] == [3, 4], seen)
        # Records tell that it goes on; text cannot.
        equal(done.stdout.count("\nrestarted=1\n"), len(words))


def no_room(folder):
    """As on a full disk: the write that comes to the limit is a short one."""
    root, path = Root(folder), f"{folder}/log"
    limit = 1000

    def set_limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    with recording(root, path, preexec_fn=set_limit) as process:
        await_sample(root, path)
        seen = size(path)
        while seen + 190 < limit:
            steps(root, path, 1)
            seen = size(path)
        root.step()
        line = process.stderr.readline()
        equal(line, f"energy log: cannot write to {path}: File too large; samples are lost "
              "until that is mended\n")
        await_that(lambda: size(path) <= seen)
        whole = list(frames(path))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        line = process.stderr.readline()
        lost = re.fullmatch(f"energy log: {path} can be written again; samples lost: (\\d+)\n",
                            line)
        expect(lost, line)
        steps(root, path, 1)
        equal(ended(process), f"energy log: samples lost in all: {lost[1]}\n")
        equal(process.returncode, 1)
    records = list(frames(path))
    expect(records[:len(whole)] == whole and len(records) >= len(whole) + 2, records)


def full_device(folder):
    root = Root(folder)
    done = energy("log", "--root", root.path, "--text", "/dev/full")
    equal((done.returncode, done.stderr), (
        1, "energy log: cannot write to /dev/full: No space left on device; samples are lost "
        "until that is mended\n"))


def rotation(folder):
    root, path = Root(folder), f"{folder}/log"
    with recording(root, path, "--rotate-size", "4K", "--rotate-count", "2") as process:
        await_sample(root, path)
        steps(root, path, 60)
        equal(ended(process), "")
    equal(sorted(os.listdir(folder)), ["log", "log.1", "log.2", "root"])
    for name in ("log", "log.1", "log.2"):
        records = list(frames(f"{folder}/{name}"))
        expect(size(f"{folder}/{name}") <= 4096 and len(records) > 1, name)
        equal([record[0] for record in records], [1] + [2] * (len(records) - 1))
        expect(name == "log" or size(f"{folder}/{name}") > 3500, name)
    text = dumped(path)
    seen = times(text)
    equal(seen, list(range(61 - len(seen), 61)))
    expect(len(seen) > 30 and "restarted" not in text, text)


def rotation_fails(folder):
    """It goes on with the file that it has."""
    root, path = Root(folder), f"{folder}/log"
    os.mkdir(f"{folder}/log.new")
    with recording(root, path, "--rotate-size", "4K") as process:
        await_sample(root, path)
        steps(root, path, 40)
        err = ended(process)
        equal(process.returncode, 0)
    equal(err, f"energy log: cannot rotate {path}: Is a directory; going on with it\n")
    equal(times(dumped(path)), list(range(41)))


def rotation_and_rights(folder):
    """The new file is for whom the old one was; and what is in its way is not followed."""
    root, path = Root(folder), f"{folder}/log"
    with open(f"{folder}/victim", "w", encoding="utf-8") as file:
        file.write("precious")
    os.symlink("victim", f"{folder}/log.new")
    with recording(root, path, "--rotate-size", "4K") as process:
        await_sample(root, path)
        os.chmod(path, 0o640)
        if not os.geteuid():
            os.chown(path, NOBODY, NOBODY)
        before = os.stat(path)
        while not os.path.exists(f"{path}.1"):
            steps(root, path, 1)
        equal(ended(process), "")
    after = os.stat(path)
    expect(after.st_ino != before.st_ino)
    equal((after.st_mode, after.st_uid, after.st_gid),
          (before.st_mode, before.st_uid, before.st_gid))
    with open(f"{folder}/victim", encoding="utf-8") as file:
        equal(file.read(), "precious")


def moved_away(folder):
    """By logrotate, or removed: nothing goes where nobody looks for it."""
    for words in ((), ("--text",)):
        root, path = Root(folder + "/" + "".join(words)), f"{folder}/log"
        with recording(root, path, *words) as process:
            await_sample(root, path)
            os.rename(path, path + ".old")
            steps(root, path, 2)
            os.unlink(path)
            steps(root, path, 1)
            equal(ended(process),
                  2 * f"energy log: {path} was moved or removed; going on with a new one\n")
        equal(times(dumped(path + ".old")), [0])
        equal(times(dumped(path)), [3])
        if not words:
            equal([record[0] for record in frames(path)], [1, 2])
        os.unlink(path)


def appended_text(folder):
    """Of which boot the text is that is there, it does not tell: no interval goes across."""
    root, path = Root(folder), f"{folder}/log"
    for _ in range(2):
        energy("log", "--root", root.path, "--text", "--count", "1", path)
        root.step()
    equal([sample.count("restarted=1") for sample in dumped(path).split("-------\n")],
          [0, 1, 0])


def ends_by_signal(folder):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        root, path = Root(f"{folder}/{number}"), f"{folder}/{number}/log"
        with recording(root, path) as process:
            await_sample(root, path)
            equal((ended(process, number), process.returncode), ("", 0))
        equal(times(dumped(path)), [0])


def loaded_anew(folder):
    """Unloaded, which is waited for; and loaded anew, which is noted even if it cannot be seen."""
    root, path = Root(folder), f"{folder}/log"
    module = f"{root.path}/sys/module/energy_core"
    with recording(root, path) as process:
        await_sample(root, path)
        root.remove(SYS)
        expect(process.stderr.readline().endswith(
            "No such file or directory (is energy_core loaded? modprobe energy_rapl_msr; "
            "is debugfs mounted?); waiting for it\n"))
        os.mkdir(f"{folder}/other")
        shutil.rmtree(module)
        os.rename(f"{folder}/other", module)
        root.step()
        equal(process.stderr.readline(), f"energy log: {root.path}/{SYS} is back\n")
        await_that(lambda: len(list(frames(path))) == 4)
        equal(ended(process), "")
    equal([record[0] for record in frames(path)], [1, 2, 1, 2])
    first, second = dumped(path).split("-------\n")[:2]
    expect("restarted" not in first and "\nrestarted=1\n" in second, first, second)


def another_boot(folder):
    root, path = Root(folder), f"{folder}/log"
    energy("log", "--root", root.path, "--count", "1", path)
    root.write("proc/sys/kernel/random/boot_id", "cccc\n")
    energy("log", "--root", root.path, "--count", "1", path)
    energy("log", "--root", root.path, "--count", "1", path)
    equal([sample.count("restarted=1") for sample in dumped(path).split("-------\n")],
          [0, 1, 0, 0])


def one_at_a_time(folder):
    root, path = Root(folder), f"{folder}/log"
    with recording(root, path) as process:
        await_sample(root, path)
        done = energy("log", "--root", root.path, "--count", "1", path)
        equal((done.returncode, done.stderr), (
            1, f"energy log: cannot lock {path}: another energy log is writing to it\n"))
        equal(ended(process), "")


def progress(folder):
    root, path = Root(folder), f"{folder}/log"
    terminal = Terminal("log", "--root", root.path, "--interval", "0.001", path)
    terminal.wait_for(b"energy log: 1 samples")
    root.step(watts=12.5)
    terminal.wait_for(b"energy log: 2 samples")
    terminal.wait_for(b"12.500 W")
    root.remove(SYS)
    terminal.wait_for(b"\r\x1b[Kenergy log: cannot open")
    terminal.process.send_signal(signal.SIGTERM)
    equal(terminal.finish(), 0)
    expect(re.search(rb"energy log: 2 samples, \d+ bytes, 0:00:\d\d, 12.500 W\r\n$",
                     terminal.output), terminal.output)


def hostile_text(folder):
    path = f"{folder}/log"
    with open(path, "wb") as file:
        file.write(b"timestamp=1\npid=0 comm=\x1b[2J\x9b\n---\n")
    equal(dumped(path), "timestamp=1\npid=0 comm=\\033[2J\\233\n-------\n")


def hostile_sizes(folder):
    """Little memory is enough for what little there is, whatever it says or unpacks to."""
    path, sample = f"{folder}/log", "timestamp={}000000000\npid=0 energy=1.000 comm=*system*\n"
    zeros = zlib.compress(bytes(200 << 20))
    lies = b"".join(packed(2, bytes(stored), length, length) for stored, length in (
        (9, 0xffffffff), (9, 1 << 30), (500000, 1 << 30), (9, 128 << 20), (500000, 128 << 20)))
    many = (sample.format(1002) + "pid=0\n" * (1 << 20)).encode()
    packer = zlib.compressobj(strategy=zlib.Z_HUFFMAN_ONLY)
    with open(path, "wb") as file:
        file.write(framed(2, sample.format(1001), len(sample.format(1001))) + lies +
                   packed(2, zeros, 200 << 20, 0) +
                   packed(2, packer.compress(many) + packer.flush(), len(many), len(many)) +
                   framed(2, sample.format(1003), len(sample.format(1003))))

    def set_limit():
        resource.setrlimit(resource.RLIMIT_AS, (96 << 20, 96 << 20))

    done = energy("log", "--dump", path, preexec_fn=set_limit)
    equal((done.returncode, done.stderr), (0, "energy log: damaged records left out: 7\n"))
    equal(times(done.stdout), [1, 3])


def largest_sample(folder):
    """More than a record holds is lost, and counted."""
    root, path = Root(folder), f"{folder}/log"
    listing = root.sys() + "pid=7 comm=x\n" * (256 << 10)
    for words in ((), ("--text",)):
        root.write(SYS, listing)
        with recording(root, path, *words) as process:
            equal(process.stderr.readline(), "energy log: a sample is larger than a record can "
                  "be (128 MiB or 262144 lines) and is lost\n")
            root.write(SYS, listing[:-(13 << 10)])
            await_that(lambda: size(path) > 10000)
            expect("samples lost in all: " in ended(process))
            equal(process.returncode, 1)
        equal(times(dumped(path)), [0])
        os.unlink(path)


def begins_with_zeros(folder):
    """As a crash of the machine may leave it; or the first bytes of a record."""
    root = Root(folder)
    for number, (words, begin, damaged) in enumerate((
            ((), bytes(9000), 1), ((), b"\x89ENL", 1), (("--text",), bytes(9000), 1))):
        path = f"{folder}/{number}"
        with open(path, "wb") as file:
            file.write(begin)
        done = energy("log", "--root", root.path, *words, "--count", "1", path)
        equal((done.returncode, done.stderr), (0, ""))
        done = energy("log", "--dump", path)
        equal((done.returncode, done.stderr),
              (0, f"energy log: damaged records left out: {damaged}\n"))
        equal(times(done.stdout), [0])
    with open(path, "wb") as file:
        file.write(b"GIF89a\0\0")
    for words in ((), ("--text",)):
        done = energy("log", "--root", root.path, *words, "--count", "1", path)
        expect("is something else" in done.stderr, done.stderr)


def nothing_to_read(folder):
    root, path = Root(folder), f"{folder}/log"
    root.write(SYS, "hello\n")
    done = energy("log", "--root", root.path, path)
    equal((done.returncode, done.stderr), (
        1, f"energy log: {root.path}/{SYS} is no energy listing: it has no timestamp\n"))
    root.remove(SYS)
    done = energy("log", "--root", root.path, path)
    equal(done.returncode, 1)
    expect("(is energy_core loaded? modprobe energy_rapl_msr" in done.stderr, done.stderr)
    done = energy("log", "--dump", f"{folder}/none")
    equal((done.returncode, done.stderr), (
        1, f"energy log: cannot open {folder}/none: No such file or directory\n"))


def full_dump(folder):
    root, path = Root(folder), f"{folder}/log"
    energy("log", "--root", root.path, "--count", "1", path)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([ENERGY, "log", "--dump", path], stdout=full, text=True,
                              stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    equal((done.returncode, done.stderr),
          (1, "energy log: cannot write: No space left on device\n"))


CASES = (
    ("log: records as FORMAT.md has them", written_frames),
    ("log: --all", everything),
    ("log: --text", plain_text),
    ("log: SIGKILL at any time", killed),
    ("log: a torn record, and what is appended to it", torn),
    ("log: a full disk", no_room),
    ("log: a full device", full_device),
    ("log: rotation", rotation),
    ("log: rotation that fails", rotation_fails),
    ("log: rotation keeps owner and mode", rotation_and_rights),
    ("log: a file that is moved away", moved_away),
    ("log: text that is appended to text", appended_text),
    ("log: SIGINT, SIGTERM and SIGHUP end it in good order", ends_by_signal),
    ("log: the module is unloaded and loaded", loaded_anew),
    ("log: another boot", another_boot),
    ("log: one writer at a time", one_at_a_time),
    ("log: progress on a terminal", progress),
    ("log: hostile text in a recording", hostile_text),
    ("log: hostile sizes in a recording", hostile_sizes),
    ("log: a sample that is too large", largest_sample),
    ("log: a file that begins with zeros", begins_with_zeros),
    ("log: nothing to read", nothing_to_read),
    ("log: --dump to a full disk", full_dump),
)
