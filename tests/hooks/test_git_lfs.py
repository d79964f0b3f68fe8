"""Git LFS beside tagwarden, in either order and by whoever owns the hooks; and the user's own lines in the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.client_set_ups import BIN, FOREIGN, HUSKY, tagwarden, write_hook
from support.programs import needs
from tagwarden.hooks.hook_file import NEXT, OWN_LINES, hook_file
from tagwarden.hooks.install import install
from tagwarden.hooks.status import status
from tagwarden.hooks.uninstall import uninstall


@pytest.fixture
def clone(plain_server: Server, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A clone over a transport that Git LFS can use; `tagwarden` is on PATH, as husky needs it."""
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    return plain_server.clone(f"file://{plain_server.path}")


def pre_push(clone: Repo) -> Path:
    return clone.git_dir / "hooks" / "pre-push"


def ours(clone: Repo) -> object:
    return install(str(clone.path))


def lfs(clone: Repo) -> object:
    return clone.try_git("lfs", "install", "--local")


def lfs_by_force(clone: Repo) -> None:
    clone.git("lfs", "update", "--force")


def lines_that_lfs_advises(clone: Repo) -> None:
    advice = clone.git("lfs", "update", "--manual").split("Add the following to ")[1]
    with pre_push(clone).open("a") as file:
        file.writelines(f"{line.strip()}\n" for line in advice.splitlines()[2:] if line.strip())


def hooks_path(clone: Repo) -> None:
    clone.git("config", "core.hooksPath", str(clone.path / "our-hooks"))


def own_hook(clone: Repo) -> None:
    write_hook(pre_push(clone))


def husky_with_what_install_says(clone: Repo) -> None:
    write_hook(clone.path / ".husky" / "_" / "h", HUSKY)
    write_hook(clone.path / ".husky" / "_" / "pre-push", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"')
    clone.git("config", "core.hooksPath", ".husky/_")
    (clone.git_dir / "lfs").mkdir(exist_ok=True)
    said = tagwarden("install", cwd=clone.path)
    assert said.returncode == 1
    (clone.path / ".husky" / "pre-push").write_text(said.stderr.rpartition("\n\n")[2])


ORDERS: dict[str, tuple[Callable[[Repo], object], ...]] = {
    "tagwarden first": (ours, lfs),
    "LFS first": (lfs, ours),
    "tagwarden first, and the lines that LFS advises": (ours, lfs, lines_that_lfs_advises),
    "the same, and installed again": (ours, lfs, lines_that_lfs_advises, ours),
    "LFS by force, and tagwarden again": (ours, lfs, lfs_by_force, ours),
    "the same twice": (ours, lfs, lfs_by_force, ours, lfs_by_force, ours),
    "in another folder": (hooks_path, ours, lfs),
    "in another folder, LFS first": (hooks_path, lfs, ours),
    "beside a hook of the user's": (own_hook, ours, lfs),
    "husky": (lfs, husky_with_what_install_says),
}
SAMPLE = {"tagwarden first", "the same, and installed again", "the same twice", "husky"}


@needs("git-lfs")
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(steps, id=name, marks=() if name in SAMPLE else pytest.mark.thorough)
        for name, steps in ORDERS.items()
    ],
)
def test_files_of_lfs_and_good_tags_get_through_and_bad_tags_do_not(
    plain_server: Server, clone: Repo, steps: tuple[Callable[[Repo], object], ...]
) -> None:
    for step in steps:
        step(clone)
    clone.git("lfs", "track", "*.bin")
    clone.commit({"model.bin": os.urandom(300).hex(), ".gitattributes": (clone.path / ".gitattributes").read_text()})
    clone.tag("churn@v1.0.0")
    clone.lightweight("churn@v1.0.1")

    def stored() -> int:
        return sum(path.is_file() for path in (plain_server.path / "lfs").rglob("*"))

    refused = clone.push("main", "churn@v1.0.1")
    assert (refused.ok, "annotated" in refused.client_rules, stored()) == (False, True, 0)
    pushed = clone.push("main")
    assert (pushed.ok, stored()) == (True, 1), pushed.stderr
    clone.commit({"model.bin": os.urandom(300).hex()})
    clone.tag("churn@v1.1.0")
    with_tag = clone.push("main", "churn@v1.1.0")
    assert (with_tag.ok, stored()) == (True, 2), with_tag.stderr
    assert status(str(clone.path)).proven == "refuses"


@needs("git-lfs")
class TestWhereHuskyOwnsTheHooks:
    @pytest.fixture
    def husky(self, clone: Repo) -> Path:
        """The file in which everything but Git LFS is called."""
        lfs(clone)
        husky_with_what_install_says(clone)
        file = clone.path / ".husky" / "pre-push"
        file.write_text(file.read_text().replace('printf \'%s\\n\' "$refs" | git lfs pre-push "$@"\n', ""))
        return file

    @pytest.mark.parametrize("line", ["", 'git lfs pre-push "$@"\n'])
    def test_status_and_install_say_that_lfs_sees_no_push(self, clone: Repo, husky: Path, line: str) -> None:
        husky.write_text(husky.read_text() + line)

        (problem,) = status(str(clone.path)).problems

        assert "Git LFS sees no push" in problem
        assert problem in install(str(clone.path)).said
        husky.write_text(husky.read_text().replace(line or "\0", "") + problem.rpartition(": ")[2] + "\n")
        assert status(str(clone.path)).problems == ()


def test_lfs_without_its_program_refuses(guarded: Repo) -> None:
    (guarded.git_dir / "lfs").mkdir()
    guarded.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    programs = guarded.path.with_name("programs")
    programs.mkdir()
    for program in ("sh", "cat", "grep", "git"):
        found = next(folder for folder in os.environ["PATH"].split(":") if Path(folder, program).exists())
        (programs / program).symlink_to(Path(found, program))
    environment = {"PATH": str(programs)}

    pushed = guarded.push("HEAD:refs/heads/other", env=environment)

    assert not pushed.ok
    assert "this clone uses Git LFS and git-lfs is not on PATH" in pushed.stderr
    guarded.git("config", "--unset", "filter.lfs.clean")
    assert guarded.push("HEAD:refs/heads/other", env=environment).ok


class TestLinesOfOnesOwn:
    """Below the last line of the hook file stands what the user adds."""

    LINES = 'cat >>own.log; echo "$@" >>own.log\n[ ! -e stop ]\n'

    @pytest.fixture
    def added(self, guarded: Repo) -> Repo:
        with pre_push(guarded).open("a") as file:
            file.write(self.LINES)
        return guarded

    def seen(self, clone: Repo) -> str:
        log = clone.path / "own.log"
        return log.read_text() if log.exists() else ""

    @pytest.mark.parametrize("pushed", ["HEAD:refs/heads/other", "churn@v1.0.0"])
    def test_get_what_git_gave_the_hook_and_may_refuse(self, added: Repo, plain_server: Server, pushed: str) -> None:
        added.tag("churn@v1.0.0")

        assert added.push(pushed).ok
        assert self.seen(added).count(" refs/") == 1
        assert self.seen(added).endswith(f"\norigin {plain_server.path}\n")
        (added.path / "stop").touch()
        assert not added.push(f"{pushed.partition(':')[0]}:refs/heads/third").ok
        assert not added.push("--delete", "churn@v1.0.0" if pushed == "churn@v1.0.0" else "other").ok

    def test_are_not_run_for_a_push_that_is_refused(self, added: Repo) -> None:
        added.lightweight("churn@v1.0.0")

        assert not added.push("churn@v1.0.0").ok
        assert self.seen(added) == ""

    def test_run_after_a_hook_that_was_there_and_only_if_it_accepts(self, guarded: Repo) -> None:
        write_hook(pre_push(guarded).with_name(NEXT), f"{FOREIGN}[ ! -e no ]\n")
        install(str(guarded.path))
        with pre_push(guarded).open("a") as file:
            file.write(self.LINES)

        assert guarded.push("HEAD:refs/heads/other").ok
        assert (guarded.path / "foreign.log").read_text().splitlines()[1] in self.seen(guarded)
        (guarded.path / "no").touch()
        assert not guarded.push("HEAD:refs/heads/third").ok
        assert "third" not in self.seen(guarded)

    def test_are_kept_by_the_next_install(self, added: Repo) -> None:
        before = pre_push(added).read_text()

        said = install(str(added.path))

        assert pre_push(added).read_text() == before
        assert "Your own lines at its end are kept." in said.said

    def test_are_kept_that_were_added_to_a_hook_of_an_older_version(self, added: Repo) -> None:
        old = hook_file(python="/old/python").partition(f"\n{OWN_LINES}")[0].rpartition("fi\n}\n")[0]
        pre_push(added).write_text(f"{old}}}\n{self.LINES}")

        install(str(added.path))

        assert pre_push(added).read_text().endswith(f"\n{OWN_LINES}\n{self.LINES}")

    def test_are_left_as_the_hook_by_uninstall(self, added: Repo) -> None:
        uninstall(str(added.path))

        assert pre_push(added).read_text() == f"#!/bin/sh\n{self.LINES}"
        assert added.push("HEAD:refs/heads/other").ok
        assert self.seen(added)

    def test_are_left_beside_the_hook_that_was_there_by_uninstall(self, guarded: Repo) -> None:
        write_hook(pre_push(guarded).with_name(NEXT))
        install(str(guarded.path))
        with pre_push(guarded).open("a") as file:
            file.write(self.LINES)

        said = "\n".join(uninstall(str(guarded.path)))

        assert pre_push(guarded).read_text() == FOREIGN
        kept = Path(f"{pre_push(guarded)}.tagwarden-own")
        assert kept.read_text() == f"#!/bin/sh\n{self.LINES}"
        assert str(kept) in said
