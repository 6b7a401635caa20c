# SPDX-License-Identifier: GPL-2.0-only
"""The guest's second disk: one tar archive, unpacked over its root by guest-init."""

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


def _add_modules(tar, options, kernel, scratch):
    """Add modules where modprobe looks, with an index that knows them.

    Beside a kernel of the root its own modules are in the image; those of another one come here.
    depmod runs here because an emulated CPU takes half a minute for it.
    """
    base = f"usr/lib/modules/{kernel}"
    own = os.path.join(options.kernel_dir, "modules") if options.kernel_dir else ""
    if own:
        tar.add(own, base, filter=_as_root)
    if not options.modules:
        return
    modules = os.path.abspath(options.modules)
    names = sorted(glob.glob(os.path.join(modules, "*.ko")))
    if not names:
        raise host.SetupError(f"no *.ko in {modules}")
    index = os.path.join(scratch, "index")
    os.makedirs(index, exist_ok=True)
    for name in names:
        tar.add(name, f"{base}/updates/{os.path.basename(name)}", filter=_as_root)
    script = ('mkdir -p "/$1/updates" && { [ -z "$4" ] || cp -r "$4"/. "/$1"; } && '
              'cp "$2"/*.ko "/$1/updates" && depmod "${1##*/}" && '
              'cp "/$1"/modules.*.bin "/$1"/modules.dep "/$1"/modules.alias '
              '"/$1"/modules.softdep "$3"')
    done = subprocess.run([os.path.join(host.TESTBED, "inroot"), "sh", "-c", script, "sh", base,
                           modules, index, own], check=False, cwd=modules,
                          stdin=subprocess.DEVNULL)
    if done.returncode:
        raise host.SetupError("depmod failed")
    for name in sorted(os.listdir(index)):
        tar.add(os.path.join(index, name), f"{base}/{name}", filter=_as_root)


def make(path, options, kernel, settings):
    """Write the archive for one run; settings are shell variables for guest-init."""
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
        _add_modules(tar, options, kernel, os.path.dirname(path))
        _add_text(tar, "run/testbed/settings",
                  "".join(f"{key}={shlex.quote(str(value))}\n"
                          for key, value in {**settings, "command": command}.items()))
