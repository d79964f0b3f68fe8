"""tagwarden and pre-commit, installed and taken out in every order of up to four steps."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from pre_commit.commands import install_uninstall
from pre_commit.store import Store

from support import Repo, Templates
from support.client_set_ups import FOREIGN, make_workplace, write_hook
from support.hook_files import everything
from tagwarden.hooks import install as install_module
from tagwarden.hooks.install import install
from tagwarden.hooks.status import status
from tagwarden.hooks.uninstall import uninstall

MOST_STEPS = 4


def pre_commit_install(clone: Path) -> None:
    assert install_uninstall.install(".pre-commit-config.yaml", Store(), hook_types=["pre-push"]) == 0


def pre_commit_uninstall(clone: Path) -> None:
    assert install_uninstall.uninstall(".pre-commit-config.yaml", hook_types=["pre-push"]) == 0


STEPS: dict[str, Callable[[Path], object]] = {
    "tagwarden install": lambda clone: install(str(clone)),
    "tagwarden uninstall": lambda clone: uninstall(str(clone)),
    "pre-commit install": pre_commit_install,
    "pre-commit uninstall": pre_commit_uninstall,
}


class State(NamedTuple):
    """The hooks after some steps: what the folder holds, and whose hooks are to be in force."""

    steps: tuple[str, ...]
    saved: Path
    ours: bool
    pre_commit: bool

    def after(self, step: str, saved: Path) -> State:
        program, _, verb = step.partition(" ")
        installed = verb == "install"
        return State(
            (*self.steps, step),
            saved,
            installed if program == "tagwarden" else self.ours,
            installed if program == "pre-commit" else self.pre_commit,
        )


@pytest.fixture
def clone(templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    made = make_workplace(templates, tmp_path / "place").clone
    made.commit(message="Only here, so that pre-commit has something to look at")
    monkeypatch.chdir(made.path)
    python = install_module.own_interpreter("tagwarden.hooks.pre_push")
    monkeypatch.setattr(install_module, "own_interpreter", lambda _: python)
    return made


def load(saved: Path, hooks: Path) -> None:
    shutil.rmtree(hooks)
    shutil.copytree(saved, hooks, symlinks=True)


@pytest.mark.parametrize("foreign", [False, True], ids=["no other hook", "another hook"])
def test_in_any_order_nothing_is_lost_and_the_status_is_right(clone: Repo, foreign: bool, tmp_path: Path) -> None:
    hooks = clone.git_dir / "hooks"
    if foreign:
        write_hook(hooks / "pre-push")
    original = everything(hooks)
    beginning = tmp_path / "saved-0"
    shutil.copytree(hooks, beginning)
    # Orders that lead to the same files go on in the same way: each such state is looked at once.
    seen: set[str] = set()
    waiting = [State((), beginning, ours=False, pre_commit=False)]
    while waiting:
        state = waiting.pop(0)
        for step, take in STEPS.items():
            load(state.saved, hooks)
            take(clone.path)
            here = state.after(step, tmp_path / f"saved-{len(seen) + 1}")
            known = repr((sorted(everything(hooks).items()), here.ours, here.pre_commit))
            if known in seen:
                continue
            seen.add(known)
            shutil.copytree(hooks, here.saved)
            look_at(clone, here, foreign=foreign)
            load(here.saved, hooks)
            uninstall(str(clone.path))
            pre_commit_uninstall(clone.path)
            assert everything(hooks) == original, here.steps
            if len(here.steps) < MOST_STEPS:
                waiting.append(here)
    assert len(seen) >= 4


def look_at(clone: Repo, state: State, *, foreign: bool) -> None:
    hooks = clone.git_dir / "hooks"
    kept = [file for file in hooks.iterdir() if file.read_text(errors="replace") == FOREIGN]
    assert len(kept) == foreign, state.steps
    assert all(os.access(file, os.X_OK) for file in kept), state.steps
    assert (status(str(clone.path)).proven == "refuses") == state.ours, state.steps
    log = clone.path / "foreign.log"
    log.unlink(missing_ok=True)
    clone.git("push", "--dry-run", "origin", "HEAD:refs/heads/other")
    assert log.exists() == foreign, state.steps
    noted = clone.path / "pre-commit.log"
    assert noted.exists() == state.pre_commit, state.steps
    noted.unlink(missing_ok=True)
