"""`git push` as it comes can send what is not so any more: a hook of the pusher's own runs between looking and sending.

Two honest people who push at the same time do the same to each other.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from support import Repo, Server
from support.hook_files import hook_at
from support.registry_checks import audit_errors, changed, check_gto_agrees, log_is_true

# In a push that the hook itself makes, the hook is quiet.
MEANWHILE = """#!/bin/sh
[ -z "$MEANWHILE" ] || exit 0
cat >/dev/null
MEANWHILE=1 git -C '{clone}' push --quiet origin {specs} || exit 9
"""


class Race(NamedTuple):
    """What one pushes (tag and commit) after another's push has gone in between; what the loser can still land."""

    first: tuple[tuple[str, str], ...]
    second: tuple[tuple[str, str], ...]
    lands_by_update: frozenset[str] = frozenset()


RACES = {
    "the latest version is hidden behind one of its name": Race(
        (("m@v1.2.0", "HEAD"),), (("m@v1.2.0", "HEAD~1"), ("m@v1.1.5", "HEAD~2"))
    ),
    "a registration that loses would support an assignment": Race(
        (("m@v1.2.0", "HEAD"),), (("m@v1.2.0", "HEAD~1"), ("m#prod", "HEAD~1"))
    ),
    "two register the same version of the same commit": Race((("m@v1.2.0", "HEAD"),), (("m@v1.2.0", "HEAD"),)),
    "one registers below what the other has just registered": Race((("m@v1.3.0", "HEAD"),), (("m@v1.2.0", "HEAD~1"),)),
    "one assigns what the other has just deregistered": Race(
        (("m@v1.0.0!", "m@v1.0.0^{}"),), (("m#prod", "m@v1.0.0^{}"),)
    ),
}


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("race", RACES)
def test_who_comes_second_is_judged_by_what_the_first_has_left(new_server, race: str, hook: str) -> None:
    server = prepared(new_server(hook=hook))
    first, second = server.clone(), server.clone()
    winning, losing = (specs(clone, tags) for clone, tags in zip((first, second), RACES[race][:2], strict=True))
    meanwhile = MEANWHILE.format(clone=first.path, specs=" ".join(f"'{spec}'" for spec in winning))
    hook_at(second.path / ".git" / "hooks" / "pre-push", meanwhile)
    before = server.refs()

    result = second.push(*losing)

    assert result.exit == 1, result.stderr
    after = server.refs()
    assert changed(before, after) == {tag for tag, _ in RACES[race].first} | RACES[race].lands_by_update, result.stderr
    check_gto_agrees(server.path)
    assert not audit_errors(server.path)
    log_is_true(server.path, before, after)


def test_a_push_whose_tag_somebody_else_has_made_meanwhile_says_what_to_do(server: Server) -> None:
    prepared(server)
    first, second = server.clone(), server.clone()
    (winning,) = specs(first, (("m@v1.2.0", "HEAD"),))
    losing = specs(second, RACES["a registration that loses would support an assignment"].second)
    hook_at(second.path / ".git" / "hooks" / "pre-push", MEANWHILE.format(clone=first.path, specs=f"'{winning}'"))

    said = second.push(*losing).stderr

    assert "m@v1.2.0" in said
    assert "fetch" in said


def prepared(server: Server) -> Server:
    """A registry of two versions, and commits for more."""
    work = server.clone()
    work.tag("m@v1.0.0")
    work.commit()
    work.tag("m@v1.1.0")
    for _ in range(3):
        work.commit()
    assert work.push("main", "m@v1.0.0", "m@v1.1.0").ok
    return server


def specs(clone: Repo, tags: tuple[tuple[str, str], ...]) -> list[str]:
    """Make tags that no ref of the clone names; what pushes them."""
    made = []
    for number, (tag, target) in enumerate(tags):
        commit = clone.git("rev-parse", target)
        content = (
            f"object {commit}\ntype commit\ntag {tag}\n"
            f"tagger Ada Lovelace <ada@example.com> {1_700_001_000 + number} +0000\n\nAs agreed\n"
        )
        made.append(f"{clone.write_object(content.encode())}:refs/tags/{tag}")
    return made


# A hook that is told nothing has judged nothing


@pytest.mark.parametrize("stdin", ["empty", "/dev/null", "closed"])
def test_a_hook_that_is_told_nothing_accepts_nothing(server: Server, stdin: str) -> None:
    shell = {"empty": "printf '' | hooks/pre-receive", "/dev/null": "hooks/pre-receive </dev/null"}
    command = shell.get(stdin, "hooks/pre-receive <&-")

    ran = subprocess.run(["sh", "-c", command], cwd=server.path, capture_output=True, env=git_environment(server.path))

    assert ran.returncode == 3
    assert b"Traceback" not in ran.stderr


def test_behind_a_dispatcher_that_has_read_everything_nothing_gets_in(server: Server, clone: Repo) -> None:
    installed = server.path / "hooks" / "pre-receive"
    installed.rename(installed.with_name("pre-receive.real"))
    hook_at(installed, "#!/bin/sh\ngrep -q forbidden && exit 1\nexec hooks/pre-receive.real\n")
    clone.tag("m@v1.0.0")

    assert not clone.push("m@v1.0.0").ok
    assert not server.tags()


def git_environment(git_dir: Path) -> dict[str, str]:
    """What a hook is given, besides what the tests have."""
    return {**os.environ, "GIT_DIR": str(git_dir)}
