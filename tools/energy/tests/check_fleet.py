# SPDX-License-Identifier: GPL-2.0-only
"""What a fleet needs: the files in export/fleet, and a real Prometheus that scrapes exporters."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

from exporter import Exporter, cgroup_list, login, replaced
from listings import Machine
from program import ENERGY, Skipped, busy_machine, energy, equal, expect, one_second, written
from prometheus import Prometheus, tool

FLEET = pathlib.Path(__file__).resolve().parent.parent / "export/fleet"
MOST_EXPOSED = 2.5
NAMES = re.compile(r"\benergy_[a-z_]+\b")


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=120, check=False, **more)
    expect(done.returncode == 0, words, done.stdout, done.stderr)
    return done.stdout + done.stderr


def parsed(text):
    try:
        import yaml
    except ImportError as error:
        raise Skipped("python3-yaml is not installed") from error
    return list(yaml.safe_load_all(text))


def yaml_of(name):
    with open(FLEET / name, encoding="utf-8") as file:
        return parsed(file.read())


def accepted(folder, words):
    """Does the command line take all of them? Asked for help at the end, it serves nothing."""
    done = energy(*words, "--help", cwd=folder)
    equal((words, done.returncode, done.stderr), (words, 0, ""))


def exported_names(folder):
    """All metrics of ours that there can be."""
    machine = busy_machine()
    one_second(machine)
    text = machine.debugfs().replace(
        "billed=1 gaps=0", "billed=1 measured_nj=1 attributed_nj=1 unattributed_nj=0 idle_nj=0 "
        "pending_nj=0 gaps=0").replace("procs=3", "procs=3\nunbalanced=0\ndrift_ns=5")
    done = energy("export", "--once", "--file", written(folder, text), "--cgroups-file",
                  replaced(f"{folder}/cgroups", cgroup_list(machine, (1, 0, "/", 5))))
    return set(re.findall(r"(?m)^# TYPE (\S+)", done.stdout))


def expressions():
    """Those of the dashboard, with its variables as Grafana fills them in."""
    with open(FLEET / "dashboard.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    found = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [re.sub(r"\$(__rate_interval|__range)", "5m", expr)
            .replace("$job", ".*").replace("$instance", ".*") for expr in found]


def rules(_folder):
    promtool = tool("promtool")
    expect("SUCCESS" in run(promtool, "check", "rules", FLEET / "rules.yml"))
    expect("SUCCESS" in run(promtool, "check", "config", FLEET / "prometheus.yml"))


def metrics_asked_for(folder):
    """Rules and dashboard ask for nothing that is not exported or recorded."""
    exported = exported_names(folder)
    recorded = set()
    for group in yaml_of("rules.yml")[0]["groups"]:
        for rule in group["rules"]:
            recorded.add(rule.get("record"))
            for name in re.findall(r"[a-z_]*:?\benergy_[a-z_]+\b(?::[a-z0-9]+)?", rule["expr"]):
                expect(name in exported | recorded, rule, name)
    for expr in expressions():
        for name in NAMES.findall(expr):
            expect(name in exported, expr, name)


def dashboard_form(_folder):
    with open(FLEET / "dashboard.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    panels = dashboard["panels"]
    ids = [panel["id"] for panel in panels]
    equal(len(set(ids)), len(ids))
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        expect(place["x"] + place["w"] <= 24, place)
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        expect(not cells & taken, "overlaps:", panel["title"])
        taken |= cells
        equal(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"})
        equal(len({target["refId"] for target in panel["targets"]}), len(panel["targets"]))
    equal([variable["name"] for variable in dashboard["templating"]["list"]],
          ["datasource", "job", "instance"])


def service(folder):
    if not shutil.which("systemd-analyze"):
        raise Skipped("systemd-analyze is not installed")
    with open(FLEET / "energy-export.service", encoding="utf-8") as file:
        text = file.read()
    words = re.search(r"(?m)^ExecStart=/usr/bin/energy (.*)$", text)[1]
    accepted(folder, [word for word in words.split() if word != "$OPTIONS"])
    # With this program in place of the installed one, and where its page is not looked for.
    unit = replaced(f"{folder}/energy-export.service", text.replace("/usr/bin/energy ",
                                                                    f"{ENERGY} "))
    equal(run("systemd-analyze", "verify", "--man=no", unit), "")
    exposure = run("systemd-analyze", "security", "--offline=yes", unit)
    level = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", exposure)[1])
    expect(level <= MOST_EXPOSED, "exposure", level)


def installed(folder):
    """The unit stands where systemd looks, runs what was installed, and nothing enables it."""
    done = subprocess.run(["make", "-s", "-C", FLEET.parent.parent, "install",
                           f"BUILD={os.path.dirname(ENERGY)}", f"DESTDIR={folder}",
                           "PREFIX=/opt/energy"], capture_output=True, text=True, check=False)
    equal((done.returncode, done.stderr), (0, ""))
    with open(f"{folder}/opt/energy/lib/systemd/system/energy-export.service",
              encoding="utf-8") as file:
        words = re.search(r"(?m)^ExecStart=(\S+) ", file.read())[1]
    equal(words, "/opt/energy/bin/energy")
    expect(os.access(f"{folder}{words}", os.X_OK), words)
    units = [name for _, folders, files in os.walk(folder) for name in folders + files
             if name.endswith((".wants", ".preset"))]
    equal(units, [])


def selects(selector, labels):
    return all(labels.get(name) == value for name, value in selector["matchLabels"].items())


def daemonset(folder):
    namespace, policy, manifest = yaml_of("daemonset.yaml")
    equal([each["kind"] for each in (namespace, policy, manifest)],
          ["Namespace", "NetworkPolicy", "DaemonSet"])
    for each in (policy, manifest):
        equal(each["metadata"]["namespace"], namespace["metadata"]["name"])
    pod = manifest["spec"]["template"]
    expect(selects(manifest["spec"]["selector"], pod["metadata"]["labels"]), pod)
    container, = pod["spec"]["containers"]
    equal(container["command"][:2], ["/usr/bin/energy", "export"])
    accepted(folder, container["command"][1:])
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    equal({mounts[volume["name"]]: volume["hostPath"]["path"]
           for volume in pod["spec"]["volumes"] if "hostPath" in volume},
          {"/host/proc": "/proc", "/sys/kernel/debug": "/sys/kernel/debug"})
    expect(all(mount["readOnly"] for mount in container["volumeMounts"]), mounts)
    expect("--proc=/host/proc" in container["command"], container["command"])
    expect(pod["spec"]["hostPID"], "pids are those of the pod")
    security = container["securityContext"]
    equal(security["capabilities"], {"drop": ["ALL"], "add": ["SYS_ADMIN", "SETUID", "SETGID"]})


def daemonset_exposes(folder):
    """Its command as it stands there, with what the cluster fills in: who gets what."""
    _, policy, manifest = yaml_of("daemonset.yaml")
    pod = manifest["spec"]["template"]
    container, = pod["spec"]["containers"]
    port, = container["ports"]
    expect(not pod["spec"].get("hostNetwork") and "hostPort" not in port, "on the node's address")
    expect(selects(policy["spec"]["podSelector"], pod["metadata"]["labels"]), policy)
    equal(policy["spec"]["policyTypes"], ["Ingress", "Egress"])
    rule, = policy["spec"]["ingress"]
    equal([(each["protocol"], each["port"]) for each in rule["ports"]],
          [("TCP", port["containerPort"])])
    expect(all("podSelector" in peer and "namespaceSelector" in peer for peer in rule["from"]),
           rule)
    volume, = (each for each in pod["spec"]["volumes"] if "secret" in each)
    expect(not volume["secret"].get("optional"), "without a Secret all may read")
    place, = (mount["mountPath"] for mount in container["volumeMounts"]
              if mount["name"] == volume["name"])
    logins = replaced(f"{folder}/logins", "prometheus:secret\n")
    os.chmod(logins, volume["secret"]["defaultMode"])
    fields = {each["name"]: each["valueFrom"]["fieldRef"]["fieldPath"]
              for each in container["env"]}
    equal(fields, {"NODE_NAME": "spec.nodeName", "POD_IP": "status.podIP"})
    for address, host in (("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")):
        if ":" in address and not os.path.exists("/proc/net/if_inet6"):
            continue
        words = [word.replace("$(POD_IP)", address).replace("$(NODE_NAME)", "node")
                 .replace(f":{port['containerPort']}", ":0").replace(f"{place}/", f"{folder}/")
                 for word in container["command"][2:] if os.geteuid() == 0 or "--drop" not in word]
        with Exporter(*words, "--file", written(folder, busy_machine().debugfs()),
                      host=address) as exporter:
            expect(f"serving http://{host}:" in exporter.said, exporter.said)
            for probe in ("livenessProbe", "readinessProbe"):
                asks = container[probe]["httpGet"]
                equal((probe, asks["port"], exporter.ask(asks["path"])[0]),
                      (probe, port["name"], 200))
            equal(exporter.ask()[0], 401)
            equal(exporter.ask(**login("prometheus", "secret"))[0], 200)


def commented_job(folder):
    """The job for a cluster, with its comment signs taken off."""
    with open(FLEET / "prometheus.yml", encoding="utf-8") as file:
        before, mark, job = file.read().partition("  # - job_name: energy-kubernetes\n")
    config = parsed(before + (mark + job).replace("  # ", "  "))[0]
    _, job = config["scrape_configs"]
    found = job.pop("kubernetes_sd_configs")[0]
    # Debian's Prometheus knows no Kubernetes, but all the rest.
    checked = run(tool("promtool"), "check", "config", "--syntax-only",
                  replaced(f"{folder}/prometheus.yml", json.dumps(config)))
    expect("SUCCESS" in checked, checked)
    namespace, _, manifest = yaml_of("daemonset.yaml")
    equal(found, {"role": "pod", "namespaces": {"names": [namespace["metadata"]["name"]]}})
    container, = manifest["spec"]["template"]["spec"]["containers"]
    equal(job["relabel_configs"][0]["regex"], container["ports"][0]["name"])


def formats(folder):
    """By Prometheus' own checker of the text, and its parser of OpenMetrics, when it scrapes."""
    machine = busy_machine()
    one_second(machine)
    for pid, name in enumerate(("\\377", 'a"}\\040b', "\\012", "\\342\\200\\256txt"), 100):
        machine.start(pid, name, nj=10**9)
    done = energy("export", "--once", "--file", written(folder, machine.debugfs()))
    checked = subprocess.run([tool("promtool"), "check", "metrics"], input=done.stdout,
                             capture_output=True, text=True, timeout=60, check=False)
    equal((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))


class Fed:
    """
    A listing that is another one each time it is read: a pipe, and in its place the next one
    before the reader sees the end of this one. So what each scrape found is known.
    """

    def __init__(self, path):
        self.path = path
        self.renew()

    def renew(self):
        os.mkfifo(self.path + ".next")
        os.rename(self.path + ".next", self.path)

    def feed(self, text):
        """Waits until it is read."""
        with open(self.path, "w", encoding="utf-8") as pipe:
            pipe.write(text)
            pipe.flush()
            self.renew()

    def release(self):
        """Who waits to write goes on."""
        os.close(os.open(self.path, os.O_RDONLY | os.O_NONBLOCK))


def use_of(number):
    """What process @number uses in a second, in nJ."""
    return number * 111_111_111 + 7


class Node:
    """A machine of the fleet: what it lives through, and the truth about that."""

    def __init__(self, folder, name, most):
        os.mkdir(f"{folder}/{name}")
        self.fed = Fed(f"{folder}/{name}/all")
        self.machine = Machine()
        self.machine.pass_time(1)
        for number in range(1, 7):
            self.machine.start(number, f"process{number}")
            self.machine.run(number, number * 5 * 10**12)
        # Counters that began long ago: rates are not bent by what they were at zero.
        self.machine.add("idle", 5 * 10**12)
        self.machine.add("unattributed", 10**6)
        self.truth = dict.fromkeys(("measured", "attributed", "idle", "unattributed"), 0)
        self.words = ["--file", self.fed.path, "--max-age", "0", "--processes", str(most)]
        self.exporter = None
        self.failure = None
        self.lived, self.over = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.live_or_fail, daemon=True)

    def start(self, port=0):
        """The listing is read once before the exporter serves."""
        exporter = Exporter(*self.words, "--listen", f"127.0.0.1:{port}")
        feeding = threading.Thread(target=self.fed.feed, args=(self.machine.debugfs(),))
        feeding.start()
        exporter.start()
        feeding.join()
        self.exporter = exporter

    def used(self, account, nj):
        self.truth[account] += nj
        self.truth["measured"] += nj

    def run(self, number, nj):
        self.machine.run(number, nj)
        self.used("attributed", nj)

    def add(self, account, nj):
        self.machine.add(account, nj)
        self.used(account, nj)

    def next(self):
        """A second in which everybody uses some energy, then a scrape."""
        self.machine.pass_time(1)
        for number in self.machine.processes:
            self.run(number, use_of(number))
        self.add("idle", 2_000_000_003)
        self.add("unattributed", 5)
        self.fed.feed(self.machine.debugfs())

    def live(self):
        """Scrapes, of which those of the life are kept when the third after it begins."""
        self.fed.feed(self.machine.debugfs())
        self.lives()
        self.fed.feed(self.machine.debugfs())
        self.fed.feed(self.machine.debugfs())
        self.lived.set()
        while not self.over.is_set():
            self.fed.feed(self.machine.debugfs())

    def lives(self):
        for _ in range(8):
            self.next()

    def live_or_fail(self):
        try:
            self.live()
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            self.failure = error
            self.lived.set()

    def stop_feeding(self):
        self.over.set()
        self.fed.release()
        if self.thread.ident:
            self.thread.join(timeout=20)

    def end(self):
        self.stop_feeding()
        if self.exporter:
            self.exporter.__exit__()


class Changing(Node):
    """Processes overtake each other, come, and end: series come and go."""

    def lives(self):
        self.next()
        self.run(1, 40 * 10**12)
        self.next()
        self.machine.start(9, "newcomer")
        self.run(9, 90 * 10**12)
        self.next()
        self.machine.reap(9)
        self.next()
        self.run(5, 2 * 10**12)
        self.next()
        self.run(6, 10 * 10**12)
        self.machine.reap(1)
        self.next()
        self.next()


class Restarted(Node):
    """The exporter ends, and another one begins."""

    def lives(self):
        for _ in range(3):
            self.next()
        port = self.exporter.port
        equal(self.exporter.stop(), 0)
        self.exporter.__exit__()
        self.start(port)
        self.fed.feed(self.machine.debugfs())
        for _ in range(3):
            self.next()


class Reloaded(Node):
    """energy_core is unloaded and loaded: all counters begin anew."""

    def lives(self):
        for _ in range(3):
            self.next()
        before, self.machine = self.machine, Machine()
        self.machine.time_ns = before.time_ns
        for number in range(1, 7):
            self.machine.start(number, f"process{number}")
        for _ in range(3):
            self.next()


def growth(series):
    """What Prometheus counts between the samples, in whole nanojoules."""
    values = [round(float(number) * 1e9) for _, number in series["values"]]
    return sum(after - before if after >= before else after
               for before, after in zip(values, values[1:]))


def grown(server, metric):
    total = {}
    for series in server.query(f"{metric}[1h]"):
        node = series["metric"]["node"]
        total[node] = total.get(node, 0) + growth(series)
    return total


def config_for(folder, nodes):
    """Ours, with these targets, so often that the test ends soon."""
    config = yaml_of("prometheus.yml")[0]
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    scrape, = config["scrape_configs"]
    scrape.update(scrape_interval="1s", scrape_timeout="1s", static_configs=[
        {"targets": [f"127.0.0.1:{node.exporter.port}"], "labels": {"node": name}}
        for name, node in nodes.items()])
    shutil.copy(FLEET / "rules.yml", folder)
    # JSON is YAML.
    return replaced(f"{folder}/prometheus.yml", json.dumps(config))


def check_truth(server, nodes):
    for name in ("measured", "attributed", "idle", "unattributed"):
        equal((name, grown(server, f"energy_{name}_joules_total")),
              (name, {node: truth.truth[name] for node, truth in nodes.items()}))
    # Those that have a series and the others together, whoever came and went.
    equal(grown(server, "energy_process_joules_total"),
          {node: truth.truth["attributed"] for node, truth in nodes.items()})


def check_sums(server, nodes):
    """PromQL's own."""
    total = sum(node.machine.measured() for node in nodes.values())
    equal(round(server.numbers("sum(energy_measured_joules_total)") * 1e9), total)
    equal(server.numbers("resets(energy_measured_joules_total[1h])", "node"),
          {(node,): float(node == "reloaded") for node in nodes})
    equal(server.numbers('resets(energy_process_joules_total{pid="other"}[1h])', "node"),
          {(node,): float(node == "restarted") for node in nodes})
    equal(server.numbers("count by (node) (energy_process_joules_total)", "node"),
          {(node,): 4.0 for node in nodes})
    # Where nothing begins anew, a series grows from its least to its greatest value.
    metric = 'energy_process_joules_total{node=~"steady|changing"}[1h]'
    found = server.numbers(f"sum by (node) (max_over_time({metric}) - min_over_time({metric}))",
                           "node")
    equal({node: round(joules * 1e9) for (node,), joules in found.items()},
          {node: nodes[node].truth["attributed"] for node in ("steady", "changing")})


def check_recorded(server):
    """
    Books that balance are recorded as power that does. While samples come, one rule sees some
    that another did not; so this is of a time, within the rules' minute, when none came.
    """
    server.wait_for_sample("job:energy_kilowatt_hours:increase1d", time.time() + 2)
    watts = {part: server.numbers(f"job:energy_{part}_watts:sum")
             for part in ("measured", "attributed", "idle")}
    rest = watts["measured"] - watts["attributed"] - watts["idle"] - server.numbers(
        "sum(instance:energy_unattributed_watts:rate1m)")
    expect(watts["idle"] > 0 and abs(rest) < 1e-9 * watts["measured"], watts, rest)
    by_comm = server.numbers('instance_comm:energy_process_watts:rate1m{comm="process6"} '
                             "/ on (instance) "
                             'instance:energy_attributed_watts:rate1m{node="steady"}')
    equal(round(by_comm, 9), round(use_of(6) / sum(map(use_of, range(1, 7))), 9))


def fleet(folder):
    """Four machines whose truth is known to the nanojoule."""
    tool("prometheus")
    nodes = {"steady": Node(folder, "steady", 3), "changing": Changing(folder, "changing", 3),
             "restarted": Restarted(folder, "restarted", 3),
             "reloaded": Reloaded(folder, "reloaded", 3)}
    try:
        for node in nodes.values():
            node.start()
        with Prometheus(config_for(folder, nodes), f"{folder}/data") as server:
            for node in nodes.values():
                node.thread.start()
            for name, node in nodes.items():
                expect(node.lived.wait(timeout=120), name, "is not scraped")
                expect(not node.failure, name, node.failure)
            check_truth(server, nodes)
            check_sums(server, nodes)
            for node in nodes.values():
                node.stop_feeding()
            check_recorded(server)
            for expr in expressions():
                server.query(expr)
    finally:
        for node in nodes.values():
            node.end()


CASES = (
    ("fleet: rules and configuration, by promtool", rules),
    ("fleet: only metrics that there are", metrics_asked_for),
    ("fleet: the dashboard", dashboard_form),
    ("fleet: the systemd unit", service),
    ("fleet: what make install makes of it", installed),
    ("fleet: the Kubernetes manifest", daemonset),
    ("fleet: what it exposes to whom", daemonset_exposes),
    ("fleet: Prometheus' side of that", commented_job),
    ("fleet: the text, by promtool", formats),
    ("fleet: a real Prometheus, and the truth", fleet),
)
