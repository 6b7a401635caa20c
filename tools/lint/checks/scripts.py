# SPDX-License-Identifier: GPL-2.0-only
"""Shell and Python."""

import re
import tempfile

from sources import interpreter, output, read


# dkms sets what dkms.conf uses, and uses what it sets.
DKMS_CONF = ("-s", "bash", "-e", "SC2034,SC2154")
SECTION = re.compile(r"^%(\w+)")
SCRIPTLETS = ("pre", "post", "preun", "postun", "pretrans", "posttrans")
OTHERS = ("prep", "build", "install", "check", "files", "package", "description", "changelog")


def shellcheck(*arguments):
    return output(["shellcheck", "-x", "-P", "SCRIPTDIR", "-f", "gcc", *arguments])


def scriptlet(lines):
    """What rpm makes of a spec's lines."""
    text = re.sub(r"%\{\w+\}", "0", "\n".join(lines))
    return text.replace("%%", "%") + "\n"


def check_scriptlets(name):
    """Each scriptlet of an RPM spec is a script; blank lines before it keep the lines' numbers."""
    bad = []
    found = []
    lines = read(name).splitlines()
    start = None
    for n, line in enumerate([*lines, "%files"]):
        section = SECTION.match(line)
        if not section or section[1] not in SCRIPTLETS + OTHERS:
            continue
        if start is not None:
            found.append("\n" * start + scriptlet(lines[start:n]))
        start = n + 1 if section[1] in SCRIPTLETS else None
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as script:
        for text in found:
            script.seek(0)
            script.truncate()
            script.write(text)
            script.flush()
            bad += shellcheck("-s", "sh", script.name)
        return [line.replace(script.name, name) for line in bad]


def check_shell(files):
    scripts = [f for f in files if f.endswith(".sh")
               or re.search(r"\b(?:ba|da)?sh\b", interpreter(f))]
    bad = shellcheck(*scripts) if scripts else []
    for name in files:
        if name.endswith("dkms.conf"):
            bad += shellcheck(*DKMS_CONF, name)
        elif name.endswith(".spec.in"):
            bad += check_scriptlets(name)
    return bad


def check_python(files):
    return output(["pyflakes3", *(f for f in files if f.endswith(".py")
                                  or "python" in interpreter(f))])


CHECKS = (
    ("shellcheck is content", check_shell),
    ("pyflakes is content", check_python),
)
