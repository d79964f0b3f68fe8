"""Every row of docs/bad-input.md happens as it says: what the user sees, and the exit status."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support import PushResult, Repo, Server, raw_tag
from support.project import ROOT
from tagwarden.cli.run import run

ROWS = [
    tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:4])
    for line in (ROOT / "docs" / "bad-input.md").read_text().splitlines()
    if re.search(r"\| [0-3] \|$", line)
]
Outcome = tuple[int, str]
PUSHES: dict[str, Callable[[Server, Repo], PushResult]] = {}
COMMANDS: dict[str, tuple[str, ...]] = {
    "an unknown command": ("rgister",),
    "an unknown option": ("rules", "--jsn"),
    "a folder that is not there": ("-C", "no/such/folder", "rules"),
    "a rule that does not exist": ("rules", "version-ordre"),
    "no repository where one is needed": ("show",),
    "a policy file that is not TOML": ("policy", "check", "broken.toml"),
}


def push(title: str):
    """The function makes and pushes what the row `title` is about."""

    def note(function: Callable[[Server, Repo], PushResult]) -> Callable[[Server, Repo], PushResult]:
        PUSHES[title] = function
        return function

    return note


def push_object(clone: Repo, name: str = "churn@v1.0.0", **parts: object) -> PushResult:
    content = raw_tag(**{"object": clone.git("rev-parse", "HEAD"), "tag": name, **parts})
    clone.raw_tag(name, content)
    return clone.push(f"refs/tags/{name}")


@push("a tag name with bytes that are not UTF-8")
def _(server: Server, clone: Repo) -> PushResult:
    clone.tag("churn@v1.0.0\udcff")
    return clone.push("--tags")


@push("a tag name with characters that turn the text around")
def _(server: Server, clone: Repo) -> PushResult:
    clone.tag("churn@v1.0.0\u202e")
    return clone.push("--tags")


@push("a message with control characters")
def _(server: Server, clone: Repo) -> PushResult:
    return push_object(clone, message="\x1b[2Jall is well\n")


@push("a message with a NUL")
def _(server: Server, clone: Repo) -> PushResult:
    return push_object(clone, message=b"seen\x00unseen\n")


@push("a message that is not UTF-8")
def _(server: Server, clone: Repo) -> PushResult:
    return push_object(clone, message=b"caf\xe9\n")


@push("a message of a megabyte")
def _(server: Server, clone: Repo) -> PushResult:
    return push_object(clone, message="x" * 1_000_000 + "\n")


@push("a tag without a tagger")
def _(server: Server, clone: Repo) -> PushResult:
    return push_object(clone, tagger=None)


@push("a tag that is dated in the future")
def _(server: Server, clone: Repo) -> PushResult:
    return push_object(clone, tagger="Ada <ada@example.com> 9000000000 +0000")


@push("a tag of a tag")
def _(server: Server, clone: Repo) -> PushResult:
    clone.tag("inner")
    return push_object(clone, object=clone.git("rev-parse", "refs/tags/inner"), type="tag")


@push("the deletion of a tag that does not exist")
def _(server: Server, clone: Repo) -> PushResult:
    return clone.push(":refs/tags/churn@v1.0.0")


@push("a replacement of an object")
def _(server: Server, clone: Repo) -> PushResult:
    head = clone.git("rev-parse", "HEAD")
    clone.git("update-ref", f"refs/replace/{head}", clone.commit())
    return clone.push("refs/replace/*")


@push("a push that breaks the policy")
def _(server: Server, clone: Repo) -> PushResult:
    clone.commit({"tagwarden.toml": "modus = 1\n"})
    return clone.push("main")


@push("a tag where the policy is broken already")
def _(server: Server, clone: Repo) -> PushResult:
    server.commit_on_main({"tagwarden.toml": "modus = 1\n"})
    clone.tag("churn@v1.0.0")
    return clone.push("churn@v1.0.0")


@push("the push that repairs the policy")
def _(server: Server, clone: Repo) -> PushResult:
    server.commit_on_main({"tagwarden.toml": "modus = 1\n"})
    clone.git("pull", "--quiet")
    clone.commit({"tagwarden.toml": 'mode = "enforce"\n'})
    return clone.push("main")


@push("a setting that names a policy which is not there")
def _(server: Server, clone: Repo) -> PushResult:
    server.git("config", "tagwarden.policy", "ref:refs/heads/rules:tagwarden.toml")
    clone.tag("churn@v1.0.0")
    return clone.push("churn@v1.0.0")


@push("a setting that can't be read")
def _(server: Server, clone: Repo) -> PushResult:
    server.git("config", "tagwarden.policy", "tagwarden.toml")
    clone.tag("churn@v1.0.0")
    return clone.push("churn@v1.0.0")


@push("HEAD names a branch that does not exist")
def _(server: Server, clone: Repo) -> PushResult:
    server.git("symbolic-ref", "HEAD", "refs/heads/gone")
    clone.tag("churn@v1.0")
    return clone.push("churn@v1.0")


@push("the interpreter of the hook is gone")
def _(server: Server, clone: Repo) -> PushResult:
    hook = server.path / "hooks" / "pre-receive"
    hook.write_text(re.sub(r"(?m)^python=.*$", "python=/usr/lib/no-such/python3", hook.read_text()))
    clone.tag("churn@v1.0.0")
    return clone.push("churn@v1.0.0")


@push("the object of an existing tag is gone")
def _(server: Server, clone: Repo) -> PushResult:
    oid = server.tag("churn@v1.0.0", "main")
    (server.path / "objects" / oid[:2] / oid[2:]).unlink()
    clone.tag("churn@v1.1.0")
    return clone.push("churn@v1.1.0")


@push("a hook that is started without Git's input")
def _(server: Server, clone: Repo) -> PushResult:
    hook = server.path / "hooks" / "pre-receive"
    ours = hook.rename(hook.with_name("ours"))
    hook.write_text(f"#!/bin/sh\ncat >/dev/null\nexec '{ours}'\n")
    hook.chmod(0o755)
    clone.tag("churn@v1.0.0")
    return clone.push("churn@v1.0.0")


def outcome_of_push(pushed: PushResult) -> Outcome:
    """The hook's exit status, which Git does not hand on, and what the user sees."""
    unjudged = "could not judge" in pushed.stderr or "nothing is accepted" in pushed.stderr
    return (0 if pushed.ok else 3 if unjudged else 1), pushed.stderr


@pytest.mark.parametrize("row", [row for row in ROWS if row[0] not in COMMANDS], ids=lambda row: row[0])
def test_a_bad_push_ends_as_the_table_says(row: tuple[str, str, str], server: Server, clone: Repo) -> None:
    title, says, status = row

    ended, seen = outcome_of_push(PUSHES[title](server, clone))
    assert (ended, "Traceback" in seen) == (int(status), False), seen
    assert quoted(says) in seen


@pytest.mark.parametrize("row", [row for row in ROWS if row[0] in COMMANDS], ids=lambda row: row[0])
def test_a_bad_command_ends_as_the_table_says(
    row: tuple[str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    title, says, status = row
    (tmp_path / "broken.toml").write_text("mode =\n")
    monkeypatch.chdir(tmp_path)

    assert run(COMMANDS[title]) == int(status)
    assert quoted(says) in capsys.readouterr().err


def test_the_table_has_a_row_for_each_case() -> None:
    assert [row[0] for row in ROWS] == [*PUSHES, *COMMANDS]


def quoted(cell: str) -> str:
    return cell.removeprefix("`").removesuffix("`") if cell != "nothing" else ""
