# SPDX-License-Identifier: GPL-2.0-only
"""Containers: an image made of what is here, and bundles for crun."""

import json
import os
import subprocess
import shutil

import formats
import lib

ROOTFS = "/run/containers-test/rootfs"
BUNDLES = "/run/containers-test/bundles"
# Like host debugfs in a container that was given /sys/kernel/debug.
DEBUGFS = "/debug"
USER = 1000
# Container root of a user namespace is this user outside.
MAPPED_ROOT = 200000
APPLETS = ("cat", "echo", "id", "ls", "mkdir", "mount", "sh", "sleep", "umount")
# What Docker and podman leave to a container's root.
USUAL_CAPABILITIES = (
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
    "CAP_SYS_CHROOT")
ALL_CAPABILITIES = USUAL_CAPABILITIES + (
    "CAP_AUDIT_CONTROL", "CAP_AUDIT_READ", "CAP_AUDIT_WRITE", "CAP_BLOCK_SUSPEND", "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE", "CAP_DAC_READ_SEARCH", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
    "CAP_LEASE", "CAP_LINUX_IMMUTABLE", "CAP_MAC_ADMIN", "CAP_MAC_OVERRIDE", "CAP_MKNOD",
    "CAP_NET_ADMIN", "CAP_NET_BROADCAST", "CAP_NET_RAW", "CAP_PERFMON", "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT", "CAP_SYS_MODULE", "CAP_SYS_NICE", "CAP_SYS_PACCT", "CAP_SYS_PTRACE",
    "CAP_SYS_RAWIO", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_SYSLOG",
    "CAP_WAKE_ALARM")
# In a container that sees PIDs, mounts, cgroups and the rest as its own.
NAMESPACES = ("pid", "mount", "ipc", "uts", "network", "cgroup")


def make_rootfs(*hogs):
    """An image of busybox and hogs of these names."""
    for directory in ("bin", "proc", "sys", "dev", "tmp", "etc", DEBUGFS[1:]):
        os.makedirs(f"{ROOTFS}/{directory}")
    os.chmod(f"{ROOTFS}/tmp", 0o1777)
    shutil.copy("/usr/bin/busybox", f"{ROOTFS}/bin/busybox")
    shutil.copy(f"{lib.PAYLOAD}/hog", f"{ROOTFS}/bin/hog")
    for applet in APPLETS:
        os.symlink("busybox", f"{ROOTFS}/bin/{applet}")
    for hog in hogs:
        os.link(f"{ROOTFS}/bin/hog", f"{ROOTFS}/bin/{hog}")
    with open(f"{ROOTFS}/etc/passwd", "w", encoding="ascii") as file:
        file.write(f"root:x:0:0::/:/bin/sh\nuser:x:{USER}:{USER}::/:/bin/sh\n")


def _mounts(user_namespace):
    """What container managers mount, and the host's debugfs."""
    plain = ["nosuid", "noexec", "nodev"]
    return [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": plain},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "mode=755"]},
        {"destination": "/sys", "type": "bind" if user_namespace else "sysfs",
         "source": "/sys", "options": ["rbind" if user_namespace else "nosuid", "ro"]},
        {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
         "options": plain},
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "mode=1777"]},
        {"destination": DEBUGFS, "type": "bind", "source": "/sys/kernel/debug",
         "options": ["rbind"]},
    ]


def _spec(name, script, uid, namespaces, capabilities, masked):
    user_namespace = "user" in namespaces
    linux = {"namespaces": [{"type": kind} for kind in namespaces],
             "cgroupsPath": f"/{name}", "maskedPaths": list(masked)}
    if user_namespace:
        ids = [{"containerID": 0, "hostID": MAPPED_ROOT, "size": 65536}]
        linux |= {"uidMappings": ids, "gidMappings": ids}
    sets = ("bounding", "effective", "permitted")
    return {
        "ociVersion": "1.0.0",
        "root": {"path": ROOTFS},
        "hostname": name,
        "process": {
            "cwd": "/", "args": ["/bin/sh", "-c", script], "env": ["PATH=/bin"],
            "user": {"uid": uid, "gid": uid},
            "capabilities": {kind: list(capabilities) for kind in sets},
        },
        "mounts": _mounts(user_namespace),
        "linux": linux,
    }


class Container:
    """A container that crun runs in the background."""

    everyone = []

    def __init__(self, name, script, uid=USER, namespaces=NAMESPACES,
                 capabilities=USUAL_CAPABILITIES, masked=(), manager="cgroupfs"):
        self.name = name
        self._crun = ("crun", f"--cgroup-manager={manager}")
        bundle = f"{BUNDLES}/{name}"
        os.makedirs(bundle)
        with open(f"{bundle}/config.json", "w", encoding="ascii") as file:
            json.dump(_spec(name, script, uid, namespaces, capabilities, masked), file)
        self.log = f"{bundle}/log"
        with open(self.log, "wb") as log:
            subprocess.run([*self._crun, "run", "--detach", "--bundle", bundle, name],
                           check=True, stdin=subprocess.DEVNULL, stdout=log,
                           stderr=subprocess.STDOUT)
        Container.everyone.append(self)
        self.pid = json.loads(self("state", name).stdout)["pid"]

    def __call__(self, *args, **options):
        return lib.command(*self._crun, *args, **options)

    def run(self, *args, uid=USER, check=True):
        """Run a program in it, to its end."""
        return self("exec", "--user", f"{uid}:{uid}", self.name, *args, check=check)

    def listing(self, *args, **options):
        """What a program in it prints, parsed."""
        return formats.Listing(self.run(*args, **options).stdout.encode())

    def end(self):
        """Kill all of it, and remove it."""
        self("delete", "--force", self.name)


def end_all():
    """No container is left, nor its cgroup."""
    for container in Container.everyone:
        container.end()
    shutil.rmtree(os.path.dirname(BUNDLES))


def below(cgroup):
    """The processes of a cgroup and of those below it."""
    found = set()
    for directory, _, _ in os.walk(f"{lib.CGROUPS}/{cgroup}"):
        found |= {int(pid) for pid in lib.text(f"{directory}/cgroup.procs").split()}
    return found


def beside(pid):
    """The processes of a PID namespace."""
    namespace = os.readlink(f"/proc/{pid}/ns/pid")
    return {other for other in map(int, filter(str.isdigit, os.listdir("/proc")))
            if os.readlink(f"/proc/{other}/ns/pid") == namespace}


def inner_pid(pid):
    """A process's PID in the innermost namespace that it is in."""
    return int(lib.text(f"/proc/{pid}/status").partition("NSpid:")[2].splitlines()[0].split()[-1])


def comm(pid):
    """A process's name."""
    return lib.text(f"/proc/{pid}/comm").rstrip("\n").encode()
