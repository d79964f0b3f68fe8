"""Skips tests whose programs are missing on a machine, and hides programs."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

# The Debian packages of programs with another name.
PACKAGES = {
    "apache2": "apache2-bin",
    "chromedriver": "chromium-driver",
    "gitolite": "gitolite3",
    "gpg": "gnupg",
    "htpasswd": "apache2-utils",
    "nginx": "nginx-light",
    "ps": "procps",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "sshd": "openssh-server",
}
# Programs from PyPI instead of Debian: best installed in a virtual environment of their own and linked from PATH.
BY_PIP = frozenset(("dvc", "model_signing"))
REASON = re.compile(r"\bneeds the programs? (?P<programs>.+), which (?:is|are) not here$")


def needs(*programs: str) -> pytest.MarkDecorator:
    """Mark a test that is skipped unless all `programs` are on PATH when it starts."""
    return pytest.mark.needs(*programs)


def skip_without(*programs: str) -> None:
    """Skip the running test if one of `programs` is missing; the summary counts it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        several = len(missing) > 1
        pytest.skip(
            f"needs the program{'s' * several} {', '.join(missing)}, which {'are' if several else 'is'} not here"
        )


def told(reasons: Iterable[str]) -> list[str]:
    """The lines about the `reasons` for which tests were skipped: how many need which program."""
    found = [match["programs"].split(", ") for match in map(REASON.search, reasons) if match]
    if not found:
        return []
    counted = Counter(program for programs in found for program in programs)
    packages = " ".join(sorted(PACKAGES.get(program, program) for program in counted if program not in BY_PIP))
    return [
        f"{len(found)} skipped for want of a program: "
        + ", ".join(f"{program} ({number})" for program, number in counted.most_common()),
        *([f"On Debian and Ubuntu: apt install {packages}"] if packages else []),
        *(f"By pip or pipx: {program}" for program in sorted(BY_PIP & counted.keys())),
    ]


def path_without(programs: Iterable[str], folder: Path, path: str | None = None) -> str:
    """A PATH with everything on `path` (or PATH) except for `programs`.

    A folder with one of them is replaced by a folder of links in `folder`.
    """
    hidden = set(programs)
    folders = []
    for number, original in enumerate(dict.fromkeys((path or os.environ["PATH"]).split(os.pathsep))):
        if not any((Path(original) / program).exists() for program in hidden):
            folders.append(original)
            continue
        copy = folder / str(number)
        copy.mkdir(parents=True)
        for entry in os.scandir(original):
            if entry.name not in hidden:
                (copy / entry.name).symlink_to(entry.path)
        folders.append(str(copy))
    return os.pathsep.join(folders)
