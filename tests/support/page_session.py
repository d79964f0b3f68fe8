"""A page of the docs that shows a session in a shell, and what happens when one shell runs it word for word.

In a block fenced as `console` a command follows `$ `, its further lines `> `,
and then its output comes. `[N]` on a line of its own says that the command ended with that status.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from .project import ROOT

SHOW_STATUS = 'status=$?; [ "$status" = 0 ] || echo "[$status]"'
# What stands for an output that is not part of the story.
ANYTHING = "…\n"
MARK = "----- the next command -----"


class Step(NamedTuple):
    """A command, and its output."""

    command: str
    output: str


class Played(NamedTuple):
    """What happened, step by step, and what was said on stderr."""

    steps: list[Step]
    err: str


def session(page: str) -> list[Step]:
    """Each command of a page of docs/ with the output that it has there."""
    text = (ROOT / "docs" / page).read_text()
    found: list[Step] = []
    for line in "".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL)).splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Step(line[2:].rstrip("\n"), ""))
        elif line.startswith(">") and not found[-1].output:
            command = found.pop().command
            found.append(Step(f"{command}\n{line[1:].removeprefix(' ').rstrip()}", ""))
        else:
            command, output = found.pop()
            found.append(Step(command, output + line))
    return found


def play(page: str, *, cwd: Path, programs: Path, env: Mapping[str, str] = {}) -> Played:
    """Run the session of a page in `cwd`, with `tagwarden` on the PATH; `programs` is a new folder for that."""
    steps = session(page)
    programs.mkdir()
    (programs / "tagwarden").write_text(f'#!/bin/sh\nexec {sys.executable} -I -m tagwarden.cli "$@"\n')
    (programs / "tagwarden").chmod(0o755)
    script = "".join(f"{step.command}\n{SHOW_STATUS}\necho '{MARK}'\n" for step in steps)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **env}
    ran = subprocess.run(["sh", "-s"], input=script, cwd=cwd, env=environment, capture_output=True, text=True)
    outputs = ran.stdout.split(f"{MARK}\n")
    happened = [
        Step(step.command, step.output if step.output == ANYTHING else output)
        for step, output in zip(steps, outputs, strict=False)
    ]
    return Played(happened, ran.stderr)
