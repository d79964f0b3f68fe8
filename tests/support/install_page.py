"""Follows the page on installing literally: runs its commands, and writes the files that it shows.

In `docs/hosts.md`, a block fenced as `sh` is run. Any other block goes into the
file that the paragraph above it names last: "In `/etc/ssh/sshd_config`:".
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

PAGE = ROOT / "docs" / "hosts.md"
BLOCK = re.compile(
    r"(?:In `(?P<file>~?/[^`]+)`(?P<how>[^\n]*):\n\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.M
)


class Step(NamedTuple):
    """A command to run, or a text to write to `file`: after its content, or before it if `first`."""

    file: str | None
    text: str
    first: bool = False


def sections() -> list[str]:
    """The titles of the page's sections."""
    return re.findall(r"(?m)^## (.*)$", PAGE.read_text())


def steps(section: str) -> list[Step]:
    """The steps in the section with that title, in order."""
    _, _, rest = PAGE.read_text().partition(f"\n## {section}\n")
    text = re.split(r"(?m)^## ", rest)[0]
    found = [
        Step(match["file"], match["text"], "as the first line" in (match["how"] or ""))
        for match in BLOCK.finditer(text)
    ]
    assert found, f"{PAGE} has no section {section!r} that says what to do"
    fences = len(re.findall(r"(?m)^```", text))
    assert fences == 2 * len(found), f"{section}: a block is neither run nor written to a file"
    languages = [match["language"] for match in BLOCK.finditer(text)]
    unplaced = [step.text for step, name in zip(found, languages, strict=True) if (step.file is None) != (name == "sh")]
    assert not unplaced, f"{section}: whether to run this or where to write it is not said: {unplaced}"
    return found


def follow(section: str, instead: Mapping[str, str], *, env: Mapping[str, str] | None = None) -> list[str]:
    """Do what the section says, with the paths and names of `instead` for the page's; returns what was printed.

    `env` is the whole environment, by default that of the tests. Every key of
    `instead` must be in the section, so that no outdated entry remains.
    """
    todo = steps(section)
    instead = {"~/tagwarden/bin/": f"{os.path.dirname(sys.executable)}/", **instead}
    whole = "\n".join(f"{step.file}\n{step.text}" for step in todo)
    for old in instead:
        assert old in whole, f"{section} does not say {old!r}"
    said = []
    for step in todo:
        text = replaced(step.text, instead)
        if step.file is None:
            ran = subprocess.run(["sh", "-euc", text], capture_output=True, text=True, env=env)
            assert ran.returncode == 0, f"{section}: {text}\nended with {ran.returncode}:\n{ran.stdout}{ran.stderr}"
            said.append(ran.stdout + ran.stderr)
        else:
            file = Path(replaced(step.file, instead))
            file.parent.mkdir(parents=True, exist_ok=True)
            there = file.read_text() if file.exists() else ""
            file.write_text(text + there if step.first else there + text)
    return said


def replaced(text: str, instead: Mapping[str, str]) -> str:
    """The text with each key of `instead` replaced, the longest first."""
    keys = sorted(instead, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, keys)), lambda match: instead[match[0]], text)
