# SPDX-License-Identifier: GPL-2.0-only
"""Builds of a kernel tree that has the project in it."""

import os
import re
import subprocess

import trees

SLIM = trees.HERE / "slim.config"
OPTIONS = ("CORE", "RAPL_MSR", "RAPL_POWERCAP", "PMU_INSTR", "VM_FALLBACK")
COMPILERS = ("gcc", "clang")


def tree():
    """This checkout's tree, with a copy of the project in it; trees.locked(tree.parent) first."""
    return trees.grafted_tree(home(), trees.package_tree()[1], how="--copy")


def home():
    return trees.package_tree()[0] / f"intree-{trees.path_key(trees.PROJECT)}"


def energy(value, kunit=False):
    """All our options set to @value."""
    lines = [f"CONFIG_ENERGY_{name}={value}" for name in OPTIONS]
    if kunit:
        lines.append("CONFIG_ENERGY_KUNIT_TEST=y")
    return lines


class Kernel:
    """A build directory in a tree: one compiler, one configuration at a time."""

    def __init__(self, source, compiler="gcc", arch="x86_64"):
        self.build = source / f"build-{compiler if arch == 'x86_64' else arch}"
        self.env, ccache = trees.ccache_environment()
        self.command = ["make", "-s", "-C", source, f"O={self.build}", f"ARCH={arch}",
                        f"-j{os.cpu_count()}", f"CC={ccache}{compiler}", f"HOSTCC={ccache}gcc"]

    def make(self, *arguments, **extra):
        """What make said, and whether it succeeded."""
        result = subprocess.run([*self.command, *arguments], env=self.env | extra, check=False,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
        return result.stdout.splitlines(), result.returncode == 0

    def configure(self, *lines):
        """
        The slim kernel with @lines, which come last and so win. Options that these cannot have
        are left out without a word; returns all that came out, by name, without those that are
        off.
        """
        self.build.mkdir(exist_ok=True)
        wanted = self.build / "wanted.config"
        wanted.write_text("\n".join([SLIM.read_text(encoding="utf-8"), *lines, ""]),
                          encoding="utf-8")
        said, ok = self.make("allnoconfig", KCONFIG_ALLCONFIG=str(wanted))
        if not ok:
            raise trees.Failure("\n".join(["the kernel cannot be configured", *said]))
        config = (self.build / ".config").read_text(encoding="utf-8")
        return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", config, re.MULTILINE))

    def forget_objects(self):
        """What is not compiled gives no warning."""
        for path in (self.build / "drivers/energy").rglob("*.o"):
            path.unlink()
