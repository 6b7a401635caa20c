#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=initfaults timeout=600 topology=1x2
"""Each step of loading fails in turn: nothing is left behind, and the next load works."""

import errno
import os

import hardware
import harness
import lib
import tasks

CORE = "energy_core"
MSR = "energy_rapl_msr"
POWERCAP = "energy_rapl_powercap"
PMU = "energy_pmu_instr"
VM = "energy_vm_fallback"

# What a module calls to be loaded that can fail, what it returns then, and what comes of it; each
# of its calls fails once. Where another one calls it for the module: that one's name, and all of
# its calls fail: a worker tries again as zones come.
# What fails for want of memory alone is here too: a stock kernel has no other way to do that.
STEPS = {
    CORE: (
        ("__alloc_percpu_gfp pcpu_alloc_noprof", 0, errno.ENOMEM),
        ("__kmem_cache_create_args", 0, errno.ENOMEM),
        # modprobe takes EEXIST for success
        ("tracepoint_probe_register", -errno.EEXIST, errno.EBUSY),
        ("tracepoint_probe_register", -errno.ENOMEM, errno.ENOMEM),
        ("kthread_create_on_node", -errno.EINTR, errno.EINTR),
        ("kthread_create_on_node", -errno.ENOMEM, errno.ENOMEM),
        ("register_pm_notifier", -errno.EEXIST, errno.EBUSY),
        ("proc_mkdir", 0, errno.ENOMEM),
        ("proc_create_data", 0, errno.ENOMEM),
    ),
    MSR: (
        ("rdmsrq_safe_on_cpu rdmsrl_safe_on_cpu", -errno.EIO, None),
        ("energy_source_register", -errno.EBUSY, errno.EBUSY),
        ("__cpuhp_setup_state", -errno.ENOSPC, errno.ENOSPC),
    ),
    POWERCAP: (
        ("powercap_register_control_type", -errno.ENOMEM, errno.ENOMEM),
        ("class_interface_register", -errno.ENOMEM, errno.ENOMEM),
        ("alloc_workqueue_noprof alloc_workqueue", 0, errno.ENOMEM),
        ("energy_source_register", -errno.EBUSY, errno.EBUSY, "kworker"),
        ("__cpuhp_setup_state", -errno.ENOSPC, errno.ENOSPC),
    ),
    PMU: (
        ("energy_meter_register", -errno.EBUSY, errno.EBUSY),
        ("__cpuhp_setup_state", -errno.ENOSPC, errno.ENOSPC),
        # on all CPUs: by each one's own thread
        ("perf_event_create_kernel_counter", -errno.ENOMEM, errno.ENODEV, "cpuhp"),
    ),
    VM: (
        ("powercap_register_control_type", -errno.ENOMEM, errno.ENOMEM),
        ("powercap_register_zone", -errno.ENOMEM, errno.ENOMEM),
        ("energy_zones_disown", -errno.ENOMEM, errno.ENOMEM),
        ("energy_source_register", -errno.EBUSY, errno.EBUSY),
        ("energy_proc_file_add", -errno.ENOMEM, errno.ENOMEM),
    ),
}
SETTINGS = {VM: ("powercap_zone=a-zone",)}
# What files and directories there are of ours while all is well, with the core alone.
PLACES = ("/proc/energy", "/sys/kernel/debug/energy", "/sys/devices/virtual/powercap")
# So many calls of one function at most; registers are read more often.
CALLS_MAX = 12
ALL_CALLS = 0
NO_CALL = -1
DENIED = "/sys/module/energy_denied/parameters"


def deny(names, result, program):
    """Get ready to have a function fail, under the name that this kernel has for it; or None."""
    for symbol in names.split():
        done = lib.command("modprobe", "energy_denied", f"symbol={symbol}", f"result={result}",
                           f"program={program}", check=False)
        if not done.returncode:
            return symbol
    return None


def traces():
    """What is there of ours."""
    found = []
    for place in PLACES:
        for directory, _, files in os.walk(place):
            found += [directory, *(f"{directory}/{name}" for name in files)]
    hooks = [line for line in lib.text("/sys/devices/system/cpu/hotplug/states").splitlines()
             if "energy" in line]
    return sorted(found) + hooks


def fail_call(module, path, nth):
    """Load a module, the nth call of a function failing.

    Returns the error, 0 if it loaded; and whether there were as many calls.
    """
    lib.write(f"{DENIED}/nth", nth)
    lib.write(f"{DENIED}/calls", 0)
    done = lib.command("insmod", path, *SETTINGS.get(module, ()), check=False)
    reached = int(lib.text(f"{DENIED}/calls")) >= max(nth, 1)
    if not done.returncode:
        return 0, reached
    said = done.stderr.rpartition(": ")[2].strip()
    number = next((code for code in errno.errorcode if os.strerror(code) == said), said)
    return number, reached


def check_step(tap, module, path, step):
    """Each call of one function."""
    names, result, want, *program = step
    before, wrong, nth = traces(), [], 0
    symbol = deny(names, result, *(program or ["insmod"]))
    if not tap.ok(symbol, f"there is {names}"):
        return
    while nth < (1 if program else CALLS_MAX):
        nth += 1
        error, reached = fail_call(module, path, ALL_CALLS if program else nth)
        if not reached:
            break
        # None: the module may do without what that call was for
        if error != want and want is not None:
            wrong.append(f"call {nth}: {error}, wanted {want}")
        if lib.loaded(module) != (error == 0):
            wrong.append(f"call {nth}: loaded: {lib.loaded(module)}")
        if lib.loaded(module):
            lib.command("rmmod", module)
        if traces() != before:
            wrong.append(f"call {nth}: left behind: {set(traces()) ^ set(before)}")
    else:
        nth += 1
    if lib.loaded(module):
        lib.command("rmmod", module)
    lib.command("rmmod", "energy_denied")
    tap.ok(nth > 1 and not wrong,
           f"{module}: {symbol} fails, {nth - 1} calls: it refuses, and leaves nothing", *wrong)


def check_module(tap, module):
    """Each step of a module, and then it loads."""
    path = lib.path_of(module)
    for step in STEPS[module]:
        check_step(tap, module, path, step)
    lib.command("modprobe", module, *SETTINGS.get(module, ()))
    tap.ok(lib.loaded(module), f"{module} loads afterwards")


def check_one_cpu(tap):
    """A CPU comes while there is no memory for its event: it is missed, and tried again."""
    lib.command("modprobe", PMU)
    with tasks.Worker("hog", "-j", 2, "-d", 50, "-e", 2000):
        lib.wait_until(lambda: lib.sources().metered == [0, 1])
        hardware.set_online([1], False)
        symbol = deny("perf_event_create_kernel_counter", -errno.ENOMEM, "")
        lib.write(f"{DENIED}/nth", ALL_CALLS)
        said = "no instructions of CPUs 1: "
        lines = lib.dmesg().count(said)
        hardware.set_online([1], True)
        lib.wait_until(lambda: lib.dmesg().count(said) > lines)
        tap.equal((symbol, lib.sources().metered), ("perf_event_create_kernel_counter", [0]),
                  f"{PMU}: a CPU that comes without memory does not count, and the log says so")
        lib.write(f"{DENIED}/nth", NO_CALL)
        lib.wait_until(lambda: lib.sources().metered == [0, 1])
        tap.ok(True, "when there is memory it does")
    lib.command("rmmod", "energy_denied")
    lib.command("rmmod", PMU)


def test(tap):
    """Steps."""
    busy = tasks.Worker("swarm", "-j", 1)
    lib.command("modprobe", "intel_rapl_msr")
    for module in STEPS:
        check_module(tap, module)
        if module == CORE:
            lib.must_set(sample_ns=20 * lib.MS, window_ns=200 * lib.MS)
        else:
            lib.command("rmmod", module)
    check_one_cpu(tap)
    books = lib.settled_listing()
    tap.equal([books.imbalance(), books.imbalance("window_"), books["unbalanced"]], [0, 0, 0],
              "the books balance")
    busy.end()


harness.main(test)
