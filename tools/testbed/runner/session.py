# SPDX-License-Identifier: GPL-2.0-only
"""One run: start QEMU, relay the script's channel, judge the end."""

import contextlib
import ctypes
import fcntl
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty

from . import host, klog, kvm, payload, qemu

TIMED_OUT = 124
GUEST_FAILED = 125
CANNOT_START = 126

ESCAPE = b"\x1d"  # Ctrl-], as in telnet and virsh: leaves an interactive session
PR_SET_PDEATHSIG = 1


class Interrupted(Exception):
    """A signal asks us to end."""


class Channel:
    """Separates the script's output from the guest's markers in one byte stream.

    guest-session writes NUL, the marker, a word and a newline: "start" before the
    script runs, its status afterwards. Everything else is output.
    """

    def __init__(self, marker):
        self.prefix = b"\0" + marker.encode() + b" "
        self.held = b""
        self.started = False
        self.status = None

    def feed(self, data):
        """Take bytes from the guest and return those that are output."""
        data = self.held + data
        out = b""
        while data:
            at = data.find(b"\0")
            if at < 0:
                out, data = out + data, b""
                break
            out, data = out + data[:at], data[at:]
            if not data.startswith(self.prefix[:len(data)]):
                out, data = out + data[:1], data[1:]
                continue
            end = data.find(b"\n")
            if end < 0:
                break  # the rest of a marker is still to come
            word = data[len(self.prefix):end].strip()
            if word == b"start":
                self.started = True
            else:
                self.status = int(word)
            data = data[end + 1:]
        self.held = data
        return out


class Terminal:
    """The caller's terminal in raw mode, restored on the way out whatever happens."""

    def __init__(self, wanted):
        self.fd = sys.stdin.fileno() if wanted else None
        self.saved = None

    def __enter__(self):
        if self.fd is not None and os.isatty(self.fd):
            self.saved = termios.tcgetattr(self.fd)
            tty.setraw(self.fd)
        return self

    def __exit__(self, *_):
        if self.saved:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, self.saved)


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _start(command, work, pass_fd):
    log = os.open(os.path.join(work, "qemu.log"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)
    try:
        return subprocess.Popen([os.path.join(host.TESTBED, "inroot"), *command], cwd=work,
                                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                pass_fds=(pass_fd,), preexec_fn=_die_with_parent,
                                start_new_session=True)
    finally:
        os.close(log)


def _relay(sock, channel, terminal, deadline):
    """Pass bytes both ways until the script has ended, QEMU is gone or time is up."""
    stdin = terminal.fd
    while channel.status is None:
        left = deadline - time.monotonic()
        if left <= 0:
            return
        sources = [sock] if stdin is None else [sock, stdin]
        ready = select.select(sources, [], [], left)[0]
        if sock in ready:
            try:
                data = sock.recv(65536)
            except ConnectionResetError:
                return
            if not data:
                return
            sys.stdout.buffer.write(channel.feed(data))
            sys.stdout.buffer.flush()
        if stdin in ready:
            keys = os.read(stdin, 4096)
            if not keys or (terminal.saved and ESCAPE in keys):
                stdin = None
                if keys:
                    raise Interrupted(signal.SIGINT)
            else:
                sock.sendall(keys)


def _finish(process, deadline):
    """Wait for QEMU's end, up to a deadline; then make sure of it."""
    try:
        process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        pass
    if process.poll() is None:
        process.kill()
        process.wait()
        return False
    return True


def _judge(options, channel, work, ended, timed_out):
    """Return the exit status and the reasons to print."""
    reasons = []
    reports = (klog.problems(klog.read(os.path.join(work, "dmesg.log"))) or
               klog.problems(klog.read(os.path.join(work, "console.log"))))
    for report in reports:
        reasons.append("the guest's kernel reported:\n    " + "\n    ".join(report))
    if channel.status is None and not timed_out:
        tail = klog.read(os.path.join(work, "qemu.log")).splitlines()[-5:]
        reasons.append("QEMU ended before the script did\n    " + "\n    ".join(
            line for line in tail if "doesn't support requested feature" not in line))
    elif timed_out and not channel.started:
        reasons.append(f"the guest did not come up within {options.timeout:g} s")
    elif channel.status is not None and not ended:
        reasons.append("the guest did not power off after the script")
    if reasons:
        return GUEST_FAILED, reasons
    if timed_out:
        return TIMED_OUT, [f"time limit of {options.timeout:g} s passed"]
    return channel.status, []


def _run(options, work):
    guest = host.Guest(options.kernel, options.kernel_dir, options.root)
    accel = kvm.choose(options, guest)
    marker = secrets.token_hex(16)
    size = shutil.get_terminal_size()
    payload.make(os.path.join(work, "payload.tar"), options, guest,
                 {"marker": marker, "tty": int(options.interactive),
                  "rows": size.lines, "columns": size.columns})
    ours, guests = socket.socketpair()
    command = (qemu.machine(options, guest, accel) +
               qemu.channels(options, guest, work, guests.fileno()))
    if not options.no_plugin:
        command += qemu.plugin_args(options, host.plugin())
    if options.profile:
        command += ["-plugin", f"file={host.plugin('profile')},out={options.profile}"]
    channel = Channel(marker)
    deadline = time.monotonic() + options.timeout
    with ours:
        with guests:
            process = _start(command, work, guests.fileno())
        try:
            with Terminal(options.interactive) as terminal:
                _relay(ours, channel, terminal, deadline)
            timed_out = channel.status is None and time.monotonic() >= deadline
            if channel.status is not None:
                ours.sendall(b"\n")
            ended = _finish(process, time.monotonic() if timed_out else
                            max(deadline, time.monotonic() + 30))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return _judge(options, channel, work, ended, timed_out)


def _work_dir(name):
    """Make the run's directory, and hold it: a named one can be in use."""
    os.makedirs(host.BUILD, exist_ok=True)
    if not name:
        work = tempfile.mkdtemp(prefix="run-", dir=host.BUILD)
    else:
        work = os.path.join(host.BUILD, name)
        os.makedirs(work, exist_ok=True)
    lock = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise host.SetupError(f"{work} is in use by another run") from error
    for log in ("console.log", "dmesg.log"):
        if os.path.exists(os.path.join(work, log)):
            os.unlink(os.path.join(work, log))
    return work


def _on_signal(number, _frame):
    raise Interrupted(number)


def main(options):
    """Run a script in a guest and return the exit status of the whole."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    work = None
    try:
        if os.geteuid():
            raise host.SetupError("must be root (QEMU runs in a root of its own)")
        work = _work_dir(options.name)
        status, reasons = _run(options, work)
    except host.SetupError as error:
        print(f"run: {error}", file=sys.stderr)
        status, reasons = CANNOT_START, []
    except OSError as error:
        print(f"run: {error}", file=sys.stderr)
        status, reasons = CANNOT_START, []
    except Interrupted as error:
        status, reasons = 128 + error.args[0], []
    for reason in reasons:
        print(f"run: {reason}", file=sys.stderr)
    if work:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(work, "payload.tar"))
        shutil.rmtree(os.path.join(work, "index"), ignore_errors=True)
        if reasons:
            print(f"run: logs are in {work}", file=sys.stderr)
        elif not options.name:
            shutil.rmtree(work)
    return status
