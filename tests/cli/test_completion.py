"""What the shell completes."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from support import Repo
from support.programs import needs
from support.terminals import open_terminal
from tagwarden.cli.group import tagwarden

# What moves the cursor and colours the text of a terminal.
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\a]*\a|[()][A-Z0-9]|[=>])|[\x0e\x0f]")


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
        (["check", "churn@"], ["churn@1.2", "churn@v1.0.0"]),
        (["push", "origin", "cv"], ["cv=seg@v0.1.0"]),
        (["log", "--model", "c"], ["churn", "cv:seg"]),
        (["log", "--rule", "version-o"], ["version-once", "version-order"]),
        (["rules", "version-st"], ["version-step"]),
        (["policy", "show", "--model", "ch"], ["churn"]),
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


TYPED = [
    ("tagwarden resolve churn@v", "v1.0.0"),
    ("tagwarden resolve cv:seg@v", "v0.1.0"),
    ("tagwarden resolve cv:seg@v0.", "v0.1.0"),
    ("tagwarden resolve --tag churn#p", "churn#prod#1"),
    ("tagwarden resolve churn@v1.0.0 --com", None),
]
SOME = [pytest.param(*case, marks=() if case in TYPED[2:4] else (pytest.mark.thorough,)) for case in TYPED]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the command in it."""
    (tmp_path / "tagwarden").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -m tagwarden.cli "$@"\n')
    (tmp_path / "tagwarden").chmod(0o755)
    return tmp_path


@needs("bash")
@pytest.mark.parametrize(("typed", "run"), TYPED)
@pytest.mark.parametrize("breaks", ["$COMP_WORDBREAKS", "' '"], ids=["as bash comes", "no breaks"])
def test_bash_completes_words_with_signs_at_which_it_breaks_them(
    registry: Repo, programs: Path, typed: str, run: str | None, breaks: str
) -> None:
    rc = programs / "rc"
    rc.write_text(f'COMP_WORDBREAKS={breaks}\neval "$(_TAGWARDEN_COMPLETE=bash_source tagwarden)"\nPS1=ready:\n')

    shown = typed_into(["bash", "--noprofile", "--rcfile", str(rc), "-i"], registry.path, programs, typed)

    assert (run or registry.git("rev-parse", "churn@v1.0.0^{commit}")) in shown


@needs("zsh")
@pytest.mark.parametrize(("typed", "run"), SOME)
def test_zsh_completes_them(registry: Repo, programs: Path, typed: str, run: str | None) -> None:
    (programs / ".zshrc").write_text(
        'autoload -Uz compinit\ncompinit -D -u\neval "$(_TAGWARDEN_COMPLETE=zsh_source tagwarden)"\nPS1=ready:\n'
    )

    shown = typed_into(["zsh", "-d", "-i"], registry.path, programs, typed)

    assert (run or registry.git("rev-parse", "churn@v1.0.0^{commit}")) in shown


@needs("fish")
@pytest.mark.parametrize(("typed", "run"), SOME)
def test_fish_completes_them(registry: Repo, programs: Path, typed: str, run: str | None) -> None:
    setup = "_TAGWARDEN_COMPLETE=fish_source tagwarden | source; function fish_prompt; echo ready:; end"

    shown = typed_into(["fish", "--no-config", "--init-command", setup, "-i"], registry.path, programs, typed)

    assert (run or registry.git("rev-parse", "churn@v1.0.0^{commit}")) in shown


def typed_into(shell: list[str], folder: Path, programs: Path, line: str) -> list[str]:
    """The lines that a terminal shows where somebody types `line`, the tabulator key and Enter."""
    main, terminal = open_terminal()
    # The first terminal that the leader of a session opens is the session's.
    opening = ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(terminal)]
    running = subprocess.Popen(
        [*opening, *shell],
        cwd=folder,
        start_new_session=True,
        env={
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(programs),
            "ZDOTDIR": str(programs),
            "TERM": "xterm",
            "HISTFILE": "",
        },
    )
    shown = b""
    try:
        while b"ready:" not in shown:
            shown += os.read(main, 4096)
        os.write(main, f"{line}\t\nexit\n".encode())
        while running.poll() is None or select.select([main], [], [], 0)[0]:
            if select.select([main], [], [], 0.05)[0]:
                shown += os.read(main, 4096)
    finally:
        running.kill()
        running.wait()
        os.close(main)
        os.close(terminal)
    return ESCAPES.sub("", shown.decode()).splitlines()
