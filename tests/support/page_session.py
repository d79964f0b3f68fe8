"""Runs the shell session that a page of the docs shows, word for word, in one shell.

In a block fenced as `console`, `$ ` precedes a command, `> ` its further lines,
and its output follows. `[N]` on a line of its own is the command's exit status.
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
# Stands for an output that does not matter.
ANYTHING = "…\n"
MARK = "----- the next command -----"


class Step(NamedTuple):
    """A command, and its output."""

    command: str
    output: str


class Played(NamedTuple):
    """The steps as they happened, and the text on stderr."""

    steps: list[Step]
    err: str


def session(page: str) -> list[Step]:
    """The commands on a page of docs/, each with its output there."""
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
    """Run the session of a page in `cwd`, with `tagwarden` on PATH, for which it uses the new folder `programs`."""
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
