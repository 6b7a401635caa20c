# SPDX-License-Identifier: GPL-2.0-only
"""`energy export --compat`: the names, labels and units that others' dashboards ask for."""

import os

from exporter import Exporter, cgroup_list, labels_of, replaced, value
from program import busy_machine, equal, expect, one_second

CONTAINER = "0123456789abcdef" * 4
POD = "11111111-2222-3333-4444-555555555555"
BURSTABLE = "/kubepods.slice/kubepods-burstable.slice"
POD_PATH = f"{BURSTABLE}/kubepods-burstable-pod{POD.replace('-', '_')}.slice"
SCOPE = f"{POD_PATH}/cri-containerd-{CONTAINER}.scope"
GUEST = "/machine.slice/machine-qemu\\134x2d3\\134x2dweb.scope"

# What Kepler's own list of metrics has: names, and their labels.
KEPLER_PROCESS = {"pid", "comm", "exe", "type", "state", "container_id", "vm_id", "zone"}
KEPLER_CONTAINER = {"container_id", "container_name", "runtime", "state", "zone", "pod_id"}
KEPLER_VM = {"vm_id", "vm_name", "hypervisor", "state", "zone"}
KEPLER_POD = {"pod_id", "pod_name", "pod_namespace", "state", "zone"}
KEPLER = {
    "kepler_node_cpu_usage_ratio": set(),
    "kepler_node_cpu_info": {"processor", "vendor_id", "model_name", "physical_id", "core_id"},
    "kepler_process_cpu_seconds_total": KEPLER_PROCESS - {"state", "zone"},
}
for part in ("", "active_", "idle_"):
    for unit in ("joules_total", "watts"):
        KEPLER[f"kepler_node_cpu_{part}{unit}"] = {"zone", "path"}
for kind, labels in (("process", KEPLER_PROCESS), ("container", KEPLER_CONTAINER),
                     ("vm", KEPLER_VM), ("pod", KEPLER_POD)):
    for unit in ("joules_total", "watts"):
        KEPLER[f"kepler_{kind}_cpu_{unit}"] = labels

SCAPHANDRE_PROCESS = {"pid", "exe", "cmdline", "container_id", "container_runtime",
                      "container_scheduler"}
SCAPHANDRE = {
    "scaph_host_energy_microjoules": {"value_source"},
    "scaph_host_power_microwatts": {"value_source"},
    "scaph_socket_energy_microjoules": {"socket_id"},
    "scaph_socket_power_microwatts": {"socket_id"},
    "scaph_domain_energy_microjoules": {"domain_name", "domain_id", "socket_id"},
    "scaph_domain_power_microwatts": {"domain_name", "domain_id", "socket_id"},
    "scaph_process_power_consumption_microwatts": SCAPHANDRE_PROCESS,
    "scaph_process_cpu_usage_percentage": SCAPHANDRE_PROCESS,
    "scaph_process_memory_bytes": SCAPHANDRE_PROCESS,
}


def domain_lines(seconds):
    """Two packages, one's cores, and the platform."""
    lines = []
    for name, kind, instance, billed, watts in (("package-0", "package", 0, 1, 9),
                                                ("core-0", "core", 0, 0, 4),
                                                ("package-1", "package", 1, 1, 1),
                                                ("psys-0", "psys", 0, 0, 20)):
        nj = watts * seconds * 10**9
        lines.append(f"domain={name} kind={kind} instance={instance} source=rapl_msr "
                     f"billed={billed} measured_nj={nj} attributed_nj=0 unattributed_nj=0 "
                     f"idle_nj={nj // 4 if billed else 0} pending_nj=0 gaps=0")
    return "\n".join(lines)


def listing(machine, seconds):
    return machine.debugfs().replace(
        "domain=package-0 kind=package instance=0 source=rapl_msr billed=1 gaps=0",
        domain_lines(seconds))


def cgroups(machine, seconds):
    nj = seconds * 10**9
    return cgroup_list(machine, (1, 0, "/", 8 * nj), (30, 1, "/kubepods.slice", 6 * nj),
                       (31, 30, BURSTABLE, 6 * nj), (32, 31, POD_PATH, 6 * nj),
                       (33, 32, SCOPE, 5 * nj), (40, 1, "/machine.slice", 2 * nj),
                       (41, 40, GUEST, 2 * nj))


def procfs(folder):
    """12 is in the container, 40 is the guest."""
    for pid, cgroup in ((12, SCOPE), (40, GUEST.replace("\\134", "\\"))):
        os.makedirs(f"{folder}/proc/{pid}")
        replaced(f"{folder}/proc/{pid}/cgroup", f"0::{cgroup}\n")
        replaced(f"{folder}/proc/{pid}/statm", "900 25 10 1 0 5 0\n")
        replaced(f"{folder}/proc/{pid}/cmdline", f"/usr/bin/program-{pid}\0--with\0arguments\0")
        os.symlink(f"/usr/bin/program-{pid}", f"{folder}/proc/{pid}/exe")
    replaced(f"{folder}/proc/cpuinfo", "".join(
        f"processor\t: {number}\nvendor_id\t: GenuineIntel\nmodel name\t: A CPU: fast\n"
        f"physical id\t: {number // 2}\ncore id\t\t: {number % 2}\nflags\t\t: fpu\n\n"
        for number in range(4)))
    return f"{folder}/proc"


def served(folder, *names):
    """After two readings, a second apart."""
    machine = busy_machine()
    one_second(machine)
    proc = procfs(folder)
    files = [replaced(f"{folder}/listing", listing(machine, 1)),
             replaced(f"{folder}/cgroups", cgroups(machine, 1))]
    words = ["--file", files[0], "--cgroups-file", files[1], "--proc", proc, "--max-age", "0",
             "--node-name", "node"]
    for name in names:
        words += ["--compat", name]
    with Exporter(*words) as exporter:
        first = exporter.samples()
        one_second(machine)
        machine.add("exited", 10**9)
        replaced(files[0], listing(machine, 2))
        replaced(files[1], cgroups(machine, 2))
        return first, exporter.samples()


def compare(found, prefix, expected, constant):
    """Every metric is there, and together its samples have all its labels and no other."""
    names = {name for name, _ in found if name.startswith(prefix)}
    equal(names, set(expected))
    for name, labels in expected.items():
        all_labels = set()
        for each in labels_of(found, name):
            expect(set(constant) <= set(each), name, each)
            all_labels |= set(each)
        equal((name, all_labels), (name, labels | set(constant)))


def kepler(folder):
    first, found = served(folder, "kepler")
    expect(not [name for name, _ in first if name.endswith("_watts")], "watts without an interval")
    compare(found, "kepler_", KEPLER, ("node_name",))
    node = {"zone": "package", "path": "package-0", "node_name": "node"}
    for part, joules, watts in (("", "18", "9"), ("active_", "13.5", "6.75"),
                                ("idle_", "4.5", "2.25")):
        equal(value(found, f"kepler_node_cpu_{part}joules_total", **node), joules)
        equal(value(found, f"kepler_node_cpu_{part}watts", **node), watts)
    equal(len(labels_of(found, "kepler_node_cpu_watts")), 4)
    # What is not billed is not split.
    equal(len(labels_of(found, "kepler_node_cpu_idle_joules_total")), 2)
    equal(value(found, "kepler_node_cpu_info", processor="3", vendor_id="GenuineIntel",
                model_name="A CPU: fast", physical_id="1", core_id="1", node_name="node"), "1")
    process = {"pid": "12", "comm": "python3", "exe": "/usr/bin/program-12", "type": "container",
               "container_id": CONTAINER, "node_name": "node"}
    shown = {"state": "running", "zone": "package"}
    equal(value(found, "kepler_process_cpu_joules_total", **process, **shown), "12")
    equal(value(found, "kepler_process_cpu_watts", **process, **shown), "6")
    equal(value(found, "kepler_process_cpu_seconds_total", **process), "1.8")
    equal(value(found, "kepler_process_cpu_watts", pid="40", comm="Web Content", type="vm",
                exe="/usr/bin/program-40", vm_id="web", node_name="node", **shown), "1.5")
    others = {"pid": "other", "node_name": "node", **shown}
    equal(value(found, "kepler_process_cpu_joules_total", **others), "1")
    equal(value(found, "kepler_process_cpu_watts", **others), "1")
    container = {"container_id": CONTAINER, "container_name": "unknown", "runtime": "containerd",
                 "pod_id": POD, "node_name": "node", **shown}
    equal(value(found, "kepler_container_cpu_joules_total", **container), "10")
    equal(value(found, "kepler_container_cpu_watts", **container), "5")
    pod = {"pod_id": POD, "pod_name": "unknown", "pod_namespace": "unknown", "node_name": "node",
           **shown}
    equal(value(found, "kepler_pod_cpu_joules_total", **pod), "12")
    equal(value(found, "kepler_pod_cpu_watts", **pod), "6")
    guest = {"vm_id": "web", "vm_name": "web", "hypervisor": "kvm", "node_name": "node", **shown}
    equal(value(found, "kepler_vm_cpu_joules_total", **guest), "4")
    equal(value(found, "kepler_vm_cpu_watts", **guest), "2")
    ratio = float(value(found, "kepler_node_cpu_usage_ratio", node_name="node"))
    equal(round(ratio * os.sysconf("SC_NPROCESSORS_ONLN"), 9), 1.151)


def scaphandre(folder):
    first, found = served(folder, "scaphandre")
    expect(not [name for name, _ in first if "power" in name], "power without an interval")
    compare(found, "scaph_", SCAPHANDRE, ())
    host = {"value_source": "powercap_rapl_psys"}
    equal(value(found, "scaph_host_energy_microjoules", **host), "40000000")
    equal(value(found, "scaph_host_power_microwatts", **host), "20000000")
    equal(value(found, "scaph_socket_energy_microjoules", socket_id="0"), "18000000")
    equal(value(found, "scaph_socket_power_microwatts", socket_id="1"), "1000000")
    core = {"domain_name": "core", "domain_id": "0", "socket_id": "0"}
    equal(value(found, "scaph_domain_energy_microjoules", **core), "8000000")
    equal(value(found, "scaph_domain_power_microwatts", **core), "4000000")
    process = {"pid": "12", "exe": "program-12", "container_id": CONTAINER,
               "cmdline": "/usr/bin/program-12 --with arguments",
               "container_runtime": "containerd", "container_scheduler": "kubernetes"}
    equal(value(found, "scaph_process_power_consumption_microwatts", **process), "6000000")
    equal(value(found, "scaph_process_power_consumption_microwatts", pid="other"), "1000000")
    equal(value(found, "scaph_process_memory_bytes", **process),
          str(25 * os.sysconf("SC_PAGESIZE")))
    usage = float(value(found, "scaph_process_cpu_usage_percentage", **process))
    equal(round(usage * os.sysconf("SC_NPROCESSORS_ONLN"), 6), 90.0)


def without(folder):
    _, found = served(folder)
    expect(not [name for name, _ in found if not name.startswith("energy_")], found)


CASES = (
    ("export: Kepler's names, labels, units", kepler),
    ("export: Scaphandre's names, labels, units", scaphandre),
    ("export: our names alone", without),
)
