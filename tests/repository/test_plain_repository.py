"""A bare repository that is recognized by a look at it: only what Git says the same of."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from tagwarden.repository.git.bare.plain import is_plain_bare
from tagwarden.repository.git.command import Git

Change = Callable[[Path], object]


def configured(*lines: str) -> Change:
    def append(folder: Path) -> None:
        with (folder / "config").open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))

    return append


def linked_head(folder: Path) -> None:
    (folder / "HEAD").rename(folder / "elsewhere")
    (folder / "HEAD").symlink_to("elsewhere")


PLAIN: dict[str, Change] = {
    "as it is made": configured(),
    "with settings of ours": configured("[tagwarden]", "\tpolicy = ref:refs/heads/main:tagwarden.toml"),
    "with a remote": configured('[remote "o"]', "\turl = https://example.org/a.git"),
    "with a branch of the name core.bare": configured('[branch "core"]', "\tbare = false"),
}
DOUBTFUL: dict[str, Change] = {
    "not bare": configured("[core]", "\tbare = false"),
    "bare twice": configured("[core]", "\tbare = true"),
    "in upper case": configured("[CORE]", "\tBARE = false"),
    "on one line": configured("[core] bare = false"),
    "quoted": configured("[core]", '\tbare = "false"'),
    "with a work tree": configured("[core]", "\tworktree = /"),
    "of a later format": configured("[core]", "\trepositoryformatversion = 1"),
    "with an extension": configured("[extensions]", "\tworktreeConfig = true"),
    "with a comment": configured("# it may end in a backslash \\"),
    "with a broken configuration": configured("[core"),
    "with a configuration that is not text": lambda folder: (folder / "config").write_bytes(b"\xff"),
    "with a large configuration": configured(*["[core]"] * 10_000),
    "without a configuration": lambda folder: (folder / "config").unlink(),
    "with a detached HEAD": lambda folder: (folder / "HEAD").write_text("0" * 40 + "\n"),
    "with a linked HEAD": linked_head,
    "without refs": lambda folder: (folder / "refs").rename(folder / "no-refs"),
    "with another repository in it": lambda folder: Git.at(str(folder)).run("init", "--quiet", str(folder / ".git")),
    "with a common folder elsewhere": lambda folder: (folder / "commondir").write_text("."),
}


def made(folder: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", "--bare", "--template=", str(folder)], check=True)
    return folder


@pytest.mark.parametrize("change", PLAIN.values(), ids=PLAIN)
def test_of_a_plain_repository_git_says_the_same(change: Change, tmp_path: Path) -> None:
    folder = made(tmp_path / "plain.git")
    change(folder)
    (tmp_path / "link").symlink_to(folder)

    for path in (folder, tmp_path / "link"):
        git = Git.at(str(path))
        assert is_plain_bare(str(path))
        asked = git.run("rev-parse", "--is-bare-repository", "--absolute-git-dir", "--show-object-format")[1]
        assert asked.decode().splitlines() == [str(git.is_bare()).lower(), git.folder(), "sha1"]


@pytest.mark.parametrize("change", DOUBTFUL.values(), ids=DOUBTFUL)
def test_of_any_other_git_is_asked(change: Change, tmp_path: Path) -> None:
    folder = made(tmp_path / "doubtful.git")
    change(folder)

    assert not is_plain_bare(str(folder))


def test_a_work_tree_and_no_repository_at_all_are_not_bare(repo: Repo, tmp_path: Path) -> None:
    assert not is_plain_bare(str(repo.path))
    assert not is_plain_bare(str(repo.git_dir))
    assert not is_plain_bare(str(tmp_path))
    assert not is_plain_bare(str(tmp_path / "missing"))


def test_what_the_environment_says_goes_before_the_look(repo: Repo, tmp_path: Path) -> None:
    folder = made(tmp_path / "plain.git")
    git = Git(str(folder), {**Git.at(str(folder)).user_environment, "GIT_DIR": str(repo.git_dir)})

    assert not git.is_bare()


@pytest.mark.parametrize("command", [["audit"], ["status", "--server"], ["install", "--server"]])
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GIT_CONFIG_GLOBAL", "explicit", r"safe\.bareRepository"),
        ("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1", "belongs to|dubious ownership"),
    ],
)
def test_a_plain_repository_that_git_will_not_have_is_refused(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    variable: str,
    value: str,
    said: str,
) -> None:
    (tmp_path / "explicit").write_text("[safe]\n\tbareRepository = explicit\n")
    monkeypatch.setenv(variable, str(tmp_path / "explicit") if value == "explicit" else value)

    ran = tagwarden(tmp_path, *command, str(server.path))

    assert ran.status != 0
    assert re.search(said, ran.err)
