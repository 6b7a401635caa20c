# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's command line."""

import os

from . import host

# Why each one is there:
KERNEL_ARGS = (
    "console=ttyS0",
    "loglevel=5",              # WARNING splats must reach the console, "quiet" hides them
    "panic=-1", "oops=panic",  # with -no-reboot: a dead guest ends the run at once
    "mitigations=off", "nopti",  # nopti keeps one CR3 per process, which the truth needs
    "nokaslr",
    "tsc=reliable",            # the watchdog blames the TSC when the host is busy
    "no_timer_check",
    "nmi_watchdog=0",          # there is no PMI, and it would occupy a counter
    # An emulated CPU that waits for one of the host's is not a locked-up CPU:
    # reports stay on, but only after a wait that no busy host explains.
    "watchdog_thresh=60",
    "rcupdate.rcu_cpu_stall_timeout=120",
    "workqueue.watchdog_thresh=120",
)

SYSTEMD_ARGS = (
    "testbed.systemd",         # for guest/init
    "systemd.unit=multi-user.target",
    "systemd.wants=testbed.service",  # the script, once all else is up
    "systemd.show_status=0", "systemd.firstboot=0",  # nobody looks at the console
    "systemd.condition_needs_update=0",  # every guest would do again what an update asks for once
)

# No MONITOR/MWAIT: QEMU's MWAIT spins on more than one CPU, HLT really sleeps.
MODELS = {"intel": "Skylake-Server", "amd": "EPYC"}


def cpu_model(options, accel):
    """Return the -cpu argument."""
    if accel == "kvm":
        return "host"
    # Without virtual power hardware the guest may as well know that it is one.
    hidden = "" if options.no_plugin else ",-hypervisor"
    return f"{MODELS[options.cpu]}{hidden},-monitor"


def accelerator(options, accel):
    """Return the arguments that choose how CPUs are emulated."""
    if accel == "kvm":
        return ["-accel", "kvm"]
    if options.icount:
        return ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"]
    return ["-accel", "tcg,thread=multi"]


def plugin_args(options, plugin):
    """Return the -plugin arguments: the machine's shape, then what the caller set."""
    sockets, cpus = options.topology
    settings = [f"packages={sockets}", f"cpus_per_package={cpus}", f"cpu={options.cpu}"]
    if options.icount:
        settings.append("clock=tsc")
    return ["-plugin", ",".join([f"file={plugin}", *settings, *options.plugin])]


def clock_args(options, accel):
    """Return the kernel arguments that spare the guest calibrating its clock."""
    if accel == "kvm":
        return []
    return [f"tsc_early_khz={1000000 if options.icount else host.tsc_khz()}"]


def firmware_args(options):
    """Return the machine type, and with Secure Boot the UEFI firmware that starts the kernel."""
    if not options.secure_boot:
        return ["-machine", "pc"]
    # The firmware guards its variables, the keys among them, from system management mode.
    return ["-machine", "q35,smm=on",
            "-global", "driver=cfi.pflash01,property=secure,value=on",
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,"
                      f"file={os.path.join(options.secure_boot, 'code.fd')}",
            "-drive", "if=pflash,unit=1,format=raw,"
                      f"file={os.path.join(options.secure_boot, 'vars.fd')}"]


def machine(options, guest, accel):
    """Return the machine without its channels: CPUs, memory, kernel and root disk."""
    sockets, cpus = options.topology
    systemd = SYSTEMD_ARGS if options.systemd else ()
    append = " ".join([*KERNEL_ARGS, *systemd, *clock_args(options, accel),
                       options.append]).strip()
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot",
        "-display", "none", *firmware_args(options),
        *accelerator(options, accel),
        "-cpu", cpu_model(options, accel),
        "-smp", f"{sockets * cpus},sockets={sockets},cores={cpus},threads=1",
        "-m", str(options.memory),
        "-kernel", guest.vmlinuz, "-initrd", guest.initrd, "-append", append,
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
        "-drive", f"file={guest.image},format=raw,if=none,id=root,readonly=on,file.locking=off",
        "-device", "virtio-blk-pci,drive=root",
    ]


def channels(options, guest, work, output_fd):
    """Return the other disks, the kernel's console and the script's channel."""
    modules = [] if not guest.modules_image else [
        "-drive", f"file={guest.modules_image},format=raw,if=none,id=modules,readonly=on,"
                  "file.locking=off",
        "-device", "virtio-blk-pci,drive=modules",
    ]
    port = "virtconsole" if options.interactive else "virtserialport"
    return [
        "-drive", f"file={os.path.join(work, 'payload.tar')},format=raw,if=none,id=payload,"
                  "readonly=on,file.locking=off",
        "-device", "virtio-blk-pci,drive=payload",
        *modules,
        "-chardev", f"file,id=console,path={os.path.join(work, 'console.log')}",
        "-serial", "chardev:console",
        "-device", "virtio-serial-pci",
        "-chardev", f"socket,id=output,fd={output_fd}",
        "-device", f"{port},chardev=output,name=testbed.output",
        "-chardev", f"file,id=dmesg,path={os.path.join(work, 'dmesg.log')}",
        "-device", "virtserialport,chardev=dmesg,name=testbed.dmesg",
    ]
