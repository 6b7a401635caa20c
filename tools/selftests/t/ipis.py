# SPDX-License-Identifier: GPL-2.0-only
"""Which interrupts a CPU gets from us: the kernel's tracer says who sent each, by its stack.

So the kernel's own, of which there are some on every CPU and more on a slow machine, need no
allowance. What a CPU asks of itself is sent to nobody: that is seen where it is handled.
"""

import contextlib
import os
import re

import formats
import lib

INSTANCE = "/sys/kernel/tracing/instances/ipis"
EVENTS = ("ipi/ipi_send_cpu", "ipi/ipi_send_cpumask")
SENT = re.compile(r": ipi_send_\w+: (?:\(\S+\) )?cpu(mask)?=(?:0x)?([0-9a-f,]+)")
# Before "trace: Add trace_ipi_send_cpu()" (6.4) it is seen in the functions that send them on x86.
KPROBES = "/sys/kernel/tracing/kprobe_events"
FUNCTIONS = {
    "ipis/ipi_send_cpu_to_schedule": "native_smp_send_reschedule cpu=%di:u32",
    "ipis/ipi_send_cpu_to_call": "native_send_call_func_single_ipi cpu=%di:u32",
    "ipis/ipi_send_cpumask": "native_send_call_func_ipi cpumask=+0(%di):x64",
}
# What we ask for with irq_work_queue().
HANDLERS = "early_drain:mod:energy_core"
HANDLED = re.compile(r" \[(\d+)\] .*: early_drain\+\S+ \[energy_core\] <-")
# A trampoline has no name.
FRAME = re.compile(r" => ([^\s+]+)(?:\+0x\S+)?(?: \[(\w+)\])?$")
# What lies below in the stack was interrupted: it has not sent this.
ENTRY = re.compile(r"asm_(sysvec|exc)_|asm_common_interrupt")
BUFFER_KB = 16384


def targets(is_mask, text):
    """The CPUs of one event."""
    if not is_mask:
        return [int(text)]
    mask = int(text.replace(",", ""), 16)
    return [cpu for cpu in range(mask.bit_length()) if mask >> cpu & 1]


def is_ours(stack):
    """Whether one of our functions has called for it: frames from the innermost out."""
    for function, module in stack:
        if module and module.startswith("energy_"):
            return True
        if ENTRY.match(function):
            return False
    return False


def parse(text):
    """Each one sent: (CPUs, stack); and the CPU of each that we handled.

    Between one and its stack there may be others: of other CPUs, and what an interrupt sent there.
    """
    found, handled, waiting, stack = [], [], {}, None
    for line in text.splitlines():
        if frame := FRAME.match(line):
            stack.append(frame.groups())
            continue
        if line.startswith("#"):
            continue
        sender = line.partition("]")[0]
        if sent := SENT.search(line):
            waiting.setdefault(sender, []).append(targets(*sent.groups()))
        elif "<stack trace>" in line:
            stack = []
            if waiting.get(sender):
                found.append((waiting[sender].pop(), stack))
        elif by_us := HANDLED.search(line):
            handled.append(int(by_us[1]))
        else:
            raise formats.BadLine(line)
    # Recording may have begun, or ended, between an event and its stack.
    return found, handled


def declare_events():
    """The events that tell of it: the kernel's own, or ours. Those stay until others come."""
    if lib.KERNEL >= (6, 4):
        return EVENTS
    with open(KPROBES, "w", encoding="ascii") as file:
        file.writelines(f"p:{name} {what}\n" for name, what in FUNCTIONS.items())
    return tuple(FUNCTIONS)


@contextlib.contextmanager
def recorded():
    """Interrupts sent from one CPU to others, or handled by us, are recorded; gives a function.

    It stops recording, and returns for each CPU how many of them came from us, and from others.
    """
    events = declare_events()
    os.mkdir(INSTANCE)
    try:
        lib.write(f"{INSTANCE}/tracing_on", 0)
        lib.write(f"{INSTANCE}/buffer_size_kb", BUFFER_KB)
        lib.write(f"{INSTANCE}/options/sym-offset", 1)
        for event in events:
            lib.write(f"{INSTANCE}/events/{event}/trigger", "stacktrace")
            lib.write(f"{INSTANCE}/events/{event}/enable", 1)
        if lib.write(f"{INSTANCE}/set_ftrace_filter", HANDLERS):
            raise RuntimeError(f"there is no {HANDLERS}")
        lib.write(f"{INSTANCE}/current_tracer", "function")
        lib.write(f"{INSTANCE}/tracing_on", 1)

        def stop():
            lib.write(f"{INSTANCE}/tracing_on", 0)
            for cpu in range(os.cpu_count()):
                stats = lib.text(f"{INSTANCE}/per_cpu/cpu{cpu}/stats")
                if int(re.search(r"^overrun: (\d+)", stats, re.M)[1]):
                    raise RuntimeError(f"the tracer lost some: {stats}")
            ours, others = ([0] * os.cpu_count() for _ in range(2))
            sent, handled = parse(lib.text(f"{INSTANCE}/trace"))
            for cpu in handled:
                ours[cpu] += 1
            for cpus, stack in sent:
                counts = ours if is_ours(stack) else others
                for cpu in cpus:
                    counts[cpu] += 1
            return ours, others
        yield stop
    finally:
        lib.write(f"{INSTANCE}/current_tracer", "nop")
        os.rmdir(INSTANCE)
