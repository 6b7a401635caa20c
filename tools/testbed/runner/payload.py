# SPDX-License-Identifier: GPL-2.0-only
"""The guest's second disk: one tar archive, unpacked over its root by the first init."""

import glob
import io
import os
import shlex
import subprocess
import tarfile

from . import host


def _as_root(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def _add_text(tar, name, text):
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(data))


def _add_modules(tar, modules, guest, scratch):
    """Add modules where modprobe looks, with an index that knows them.

    The kernel's own come here, too, where they are in no image.
    depmod runs here because an emulated CPU takes half a minute for it.
    """
    base = f"usr/lib/modules/{guest.version}"
    if guest.modules_dir:
        tar.add(guest.modules_dir, base, filter=_as_root)
    if not modules:
        return
    modules = os.path.abspath(modules)
    names = sorted(glob.glob(os.path.join(modules, "*.ko")))
    if not names:
        raise host.SetupError(f"no *.ko in {modules}")
    index = os.path.join(scratch, "index")
    os.makedirs(index, exist_ok=True)
    for name in names:
        tar.add(name, f"{base}/updates/{os.path.basename(name)}", filter=_as_root)
    script = ('mkdir -p "/lib/modules/$1/updates" && cd "/lib/modules/$1" && '
              '{ [ -z "$4" ] || cp -r "$4"/. .; } && '
              'cp "$2"/*.ko updates && depmod "$1" && '
              'cp modules.*.bin modules.dep modules.alias modules.softdep "$3"')
    done = subprocess.run([os.path.join(host.TESTBED, "inroot"), "--kernel", guest.name,
                           "sh", "-c", script, "sh", guest.version, modules, index,
                           guest.modules_dir or ""],
                          check=False, cwd=modules, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise host.SetupError("depmod failed")
    for name in sorted(os.listdir(index)):
        tar.add(os.path.join(index, name), f"{base}/{name}", filter=_as_root)


def make(path, options, guest, settings):
    """Write the archive for one run; settings are shell variables for guest-session."""
    script = os.path.join("run/testbed", os.path.basename(options.script))
    command = shlex.join(["/" + script, *options.args])
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for directory in options.payload:
            for name in sorted(os.listdir(directory)):
                tar.add(os.path.join(directory, name), f"payload/{name}", filter=_as_root)
        member = _as_root(tar.gettarinfo(options.script, script))
        member.mode = 0o755
        with open(options.script, "rb") as source:
            tar.addfile(member, source)
        _add_modules(tar, options.modules, guest, os.path.dirname(path))
        _add_text(tar, "run/testbed/settings",
                  "".join(f"{key}={shlex.quote(str(value))}\n"
                          for key, value in {**settings, "command": command}.items()))
