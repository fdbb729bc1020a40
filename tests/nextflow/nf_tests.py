# SPDX-License-Identifier: Apache-2.0
"""Reads the modules' nf-test files, as far as ours go: names, `options "-stub"`, `setup` with `run`, `params.module_args`, the inputs,
and which outputs are kept in the snapshot, by content or by name. Writes the script that runs them all in one Nextflow."""

import re
from dataclasses import dataclass, field
from pathlib import Path

TRIPLE = r'"""\n(.*?)\n\s*"""'
PLAIN = """
def plain(thing) {
    return thing instanceof java.nio.file.Path ? 'FILE:' + thing
        : thing instanceof Map ? thing.collectEntries { key, value -> [key.toString(), plain(value)] }
        : thing instanceof Collection ? thing.collect { one -> plain(one) }
        : thing instanceof GString ? thing.toString() : thing
}
"""


@dataclass
class Test:
    folder: Path
    process: str
    title: str
    is_stub: bool
    args: str
    inputs: str
    setup: list = field(default_factory=list)  # (process, path of its main.nf, inputs)
    kept: list = field(default_factory=list)   # (channel, "content" or "name")


def block(text, opening):
    """What stands between the braces that `opening` ends with."""
    start = text.index(opening) + len(opening)
    depth = 1
    for end in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[start:end]
    raise AssertionError(f"'{opening}' does not end")


def read_tests(path):
    text = path.read_text()
    process = re.search(r'^\s*process "(\w+)"$', text, re.MULTILINE).group(1)
    tests = []
    for opening, title in re.findall(r'(test\("([^"]+)"\) \{)', text):
        body = block(text, opening)
        when = block(body, "when {")
        setup = []
        if "setup {" in body:
            for start, name in re.findall(r'(run\("(\w+)"\) \{)', block(body, "setup {")):
                run = block(body, start)
                script = re.search(r'script "([^"]+)"', run).group(1)
                setup.append((name, (path.parent / script).resolve(), re.search(TRIPLE, run, re.DOTALL).group(1)))
        kept = []
        for line in block(body, "then {").splitlines():
            found = re.fullmatch(r"process\.out\.(\w+)(\.collect \{ meta, made -> \[meta, file\(made\)\.name\] \})?,", line.strip())
            if found:
                kept.append((found.group(1), "name" if found.group(2) else "content"))
        assert kept and "process.out.findAll { key, val -> key.startsWith('versions') }" in body, f"{path}: {title} keeps nothing"
        args = re.search(r"module_args = '([^']*)'", when).group(1)
        tests.append(Test(path.parent.parent, process, title, 'options "-stub"' in body, args,
                          re.search(TRIPLE, when, re.DOTALL).group(1), setup, kept))
    return tests


def script_of(tests):
    """The script, and the config with each test's arguments. Test n is the process Tn; its setups are SnPROCESS."""
    includes, flows, calls, config = [], [], [], []
    for n, test in enumerate(tests):
        includes.append(f"include {{ {test.process} as T{n} }} from '{test.folder}/main'")
        config.append(f"    withName: 'TEST_{n}:T{n}' {{ ext.args = '{test.args}' }}")
        flow, inputs = [f"workflow TEST_{n} {{"], test.inputs
        for name, path, given in test.setup:
            includes.append(f"include {{ {name} as S{n}{name} }} from '{path.with_suffix('')}'")
            inputs = inputs.replace(f"{name}.out", f"S{n}{name}.out")
            flow += [f"    def setup_{name} = {{", "        def input = []", given, "        return input", "    }", f"    S{n}{name}(*setup_{name}())"]
        flow += ["    def input = []", inputs, f"    T{n}(*input)"]
        for channel in [name for name, _ in test.kept] + ["versions_gemflow"]:
            flow.append(f"    T{n}.out.{channel}.toList().subscribe {{ all -> "
                        f"println('KEPT ' + groovy.json.JsonOutput.toJson([{n}, '{channel}', plain(all)])) }}")
        flows.append("\n".join([*flow, "}"]))
        calls.append(f"    TEST_{n}()")
    return "\n".join(includes) + "\n" + PLAIN + "\n".join(flows) + "\nworkflow {\n" + "\n".join(calls) + "\n}\n", \
        "process {\n" + "\n".join(config) + "\n}\n"
