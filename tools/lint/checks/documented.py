# SPDX-License-Identifier: GPL-2.0-only
"""What others use is described, and completely."""

import re

import trees
from sources import kernel_code, output, read

EXPORT = re.compile(r"^EXPORT_\w*SYMBOL\w*\((\w+)[,)]", re.MULTILINE)
# module_param(NAME, ...), and the one in a macro that gives the weights their w_
PARAMETER = re.compile(r"^\s*module_param(?:_cb|_named|_string|_array)?\((\w+)(?=[,#])",
                       re.MULTILINE)
DESCRIPTION = re.compile(r"^\s*MODULE_PARM_DESC\((\w+)(?=[,#])", re.MULTILINE)
WEIGHT = re.compile(r"^ENERGY_WEIGHT\((\w+),", re.MULTILINE)


def exported_functions(files):
    """(file, symbol, its kernel-doc, its declaration) of all that is exported."""
    for name in kernel_code(files):
        text = read(name)
        for symbol in EXPORT.findall(text):
            found = re.search(rf"^/\*\*\n \* {symbol}\(\) - (?P<doc>(?:(?!\*/).)*)\*/\n"
                              rf"(?P<declared>[^;{{]*\b{symbol}\([^{{]*)", text,
                              re.MULTILINE | re.DOTALL)
            yield name, symbol, found and found["doc"], found and found["declared"]


def check_exported(files):
    bad = []
    for name, symbol, doc, declared in exported_functions(files):
        if doc is None:
            bad.append(f"{name}: exported {symbol}() has no kernel-doc above it")
            continue
        arguments = declared.partition("(")[2].rpartition(")")[0]
        for argument in re.findall(r"(\w+)\s*(?:,|$|\)\()", arguments):
            if argument != "void" and f" * @{argument}: " not in doc:
                bad.append(f"{name}: {symbol}() does not describe @{argument}")
        if " * Context: " not in doc:
            bad.append(f"{name}: {symbol}() does not say in which Context: it may be called")
        if not declared.startswith("void ") and " * Return: " not in doc:
            bad.append(f"{name}: {symbol}() does not say what it Return:s")
    return bad


def check_structs(files):
    bad = []
    for name in files:
        if not re.fullmatch(r"(core|export)/.*\.h", name):
            continue
        text = read(name)
        for struct in re.findall(r"^struct (\w+) \{", text, re.MULTILINE):
            if not re.search(rf"^ \* struct {struct} - ", text, re.MULTILINE):
                bad.append(f"{name}: struct {struct} has no kernel-doc")
    return bad


def check_kernel_doc(files):
    """What there is of it is complete: every parameter, every member."""
    _, tree = trees.package_tree()
    return output(["perl", tree / "scripts/kernel-doc", "-none", "-Wall", *kernel_code(files)])


def check_parameters(files):
    """Those of the modules that are installed also stand in the README."""
    readme = read("README.md")
    bad = []
    for name in kernel_code(files):
        text = read(name)
        described = set(DESCRIPTION.findall(text))
        for parameter in PARAMETER.findall(text):
            if parameter not in described:
                bad.append(f"{name}: parameter {parameter} has no MODULE_PARM_DESC")
            names = [parameter]
            if parameter == "w_":
                names = ["w_" + weight for weight in WEIGHT.findall(text)] or ["w_"]
            if not name.startswith(("sources/sample/", "tools/")):
                bad += [f"{name}: parameter {n} is not in README.md" for n in names
                        if f"| `{n}` |" not in readme]
    return bad


def check_needs(_files, makefile="core/needs.mk"):
    """What Kbuild asks of a kernel's configuration, Kconfig.in and the README ask too."""
    needs = re.findall(r"^energy_needs_(\w+) :=", read(makefile), re.MULTILINE)
    kconfig = read("Kconfig.in").split("\nconfig ")[1]
    asked = re.findall(r"\w+", " ".join(re.findall(r"^\tdepends on (.*)", kconfig,
                                                  re.MULTILINE)))
    # without modules the project can only be built in
    bad = [f"CONFIG_{n}: core/needs.mk and Kconfig.in differ"
           for n in set(needs) ^ set(asked) ^ {"MODULES"}]
    readme = read("README.md")
    return bad + [f"CONFIG_{n} is not in README.md" for n in needs if f"`{n}`" not in readme]


def check_abi(files):
    """Every key that is printed is described."""
    abi = read("export/ABI.md")
    return [f"{name}: key {key} is not in export/ABI.md" for name in files
            if re.fullmatch(r"export/.*\.c", name)
            for key in sorted(set(re.findall(r'"\s?([a-z][a-z0-9_]*)="', read(name))))
            if f"{key}=" not in abi and f"`{key}`" not in abi]


CHECKS = (
    ("every exported function says parameters, context and result", check_exported),
    ("every struct has kernel-doc", check_structs),
    ("kernel-doc is content", check_kernel_doc),
    ("every module parameter is described, in the module and in the README", check_parameters),
    ("every option that is needed is in Kconfig.in and the README", check_needs),
    ("every key is in export/ABI.md", check_abi),
)
