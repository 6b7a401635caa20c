# SPDX-License-Identifier: GPL-2.0-only
"""Private kernel trees with the project in them.

Debian's kernel source is unpacked once and never written to; each checkout builds in copies
of its own, by hard links, in which `graft` has put it. Trees, build directories and the
compiler cache are kept in ${ENERGY_CACHE:-${XDG_CACHE_HOME:-~/.cache}/energy}; removing it is
always safe.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
PACKAGE = "linux-source-6.12"
TARBALL = pathlib.Path("/usr/src") / (PACKAGE + ".tar.xz")


class Failure(Exception):
    """There is no tree to work with."""


def cache_dir():
    if os.environ.get("ENERGY_CACHE"):
        return pathlib.Path(os.environ["ENERGY_CACHE"]).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base).resolve() / "energy"


def path_key(path):
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


@contextlib.contextmanager
def locked(directory):
    """Let one run at a time use @directory."""
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / "lock", "w", encoding="utf-8") as f:
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"# waiting for another run in {directory}", file=sys.stderr, flush=True)
            fcntl.flock(f, fcntl.LOCK_EX)
        yield


def package_version():
    try:
        out = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", PACKAGE],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        out = None
    if not out or not out.stdout or not TARBALL.exists():
        raise Failure(f"{TARBALL} is missing: apt-get install {PACKAGE}, "
                      "or name a kernel tree with --tree")
    return out.stdout.decode().replace("/", "_")


def package_tree():
    """Where the package's trees live, and the unpacked one that all checkouts share."""
    home = cache_dir() / "kunit" / f"{PACKAGE}_{package_version()}"
    tree = home / "pristine"
    with locked(home):
        if not tree.exists():
            print(f"# unpacking {TARBALL}", file=sys.stderr, flush=True)
            unpacked = home / "unpacking"
            shutil.rmtree(unpacked, ignore_errors=True)
            unpacked.mkdir()
            subprocess.run(["tar", "-C", unpacked, "--strip-components=1", "-xf", TARBALL],
                           check=True)
            unpacked.rename(tree)
    return home, tree


def copy_tree(source, copy):
    """Copy a tree by hard links, or really where there can be none."""
    names = [p for p in source.iterdir() if p.name not in (".git", "pristine")]
    copy.mkdir(parents=True)
    linked = subprocess.run(["cp", "-al", "-t", copy, "--", *names],
                            stderr=subprocess.DEVNULL, check=False)
    if linked.returncode:
        shutil.rmtree(copy)
        copy.mkdir()
        subprocess.run(["cp", "-a", "-t", copy, "--", *names], check=True)


def rewrite(path, text):
    """Replace a file, not the contents of a file that other trees share."""
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    shutil.copystat(path, new)
    new.replace(path)


def graft(tree, how):
    """The tree is ours, so is what is in it: `graft` itself would ask whose it is."""
    ours = tree / "drivers/energy"
    if ours.is_dir() and not ours.is_symlink():
        shutil.rmtree(ours)
    if subprocess.run([HERE / "graft", how, tree], check=False).returncode:
        raise Failure(f"cannot graft into {tree}")


def grafted_tree(home, source, refresh=False, how="--link"):
    """
    This checkout's own copy of @source, in @home. The build directories live inside it, so that the
    compiler sees relative paths alone and all checkouts share what ccache keeps.
    """
    tree = home / "tree"
    new = home / "new"
    shutil.rmtree(new, ignore_errors=True)
    if not tree.exists() or refresh:
        copy_tree(source, new)
        if tree.exists():
            for build in tree.glob("build-*"):
                build.rename(new / build.name)
            shutil.rmtree(tree)
        new.rename(tree)
    graft(tree, how)
    return tree


def ccache_environment():
    """The environment for builds, and the words in front of a compiler."""
    env = dict(os.environ)
    if not shutil.which("ccache"):
        return env, ""
    env.setdefault("CCACHE_DIR", str(cache_dir() / "ccache"))
    env["CCACHE_NOHASHDIR"] = "1"
    return env, "ccache "
