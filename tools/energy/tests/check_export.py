# SPDX-License-Identifier: GPL-2.0-only
"""`energy export`: what it serves, to whom, and what becomes of it when something is missing."""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import threading

from exporter import (OPENMETRICS, Exporter, cgroup_list, labels_of, login, replaced, rewritten,
                      samples, value)
from program import (ENERGY, ENVIRONMENT, NOBODY, PATIENCE_S, Skipped, busy_machine, energy, equal,
                     expect, one_second, written)

CONTAINER = "0123456789abcdef" * 4
POD = "11111111-2222-3333-4444-555555555555"

# For so long slow clients go on: who holds a connection may do so for ever.
SLOW_S = 300


def used(machine):
    one_second(machine)
    return machine


def both_formats(folder):
    with Exporter("--file", written(folder, used(busy_machine()).debugfs())) as exporter:
        status, headers, text = exporter.ask()
        equal((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        plain = samples(text)
        expect("# TYPE energy_process_joules_total counter\n" in text, text)
        expect("# EOF" not in text, text)
        status, headers, text = exporter.ask(Accept=OPENMETRICS)
        equal((status, headers["Content-Type"]),
              (200, "application/openmetrics-text; version=1.0.0; charset=utf-8"))
        expect("# TYPE energy_process_joules counter\n" in text, text)
        expect("# UNIT energy_process_joules joules\n" in text, text)
        expect(text.endswith("# EOF\n"), text)
        equal(samples(text), plain)
        equal(exporter.stop(), 0)
        equal(exporter.said, f"energy export: serving http://127.0.0.1:{exporter.port}/metrics\n")


def values_served(folder):
    machine = used(busy_machine())
    machine.run(12, 1)
    machine.add("pending", 3)
    found = samples(energy("export", "--once", "--file", written(folder, machine.debugfs())).stdout)
    for name, expected in (("up", "1"), ("measured_joules_total", "10.000000004"),
                           ("attributed_joules_total", "7.500000001"),
                           ("idle_joules_total", "2"), ("unattributed_joules_total", "0.5"),
                           ("exited_joules_total", "0"), ("pending_joules", "0.000000003"),
                           ("samples_total", "42"), ("sample_interval_seconds", "0.1"),
                           ("samples_late_total", "0"), ("drains_total", "42"),
                           ("last_sample_boottime_seconds", "1001")):
        equal((name, value(found, "energy_" + name)), (name, expected))
    equal(value(found, "energy_process_joules_total", pid="12", comm="python3"), "6.000000001")
    equal(value(found, "energy_process_joules_total", pid="40", comm="Web Content"), "1.5")
    equal(value(found, "energy_process_joules_total", pid="other"), "0")
    equal(value(found, "energy_process_cpu_seconds_total", pid="12", comm="python3"), "0.9")
    equal(value(found, "energy_source_info", source="rapl_msr", source_kind="measured",
                domains="package,core,dram,psys"), "1")
    # It has used nothing, and has a series when it does.
    expect("kworker" not in str(found), found)


def bounded_series(folder):
    """12 is named; 40's energy, and that of one who came and went, are the others'."""
    machine = used(busy_machine())
    path = written(folder, machine.debugfs())
    with Exporter("--file", path, "--processes", "1", "--max-age", "0") as exporter:
        found = exporter.samples()
        equal(labels_of(found, "energy_process_joules_total"),
              [{"pid": "12", "comm": "python3"}, {"pid": "other"}])
        one_second(machine)
        machine.add("exited", 250_000_000)
        replaced(path, machine.debugfs())
        found = exporter.samples()
        equal(value(found, "energy_process_joules_total", pid="12", comm="python3"), "12")
        equal(value(found, "energy_process_joules_total", pid="other"), "1.75")
        # 40 takes 12's place: what it used until now is the others' already.
        machine.run(40, 100_000_000_000)
        machine.pass_time(1)
        replaced(path, machine.debugfs())
        found = exporter.samples()
        equal(value(found, "energy_process_joules_total", pid="40", comm="Web Content"), "103")
        equal(value(found, "energy_process_joules_total", pid="other"), "101.75")
        machine.run(40, 1_000_000_000)
        machine.pass_time(1)
        replaced(path, machine.debugfs())
        found = exporter.samples()
        equal(value(found, "energy_process_joules_total", pid="40", comm="Web Content"), "104")
        equal(value(found, "energy_process_joules_total", pid="other"), "101.75")


def module_reloaded(folder):
    machine = used(busy_machine())
    path = written(folder, machine.debugfs())
    with Exporter("--file", path, "--processes", "1", "--max-age", "0") as exporter:
        exporter.samples()
        one_second(machine)
        replaced(path, machine.debugfs())
        exporter.samples()
        machine = busy_machine()
        machine.pass_time(2)
        machine.run(12, 5_000_000)
        machine.run(40, 3_000_000)
        replaced(path, machine.debugfs())
        found = exporter.samples()
        equal(value(found, "energy_process_joules_total", pid="12", comm="python3"), "0.005")
        equal(value(found, "energy_process_joules_total", pid="other"), "1.503")


def one_reading(folder):
    with Exporter("--file", written(folder, busy_machine().debugfs()),
                  "--max-age", "1000") as exporter:
        for headers in ({}, {"Accept": OPENMETRICS}, {}):
            found = exporter.samples(**headers)
            equal(value(found, "energy_exporter_readings_total"), "1")
        equal(exporter.ask("/healthz")[0], 200)
        equal(exporter.samples(), found)
    # Who only asks whether it can be read has one reading, too.
    path = written(folder, busy_machine().debugfs())
    with Exporter("--file", path, "--max-age", "1000") as exporter:
        equal(exporter.ask("/healthz")[0], 200)
        os.unlink(path)
        equal(exporter.ask("/healthz")[0], 200)


def probes_take_nothing_in(folder):
    """A series that appears while nobody scrapes is new to who scrapes next."""
    machine = used(busy_machine())
    path = written(folder, machine.debugfs())
    with Exporter("--file", path, "--processes", "1", "--max-age", "0") as exporter:
        exporter.samples()
        machine.start(50, "newcomer")
        machine.run(50, 30 * 10**9)
        machine.pass_time(1)
        replaced(path, machine.debugfs())
        equal(exporter.ask("/healthz")[0], 200)
        machine.run(50, 5 * 10**9)
        machine.pass_time(1)
        replaced(path, machine.debugfs())
        found = exporter.samples()
        equal(value(found, "energy_process_joules_total", pid="50", comm="newcomer"), "35")
        # Whose 35 J nobody has seen grow.
        equal(value(found, "energy_process_joules_total", pid="other"), "35")
        equal(value(found, "energy_exporter_readings_total"), "2")


def hostile_names(folder):
    machine = busy_machine()
    for pid, name in enumerate(('a"}\\0401\\012energy_up\\0400\\012', "\\033[31mEVIL\\007",
                                "\\342\\200\\256txt", "\\377\\376", "back\\134slash",
                                "raw\033[2Jraw"), 100):
        machine.start(pid, name)
        machine.run(pid, 1_000_000_000)
    found = samples(energy("export", "--once", "--file", written(folder, machine.debugfs())).stdout)
    names = [labels.get("comm") for labels in labels_of(found, "energy_process_joules_total")]
    equal(names[:-1], ['a\\"} 1\\\\012energy_up 0\\\\012', "\\\\033[31mEVIL\\\\007",
                       "\\\\342\\\\200\\\\256txt", "\\\\377\\\\376", "back\\\\slash",
                       "raw\\\\033[2Jraw"])
    equal(value(found, "energy_up"), "1")


def nothing_measured(folder):
    """Not 0 J: unknown. The model's numbers have another name."""
    machine = used(busy_machine(kind="none"))
    found = samples(energy("export", "--once", "--compat", "kepler", "--compat", "scaphandre",
                           "--file", written(folder, machine.debugfs())).stdout)
    names = {name for name, _ in found}
    equal([name for name in names if "joules" in name and "domain" not in name],
          ["energy_process_model_joules_total"])
    expect(not [name for name in names if name.startswith("scaph") or "kepler_process" in name],
           names)
    equal(value(found, "energy_process_model_joules_total", pid="12", comm="python3"), "6")
    equal(value(found, "energy_source_info", source="none", source_kind="none", domains="none"),
          "1")


def pid_listed_twice(folder):
    """A dead process and the one that has its pid now: one series, the newer's."""
    machine = used(busy_machine())
    text = machine.debugfs()
    record = [line for line in text.split("\n") if line.startswith("pid=12 ")][0]
    text = text.replace(record, record + "\n" + record.replace("energy_nj=6", "energy_nj=5"))
    found = samples(energy("export", "--once", "--file", written(folder, text)).stdout)
    equal(value(found, "energy_process_joules_total", pid="12", comm="python3"), "6")


def domains_served(folder):
    text = used(busy_machine()).debugfs().replace(
        "domain=package-0 kind=package instance=0 source=rapl_msr billed=1 gaps=0",
        "domain=package-0 kind=package instance=0 source=rapl_msr billed=1 measured_nj=9000000000 "
        "attributed_nj=1 unattributed_nj=0 idle_nj=2500000000 pending_nj=0 gaps=0\n"
        "domain=psys-0 kind=psys instance=0 source=none billed=0 measured_nj=20000000000 "
        "attributed_nj=0 unattributed_nj=0 idle_nj=0 pending_nj=0 gaps=0")
    found = samples(energy("export", "--once", "--file", written(folder, text)).stdout)
    equal(value(found, "energy_domain_joules_total", domain="package-0", kind="package"), "9")
    equal(value(found, "energy_domain_joules_total", domain="psys-0", kind="psys"), "20")
    equal(value(found, "energy_domain_idle_joules_total", domain="package-0", kind="package"),
          "2.5")
    equal(len(labels_of(found, "energy_domain_idle_joules_total")), 1)
    equal(value(found, "energy_domain_info", domain="psys-0", kind="psys", instance="0",
                source="none", billed="0"), "1")


def cgroups_served(folder):
    machine = used(busy_machine())
    burstable = "/kubepods.slice/kubepods-burstable.slice"
    pod = f"{burstable}/kubepods-burstable-pod{POD.replace('-', '_')}.slice"
    listing = written(folder, machine.debugfs())
    path = replaced(f"{folder}/cgroups", cgroup_list(
        machine, (1, 0, "/", 7_500_000_007), (20, 1, "/system.slice", 1_500_000_000),
        (21, 20, "/system.slice/nginx.service", 1_400_000_000),
        (30, 1, "/kubepods.slice", 6 * 10**9), (31, 30, burstable, 6 * 10**9),
        (32, 31, pod, 6 * 10**9),
        (33, 32, f"{pod}/cri-containerd-{CONTAINER}.scope", 5_900_000_000),
        (34, 33, f"{pod}/cri-containerd-{CONTAINER}.scope/inside", 5 * 10**9),
        (40, 1, "/evil\\012name", 7)))
    words = ("export", "--once", "--file", listing, "--cgroups-file", path)
    found = samples(energy(*words).stdout)
    name = "energy_cgroup_joules_total"
    equal(value(found, name, cgroup="/system.slice/nginx.service", unit="nginx.service"), "1.4")
    equal(value(found, name, cgroup="/system.slice", unit="system.slice"), "0.1")
    scope = f"cri-containerd-{CONTAINER}.scope"
    equal(value(found, name, cgroup=f"{pod}/{scope}", unit=scope, runtime="containerd",
                container_id=CONTAINER, pod_uid=POD, qos="burstable"), "5.9")
    equal(value(found, name, cgroup="/evil\\\\012name"), "0.000000007")
    expect("inside" not in str(found), found)
    total = sum(round(float(number) * 1e9) for (metric, _), number in found.items()
                if metric == name)
    equal(total, 7_500_000_007)
    found = samples(energy(*words, "--cgroups", "1").stdout)
    equal([labels["cgroup"] for labels in labels_of(found, name)], [f"{pod}/{scope}", "other"])


def cgroup_started_anew(folder):
    """Removed ones are listed beside the one of their path: one series, and nothing is lost."""
    machine = used(busy_machine())
    name, path = "energy_cgroup_joules_total", f"{folder}/cgroups"
    scope = f"/system.slice/docker-{CONTAINER}.scope"

    def step(total, *cgroups):
        machine.pass_time(1)
        replaced(f"{folder}/listing", machine.debugfs())
        replaced(path, cgroup_list(machine, (1, 0, "/", total), *cgroups))

    step(100, (20, 1, scope, 60))
    with Exporter("--file", f"{folder}/listing", "--cgroups-file", path, "--max-age", "0",
                  "--compat", "kepler") as exporter:
        found = exporter.samples()
        step(150, (20, 1, scope, 70, "removed"), (21, 1, scope, 30, "removed"),
             (22, 1, scope, 5))
        found = exporter.samples()
        served = {labels["cgroup"]: value(found, name, **labels)
                  for labels in labels_of(found, name)}
        # It fell, so that its reader counts 5; the other 35 of the two are the rest's.
        equal(served, {"/": "0.000000045", scope: "0.000000005", "other": "0.00000004"})
        found = {(labels["container_id"], labels["state"]): value(
            found, "kepler_container_cpu_joules_total", **labels)
            for labels in labels_of(found, "kepler_container_cpu_joules_total")}
        equal(found, {(CONTAINER, "terminated"): "0.00000007",
                      (CONTAINER, "running"): "0.000000005"})


def files_go_and_come(folder):
    machine = used(busy_machine())
    path = written(folder, machine.debugfs())
    with Exporter("--file", path, "--max-age", "0") as exporter:
        equal(exporter.ask("/healthz")[0], 200)
        os.unlink(path)
        for _ in range(3):
            found = exporter.samples()
            equal(value(found, "energy_up"), "0")
            expect("energy_process" not in str(found) and "measured" not in str(found), found)
        equal(exporter.ask("/healthz")[0], 503)
        # To start it anew would not help.
        equal(exporter.ask("/livez")[0], 200)
        replaced(path, machine.debugfs()[:-30])
        equal(value(exporter.samples(), "energy_up"), "0")
        replaced(path, machine.debugfs())
        equal(value(exporter.samples(), "energy_up"), "1")
        equal(exporter.stop(), 0)
        said = exporter.said.split("\n")
        equal(said[1:], [f"energy export: cannot open {path}: No such file or directory",
                         f"energy export: {path} can be read again", ""])


def torn_cgroups(folder):
    """A list without its end: what is missing there is nobody else's."""
    machine = used(busy_machine())
    whole = cgroup_list(machine, (1, 0, "/", 100), (20, 1, "/system.slice", 60))
    path = replaced(f"{folder}/cgroups", whole)
    with Exporter("--file", written(folder, machine.debugfs()), "--cgroups-file", path,
                  "--max-age", "0") as exporter:
        exporter.samples()
        replaced(path, whole[:-3])
        equal(value(exporter.samples(), "energy_up"), "0")
        equal(exporter.ask("/healthz")[0], 503)
        replaced(path, whole)
        equal(exporter.ask("/healthz")[0], 200)
        found = exporter.samples()
        equal(value(found, "energy_cgroup_joules_total", cgroup="/"), "0.00000004")


def not_there(folder):
    done = energy("export", "--file", f"{folder}/none")
    equal((done.returncode, done.stdout), (1, ""))
    equal(done.stderr, f"energy export: cannot open {folder}/none: No such file or directory\n")
    done = energy("export", "--once", "--file", written(folder, busy_machine().debugfs()),
                  "--cgroups-file", f"{folder}/none")
    equal((done.returncode, done.stdout), (1, ""))


def no_debugfs(folder):
    """The host's procfs, mounted elsewhere; and who may only read its own cgroup's file."""
    machine = used(busy_machine())
    os.mkdir(f"{folder}/energy")
    replaced(f"{folder}/energy/cgroup", machine.cgroup())
    done = energy("export", "--once", "--no-debugfs", "--proc", folder)
    equal(done.stderr, "energy export: only this cgroup's processes may be read, in "
          f"{folder}/energy/cgroup (try sudo)\n")
    found = samples(done.stdout)
    equal(labels_of(found, "energy_process_joules_total"),
          [{"pid": "12", "comm": "python3"}, {"pid": "40", "comm": "Web Content"}])
    expect(value(found, "energy_measured_joules_total") is None, found)
    replaced(f"{folder}/energy/all", machine.proc_all())
    replaced(f"{folder}/energy/cgroups", cgroup_list(machine, (1, 0, "/", 5)))
    found = samples(energy("export", "--once", "--no-debugfs", "--proc", folder).stdout)
    equal(value(found, "energy_measured_joules_total"), "10")
    # What only debugfs tells is not known.
    expect(value(found, "energy_drains_total") is None, found)
    equal(value(found, "energy_cgroup_joules_total", cgroup="/"), "0.000000005")


def methods_and_paths(folder):
    with Exporter("--file", written(folder, busy_machine().debugfs())) as exporter:
        equal(exporter.ask("/")[0], 200)
        equal(exporter.ask("/metrics/..")[0], 404)
        status, headers, text = exporter.ask(method="HEAD")
        equal((status, text), (200, ""))
        expect(int(headers["Content-Length"]) > 1000, headers)
        status, headers, _ = exporter.ask(method="POST", body="x" * 100000)
        equal((status, headers["Allow"]), (405, "GET, HEAD"))
        equal(exporter.ask()[0], 200)


class Slow:
    """Connections that say nothing, or a byte now and then, or do not read what they ask for."""

    ASKS = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"
    SAY = (b"", ASKS + b"X-", (ASKS + b"\r\n") * 50)
    # A record of 512 bytes begins.
    SAY_TLS = (b"", b"\x16\x03\x01\x02\x00\x01", b"")

    def __init__(self, exporter, source, say=SAY):
        self.port, self.source, self.say, self.all = exporter.port, source, say, []

    def come(self, number):
        for _ in range(number):
            client = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S,
                                              (self.source, 0))
            client.setblocking(False)
            # Who is shut down at once cannot send.
            with contextlib.suppress(ConnectionError):
                client.send(self.say[len(self.all) % 3])
            self.all.append(client)

    def drip(self):
        for client in self.all[1::3]:
            with contextlib.suppress(OSError):
                client.send(b"x")

    def is_ended(self, number):
        """By the server; what it has sent before is read."""
        try:
            while self.all[number].recv(65536):
                pass
        except BlockingIOError:
            return False
        except ConnectionError:
            pass
        return True

    def leave(self):
        for client in self.all:
            client.close()


def asked_meanwhile(exporter, clients, certificate=None):
    """The status of an answer, while slow clients go on."""
    found = []
    asking = threading.Thread(
        target=lambda: found.append(exporter.ask(certificate=certificate)[0]), daemon=True)
    asking.start()
    for _ in range(SLOW_S):
        asking.join(1)
        if not asking.is_alive():
            break
        for slow in clients:
            slow.drip()
    return found


def slow_clients(folder, words=(), certificate=None, say=Slow.SAY):
    """More than can be connected, from the scraper's own address and from others."""
    with Exporter("--file", written(folder, used(busy_machine()).debugfs()), *words) as exporter:
        clients = [Slow(exporter, f"127.0.0.{1 + number}", say) for number in range(4)]
        for slow in clients:
            slow.come(60)
            equal(asked_meanwhile(exporter, clients, certificate), [200])
        # The first had to go for the last.
        expect(clients[0].is_ended(0) and clients[1].is_ended(0), "are all connected?")
        for slow in clients:
            slow.leave()
        equal(exporter.ask(certificate=certificate)[0], 200)


def slow_handshakes(folder):
    """Those that never get so far as to ask, among others."""
    cert, key = certificate(folder, "a")
    slow_clients(folder, ("--tls-cert", cert, "--tls-key", key), cert, Slow.SAY_TLS)


def kept_connection(folder):
    """A scraper's stays as long as others have more than it."""
    with Exporter("--file", written(folder, used(busy_machine()).debugfs())) as exporter:
        scraper = http.client.HTTPConnection("127.0.0.1", exporter.port, timeout=PATIENCE_S)
        scraper.connect()
        slow = Slow(exporter, "127.0.0.2")
        for _ in range(3):
            scraper.request("GET", "/metrics")
            answer = scraper.getresponse()
            expect(answer.status == 200 and not answer.will_close, answer.status)
            answer.read()
            slow.come(100)
            # It has taken in all of them when it answers somebody who came later.
            equal(exporter.ask("/healthz")[0], 200)
        expect(slow.is_ended(0), "are all connected?")
        slow.leave()
        scraper.close()


def long_requests(folder):
    with Exporter("--file", written(folder, busy_machine().debugfs())) as exporter:
        equal(exporter.ask(Long="x" * 8000)[0], 200)
        equal(exporter.ask(Long="x" * 20000)[0], 431)
        equal(exporter.ask()[0], 200)


def passwords(folder):
    listing = written(folder, busy_machine().debugfs())
    logins = f"{folder}/logins"
    hashed = "$6$abcdefgh$" + \
        "BgbFTuf/h5EhgGLvv2xiYnumCIvFTdWTgiawdb8tbAsbp/6Bo7/tpzVVjJ1ovp7bIYXGtr1hJIhQR7ItIm2l8/"
    if shutil.which("openssl"):
        hashed = subprocess.run(["openssl", "passwd", "-6", "-salt", "abcdefgh", "se:cret"],
                                capture_output=True, text=True, check=True).stdout.strip()
    replaced(logins, f"# who may read\n\nann:open sesame\nbob:{hashed}\n")
    os.chmod(logins, 0o644)
    done = energy("export", "--file", listing, "--auth", logins)
    equal((done.returncode, done.stderr),
          (1, f"energy export: {logins} is open to others (try chmod 600 {logins})\n"))
    os.chmod(logins, 0o600)
    with Exporter("--file", listing, "--auth", logins) as exporter:
        status, headers, text = exporter.ask()
        equal((status, headers["WWW-Authenticate"]), (401, 'Basic realm="energy"'))
        expect("energy_" not in text, text)
        for name, password, expected in (
                ("ann", "open sesame", 200), ("bob", "se:cret", 200), ("ann", "open", 401),
                ("ann", "", 401), ("bob", hashed, 401), ("bob", "se:cre", 401), ("", "", 401),
                ("eve", "open sesame", 401), ("ann", "open sesameopen sesame", 401)):
            equal((name, password, exporter.ask(**login(name, password))[0]),
                  (name, password, expected))
        equal(exporter.ask("/", **login("ann", "wrong"))[0], 401)
        equal(exporter.ask("/healthz")[0], 200)
        equal(exporter.ask("/livez")[0], 200)
    for text, why in (("ann\n", f"{logins}:1 is not NAME:PASSWORD"),
                      ("\n:x\n", f"{logins}:2 is not NAME:PASSWORD"),
                      ("#\n", f"{logins} has no line NAME:PASSWORD")):
        rewritten(logins, text)
        done = energy("export", "--file", listing, "--auth", logins)
        equal((done.returncode, done.stderr), (1, f"energy export: {why}\n"))


def certificate(folder, name):
    if not shutil.which("openssl"):
        raise Skipped("openssl is not installed")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{folder}/{name}.key",
                    "-out", f"{folder}/{name}.crt", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], capture_output=True, check=True, timeout=60)
    return f"{folder}/{name}.crt", f"{folder}/{name}.key"


def encrypted(folder):
    listing = written(folder, busy_machine().debugfs())
    cert, key = certificate(folder, "a")
    with Exporter("--file", listing, "--tls-cert", cert, "--tls-key", key) as exporter:
        expect("serving https://" in exporter.said, exporter.said)
        status, _, text = exporter.ask(certificate=cert)
        equal((status, value(samples(text), "energy_up")), (200, "1"))
        with socket.create_connection(("127.0.0.1", exporter.port)) as plain:
            plain.settimeout(PATIENCE_S)
            plain.send(b"GET /metrics HTTP/1.0\r\n\r\n")
            try:
                expect(b"energy_" not in plain.recv(65536), "in the clear")
            except ConnectionResetError:
                pass
        equal(exporter.ask(certificate=cert)[0], 200)
    _, other = certificate(folder, "b")
    done = energy("export", "--listen", "127.0.0.1:0", "--file", listing, "--tls-cert", cert,
                  "--tls-key", other)
    equal(done.returncode, 1)
    expect("do the certificate and the key belong together" in done.stderr, done.stderr)


def addresses(folder):
    listing = written(folder, busy_machine().debugfs())
    done = energy("export", "--file", listing, "--listen", "localhost")
    equal(done.returncode, 1)
    expect("not ADDRESS:PORT, such as 127.0.0.1:28200" in done.stderr, done.stderr)
    with Exporter("--file", listing) as exporter:
        address = f"127.0.0.1:{exporter.port}"
        done = energy("export", "--file", listing, "--listen", address)
        equal((done.returncode, done.stderr),
              (1, f"energy export: cannot listen on {address}: Address already in use\n"))


def textfile_once(folder):
    listing = written(folder, used(busy_machine()).debugfs())
    path = f"{folder}/out/energy.prom"
    os.mkdir(f"{folder}/out")
    replaced(path, "old\n")
    done = energy("export", "--file", listing, "--textfile", path, "--once", umask=0o027)
    equal((done.returncode, done.stdout, done.stderr), (0, "", ""))
    equal(os.listdir(f"{folder}/out"), ["energy.prom"])
    equal(os.stat(path).st_mode & 0o777, 0o640)
    with open(path, encoding="utf-8") as file:
        found = samples(file.read())
    equal(value(found, "energy_process_joules_total", pid="12", comm="python3"), "6")
    os.chmod(f"{folder}/out", 0o755)
    done = energy("export", "--file", listing, "--textfile", f"{folder}/none/x.prom", "--once")
    equal((done.returncode, done.stderr), (1, f"energy export: cannot write {folder}/none/x.prom: "
                                           "No such file or directory\n"))


def next_file(folder):
    """Waits until a file was put in place there."""
    expect(signal.sigtimedwait([signal.SIGIO], 20), "nothing was written to", folder)


def textfile_again(folder):
    """Each is whole, and the last one is of the listing that is there now."""
    machine = used(busy_machine())
    listing = written(folder, machine.debugfs())
    os.mkdir(f"{folder}/out")
    path = f"{folder}/out/energy.prom"
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGIO])
    watched = os.open(f"{folder}/out", os.O_RDONLY)
    fcntl.fcntl(watched, fcntl.F_NOTIFY, fcntl.DN_RENAME | fcntl.DN_MULTISHOT)
    words = ("--file", listing, "--textfile", path, "--interval", "0.1")
    process = subprocess.Popen([ENERGY, "export", *words],
                               env=ENVIRONMENT)
    try:
        next_file(folder)
        one_second(machine)
        replaced(listing, machine.debugfs())
        for _ in range(100):
            next_file(folder)
            with open(path, encoding="utf-8") as file:
                found = samples(file.read())
            if value(found, "energy_process_joules_total", pid="12", comm="python3") == "12":
                break
        equal(value(found, "energy_process_joules_total", pid="12", comm="python3"), "12")
        equal(value(found, "energy_process_joules_total", pid="other"), "0")
        process.terminate()
        equal(process.wait(timeout=PATIENCE_S), 0)
        equal(os.listdir(f"{folder}/out"), ["energy.prom"])
    finally:
        process.kill()
        process.wait()
        os.close(watched)


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def as_root():
    if os.geteuid():
        raise Skipped("only root can become another user")


def privileges(folder):
    """Nobody can open the files, and reads them."""
    as_root()
    machine = used(busy_machine())
    listing = written(folder, machine.debugfs())
    cgroups = replaced(f"{folder}/cgroups", cgroup_list(machine, (1, 0, "/", 5)))
    os.chmod(listing, 0o600)
    os.chmod(cgroups, 0o600)
    with Exporter("--file", listing, "--cgroups-file", cgroups, "--max-age", "0",
                  "--drop-privileges", "nobody") as exporter:
        equal(value(exporter.samples(), "energy_up"), "1")
        status = status_of(exporter.process.pid)
        equal(status["Uid"].split("\t"), [str(NOBODY)] * 4)
        equal(status["Gid"].split("\t"), [str(NOBODY)] * 4)
        equal(status["Groups"].split(), [str(NOBODY)])
        equal({status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")},
              {"0000000000000000"})
        equal(status["NoNewPrivs"], "1")
        one_second(machine)
        rewritten(listing, machine.debugfs())
        rewritten(cgroups, cgroup_list(machine, (1, 0, "/", 7)))
        found = exporter.samples()
        equal(value(found, "energy_process_joules_total", pid="12", comm="python3"), "12")
        equal(value(found, "energy_cgroup_joules_total", cgroup="/"), "0.000000007")
    with Exporter("--file", listing, "--drop-capabilities") as exporter:
        status = status_of(exporter.process.pid)
        equal((status["Uid"].split("\t")[0], status["CapPrm"], status["CapEff"]),
              ("0", "0000000000000000", "0000000000000000"))
    done = energy("export", "--file", listing, "--drop-privileges", "no-such-user")
    equal((done.returncode, done.stderr),
          (1, "energy export: cannot drop privileges: there is no user no-such-user "
           "(only root can become another user)\n"))


def privileges_needed_again(folder):
    """A file that must be opened anew (here: one that cannot be read twice) and may not be."""
    as_root()
    listing = f"{folder}/listing"
    os.mkfifo(listing, 0o600)

    def feed():
        with open(listing, "w", encoding="utf-8") as pipe:
            pipe.write(busy_machine().debugfs())
        # Whoever opens it later, the one that is kept among them, finds it empty.
        while not done.is_set():
            with open(listing, "w", encoding="utf-8"):
                pass

    done = threading.Event()
    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    with Exporter("--file", listing, "--drop-privileges", "nobody") as exporter:
        equal(value(exporter.samples(), "energy_up"), "0")
        equal(exporter.wait(), 1)
        expect(f"energy export: {listing} must be opened anew, which takes the privileges that "
               "were dropped: ending, to be started again\n" in exporter.said, exporter.said)
    done.set()
    reader = os.open(listing, os.O_RDONLY | os.O_NONBLOCK)
    feeder.join(timeout=PATIENCE_S)
    os.close(reader)
    expect(not feeder.is_alive(), "the feeder hangs")


def cpu_ms(pid):
    """All that its threads have used."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e6


def cheap_scrapes(folder):
    """10,000 processes: the least of a few scrapes, as others use the machine, too."""
    machine = busy_machine()
    for pid in range(100, 10100):
        machine.start(pid, f"process{pid}", nj=pid * 1_234_567, cpu_ns=pid)
    with Exporter("--file", written(folder, machine.debugfs()), "--max-age", "0") as exporter:
        costs = []
        for _ in range(6):
            before = cpu_ms(exporter.process.pid)
            expect(len(exporter.samples()) < 200, "not bounded")
            costs.append(cpu_ms(exporter.process.pid) - before)
        expect(min(costs) < 50, "milliseconds of CPU time:", costs)


CASES = (
    ("export: Prometheus text and OpenMetrics", both_formats),
    ("export: values", values_served),
    ("export: few series, and one for all others", bounded_series),
    ("export: a module that was reloaded", module_reloaded),
    ("export: one reading for all who ask at once", one_reading),
    ("export: probes take nothing in", probes_take_nothing_in),
    ("export: 10,000 processes in less than 50 ms", cheap_scrapes),
    ("export: hostile names", hostile_names),
    ("export: nothing measured is not 0", nothing_measured),
    ("export: a pid that is listed twice", pid_listed_twice),
    ("export: domains", domains_served),
    ("export: cgroups, containers, pods", cgroups_served),
    ("export: a cgroup is removed, and made anew", cgroup_started_anew),
    ("export: files that go and come back", files_go_and_come),
    ("export: a list of cgroups without its end", torn_cgroups),
    ("export: no files", not_there),
    ("export: the host's procfs, and one cgroup's file", no_debugfs),
    ("export: methods and paths", methods_and_paths),
    ("export: slow clients keep nobody out", slow_clients),
    ("export: nor do slow ones with TLS", slow_handshakes),
    ("export: a scraper keeps its connection", kept_connection),
    ("export: long requests", long_requests),
    ("export: names and passwords", passwords),
    ("export: TLS", encrypted),
    ("export: addresses", addresses),
    ("export: a file for node_exporter", textfile_once),
    ("export: the file again and again", textfile_again),
    ("export: privileges are dropped", privileges),
    ("export: privileges that would be needed again", privileges_needed_again),
)
