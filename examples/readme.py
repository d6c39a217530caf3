#!/usr/bin/env python3
"""Turns the C++ blocks of README.md into programs, which tests compile and run.

    readme.py generate README.md DIRECTORY   writes DIRECTORY/readme_snippets.inc, which readme.cpp includes, and a
                                             readme_line_N.cpp for each complete program; prints the N of the latter
    readme.py run PROGRAM [EXPECTED]         runs a program and compares its output with a file

Every block fenced as ```cpp is used. A block with an `int main` is a complete program. Any other block becomes a function:
it sees the declarations of readme.cpp, but not the other blocks. A comment on the line before a block changes this. It is
not visible on the rendered page.

    <!-- readme: continues -->   the block continues the previous one
    <!-- readme: namespace -->   the block holds definitions for the blocks after it
    <!-- readme: output -->      the block is the expected output of the previous one

A comment `<!-- readme: setup`, lines of code, `-->` adds hidden code before the next block.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass, field

FENCE = re.compile(r"^ *```(.*)$")
MARK = re.compile(r"^ *<!-- readme: (\w+)( -->)?$")
OTHER_CPP = {"c++", "cc", "cxx", "hpp", "h"}  # fences that would be missed


@dataclass
class Block:
    """A block of source lines, each with its line number in the README."""

    line: int
    kind: str
    code: list = field(default_factory=list)
    output: str | None = None


def fail(line, problem):
    sys.exit(f"README.md:{line}: {problem}")


def blocks(text):
    """The C++ blocks of a Markdown text. Continued blocks are joined."""
    found, mark, setup = [], None, []
    lines = list(enumerate(text.splitlines(), 1))
    while lines:
        number, line = lines.pop(0)
        if match := MARK.match(line):
            name, closed = match.groups()
            if name == "setup" and not closed:
                while lines and lines[0][1].strip() != "-->":
                    setup.append(lines.pop(0))
            elif name in ("continues", "namespace", "output") and closed:
                mark = name
            else:
                fail(number, f"unknown mark {line.strip()!r}")
            continue
        if not (match := FENCE.match(line)):
            if mark and line.strip():
                fail(number, f"no block follows the mark {mark!r}")
            continue
        language, body = match.group(1).strip(), []
        while lines and not FENCE.match(lines[0][1]):
            body.append(lines.pop(0))
        if not lines:
            fail(number, "the block does not end")
        lines.pop(0)
        if language.lower() in OTHER_CPP or (language.lower() == "cpp") != (language == "cpp"):
            fail(number, f"fence C++ as cpp, not {language!r}")
        if mark == "output":
            if not found:
                fail(number, "output of nothing")
            found[-1].output = (found[-1].output or "") + "".join(f"{code}\n" for _, code in body)
        elif language == "cpp":
            if mark == "continues":
                if not found or found[-1].kind != "snippet":
                    fail(number, "no snippet to continue")
                found[-1].code += setup + body
            else:
                is_program = any(re.match(r" *int main\(", code) for _, code in body)
                kind = "program" if is_program else mark or "snippet"
                found.append(Block(number, kind, setup + body))
            setup = []
        elif mark:
            fail(number, f"a {language!r} block cannot be marked {mark!r}")
        mark = None
    return found


def source(code, readme):
    """The C++ source, with #line directives so that the compiler reports errors at their place in the README."""
    result, expected = [], None
    for number, line in code:
        if number != expected:
            result.append(f'#line {number} "{readme}"')
        result.append(line)
        expected = number + 1
    return "\n".join(result) + "\n"


def snippets(found, readme):
    """The text of readme_snippets.inc: a function for each snippet, and the table of these functions."""
    here = "readme_snippets.inc"
    is_include = re.compile(r"^ *#include").match
    parts = [source([pair for block in found for pair in block.code if is_include(pair[1])], readme)]
    table = []
    for block in found:
        body = source([pair for pair in block.code if not is_include(pair[1])], readme)
        if block.kind == "namespace":
            parts.append(body)
            continue
        parts.append(f'#line 1 "{here}"\nstatic void readme_line_{block.line}() {{\n{body}#line 1 "{here}"\n}}\n')
        output = "nullptr" if block.output is None else f'R"readme({block.output})readme"'
        table.append(f"    {{{block.line}, readme_line_{block.line}, {output}}},\n")
    return "\n".join(parts) + "\nstatic const Snippet kSnippets[] = {\n" + "".join(table) + "};\n"


def write(path, text):
    """Writes the file only if it changes, which avoids recompilation."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def generate(readme, directory):
    readme, directory = pathlib.Path(readme).resolve(), pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    found = blocks(readme.read_text())
    shown = [block for block in found if block.kind != "program"]
    if not any(block.kind == "snippet" for block in shown):
        sys.exit(f"{readme} has no C++ snippet")
    write(directory / "readme_snippets.inc", snippets(shown, readme))
    programs = [block for block in found if block.kind == "program"]
    files = {}
    for block in programs:
        files[f"readme_line_{block.line}.cpp"] = source(block.code, readme)
        if block.output is not None:
            files[f"readme_line_{block.line}.txt"] = block.output
    for old in set(directory.glob("readme_line_*")) - {directory / name for name in files}:
        old.unlink()
    for name, text in files.items():
        write(directory / name, text)
    print(";".join(str(block.line) for block in programs))


def run(program, expected=None):
    result = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=False)
    print(result.stdout, end="")
    if result.returncode != 0:
        sys.exit(f"exit status {result.returncode}")
    if expected is not None and result.stdout != (shown := pathlib.Path(expected).read_text()):
        sys.exit(f"README.md shows another output:\n{shown}")


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("generate", "run"):
        sys.exit(__doc__)
    {"generate": generate, "run": run}[sys.argv[1]](*sys.argv[2:])
