"""The commands of docs/adopting.md, run in their order in a repository that has a past."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from support import Server
from support.project import ROOT

PAGE = ROOT / "docs" / "adopting.md"
THERE = "/srv/git/models.git"
# These say no where something is wrong, or would be; every other command ends with 0.
MAY_SAY_NO = re.compile(r"tagwarden (audit /|policy try)")


def commands() -> list[str]:
    """The indented lines of the page that are commands, without what they say of themselves."""
    lines = (line[4:].partition(" #")[0].rstrip() for line in PAGE.read_text().splitlines() if line[:4] == "    ")
    return [line for line in lines if line.startswith(("tagwarden ", "sh "))]


def test_a_repository_with_a_past_is_adopted_as_the_page_says(
    new_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = new_server(hook=None)
    clone = server.clone()
    clone.tag("inner")
    clone.git("tag", "--annotate", "--message=x", "churn@v0.9.0", "inner")
    clone.tag("churn@v1.0.0", clone.commit())
    clone.lightweight("churn@v1.1.0", clone.commit())
    clone.tag("ai@6.0.68")
    clone.git("push", "--quiet", "origin", "main", "--tags")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "tagwarden").write_text(f'#!/bin/sh\nexec {sys.executable} -I -m tagwarden.cli "$@"\n')
    (programs / "tagwarden").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    (server.path / "stricter.toml").write_text("[versions]\nprerelease = false\n")

    for command in commands():
        if command.startswith("tagwarden install --server"):
            server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n[scope]\nignore = ["ai@[0-9]*"]\n'})
        folder = server.path if "policy try" in command else clone.path
        ran = subprocess.run(
            command.replace(THERE, str(server.path)),
            shell=True, cwd=folder, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        if "install --server" in command:
            clone.tag("churn@v2")
            assert clone.push("churn@v2").ok
        assert "log" not in command or "refs/tags/churn@v2" in ran.stdout
        assert ran.returncode in ((0, 1) if MAY_SAY_NO.match(command) else (0,)), f"{command}\n{ran.stdout}{ran.stderr}"

    assert server.tags() == {"inner", "churn@v0.9.0", "churn@v1.0.0", "churn@v1.1.0", "churn@v2", "ai@6.0.68"}
    assert server.git("cat-file", "-t", "churn@v1.1.0") == "tag"
