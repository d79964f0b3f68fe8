"""What the shell completes."""

from __future__ import annotations

import contextlib
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from support import Repo
from support.programs import needs
from tagwarden.cli.group import tagwarden


@pytest.fixture
def registry(repo: Repo) -> Repo:
    for tag in ("churn@v1.0.0", "churn#prod#1", "churn#dev#2", "cv=seg@v0.1.0", "release-2024", "churn@1.2"):
        repo.tag(tag)
    return repo


def completed(folder: Path, *words: str) -> list[str]:
    """What is offered for the last of `words`."""
    with contextlib.chdir(folder):
        shell = ShellComplete(tagwarden, {}, "tagwarden", "_TAGWARDEN_COMPLETE")
        return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["register", "c"], ["churn", "cv:seg"]),
        (["show", "cv"], ["cv:seg"]),
        (["assign", "churn", ""], ["dev", "prod"]),
        (["assign", "cv:seg", ""], []),
        (["deregister", "churn", "v"], ["v1.0.0"]),
        (["unassign", "churn", "prod", "--version", ""], ["v1.0.0"]),
        (["assign", "churn", "prod", "--from", "d"], ["dev"]),
        (["resolve", "ch"], ["churn@latest"]),
        (["resolve", "churn@"], ["churn@latest", "churn@stable", "churn@v1.0.0"]),
        (["resolve", "churn#"], ["churn#dev", "churn#prod"]),
        (["resolve", "cv:seg@v"], ["cv:seg@v0.1.0"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_models_stages_and_versions_come_from_the_repository(
    registry: Repo, words: list[str], expected: list[str]
) -> None:
    assert completed(registry.path, *words) == expected


@pytest.mark.parametrize("words", [["register", ""], ["assign", "churn", ""], ["resolve", "churn@"]])
def test_outside_of_a_repository_nothing_is_known(tmp_path: Path, words: list[str]) -> None:
    assert completed(tmp_path, *words) in ([], ["churn@latest"])


@needs("bash")
@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ("tagwarden resolve churn@v", "v1.0.0"),
        ("tagwarden resolve cv:seg@v", "v0.1.0"),
        ("tagwarden resolve cv:seg@v0.", "v0.1.0"),
        ("tagwarden resolve --tag churn#p", "churn#prod#1"),
        ("tagwarden resolve churn@v1.0.0 --com", None),
    ],
)
@pytest.mark.parametrize("breaks", ["$COMP_WORDBREAKS", "' '"], ids=["as bash comes", "no breaks"])
def test_bash_completes_words_with_signs_at_which_it_breaks_them(
    registry: Repo, tmp_path: Path, typed: str, run: str | None, breaks: str
) -> None:
    (tmp_path / "tagwarden").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -m tagwarden.cli "$@"\n')
    (tmp_path / "tagwarden").chmod(0o755)
    rc = tmp_path / "rc"
    rc.write_text(
        f"PATH={tmp_path}:$PATH COMP_WORDBREAKS={breaks}\n"
        'eval "$(_TAGWARDEN_COMPLETE=bash_source tagwarden)"\nPS1=ready:\n'
    )
    expected = run or registry.git("rev-parse", "churn@v1.0.0^{commit}")

    assert expected in typed_into_bash(rc, registry.path, typed).splitlines()


def typed_into_bash(rc: Path, folder: Path, line: str) -> str:
    """What a terminal shows where somebody types `line`, the tabulator key and Enter."""
    main, terminal = pty.openpty()
    bash = subprocess.Popen(
        ["bash", "--noprofile", "--rcfile", str(rc), "-i"],
        cwd=folder,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env={**os.environ, "TERM": "dumb", "HISTFILE": ""},
    )
    os.close(terminal)
    shown = b""
    try:
        while shown.count(b"ready:") < 1:
            shown += os.read(main, 4096)
        os.write(main, f"{line}\t\n".encode())
        while shown.count(b"ready:") < 2:
            shown += os.read(main, 4096)
        os.write(main, b"exit\n")
    finally:
        bash.kill()
        bash.wait()
        os.close(main)
    return shown.decode()
