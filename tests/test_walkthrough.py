"""docs/walkthrough.md, run word for word by one shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from support import Repo, Server
from support.project import ROOT

PAGE = (ROOT / "docs" / "walkthrough.md").read_text()
SESSION = "".join(re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL))

# What `[N]` says on a line of its own: the command ended with that status.
SHOW_STATUS = 'status=$?; [ "$status" = 0 ] || echo "[$status]"'

# What stands for an output that is not part of the story.
ANYTHING = "…\n"


def steps() -> list[tuple[str, str]]:
    """Each command of the page with the output that it has there."""
    found: list[tuple[str, str]] = []
    for line in SESSION.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].rstrip("\n"), ""))
        else:
            command, output = found[-1]
            found[-1] = command, output + line
    return found


def test_the_walkthrough_is_what_happens(server: Server, clone: Repo, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "tagwarden").write_text(f'#!/bin/sh\nexec {sys.executable} -I -m tagwarden.cli "$@"\n')
    (programs / "tagwarden").chmod(0o755)
    mark = "----- the next command -----"
    script = "".join(f"{command}\n{SHOW_STATUS}\necho '{mark}'\n" for command, _ in steps())
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    ran = subprocess.run(["sh", "-s"], input=script, cwd=clone.path, env=environment, capture_output=True, text=True)
    outputs = ran.stdout.split(f"{mark}\n")

    happened = [
        (command, expected if expected == ANYTHING else output)
        for (command, expected), output in zip(steps(), outputs, strict=False)
    ]
    assert happened == steps(), ran.stderr
    assert server.tags() == clone.tags()
