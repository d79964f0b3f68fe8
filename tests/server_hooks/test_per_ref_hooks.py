"""What may refuse single refs after pre-receive has accepted them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo, Server
from tagwarden.server_hooks.hook_file import hook_file
from tagwarden.server_hooks.per_ref_hooks import find_per_ref_hook

NOTHING = "#!/bin/sh\nexit 0\n"
GITEA = '#!/usr/bin/env bash\nfor hook in "${GIT_DIR}/hooks/update.d/"*; do "${hook}" $1 $2 $3; done\n'


def put(file: Path, text: str = NOTHING, mode: int = 0o755) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def found(folder: Path, *settings: tuple[str, str], host: str = "") -> str | None:
    return find_per_ref_hook(str(folder), settings, host)


def test_nothing_does_in_a_plain_repository(tmp_path: Path) -> None:
    put(tmp_path / "hooks" / "update.sample")
    put(tmp_path / "hooks" / "update", mode=0o644)
    put(tmp_path / "hooks" / "post-receive")

    assert found(tmp_path) is None


@pytest.mark.parametrize("hook", ["update", "reference-transaction"])
def test_a_hook_that_git_calls_for_each_ref_may(tmp_path: Path, hook: str) -> None:
    put(tmp_path / "hooks" / hook)

    assert found(tmp_path) == f"the hook hooks/{hook}"


def test_so_may_one_in_another_folder_of_hooks(tmp_path: Path) -> None:
    put(tmp_path / "hooks" / "update")
    put(tmp_path / "elsewhere" / "update")

    assert found(tmp_path, ("core.hookspath", str(tmp_path / "none"))) is None
    assert found(tmp_path, ("core.hookspath", str(tmp_path / "elsewhere"))) == "the hook elsewhere/update"


def test_our_own_update_hook_only_hands_on_to_one_that_stood_there_before(tmp_path: Path) -> None:
    put(tmp_path / "hooks" / "update", hook_file("update", python="/usr/bin/python3"))
    assert found(tmp_path) is None

    put(tmp_path / "hooks" / "update.tagwarden-next")
    assert found(tmp_path) == "the hook hooks/update.tagwarden-next"


@pytest.mark.parametrize(
    ("value", "matters"),
    [
        ("refs/for", False), ("refs/heads", False), ("refs", True), ("refs/tags", True), ("refs/tags/", True),
        ("ad:refs/tags/m", True), ("d:refs/for", False), ("!:refs/heads", True),
    ],
)  # fmt: skip
def test_proc_receive_does_where_it_is_handed_tags(tmp_path: Path, value: str, matters: bool) -> None:
    put(tmp_path / "hooks" / "proc-receive")

    assert found(tmp_path) is None
    assert (found(tmp_path, ("receive.procreceiverefs", value)) is not None) == matters


def test_a_configured_hook_may(tmp_path: Path) -> None:
    assert found(tmp_path, ("hook.lint.event", "pre-receive")) is None
    assert found(tmp_path, ("hook.acl.event", "update")) == "the configured hook 'acl' (update)"


def test_what_gitea_puts_there_itself_refuses_nothing_and_what_is_added_may(tmp_path: Path) -> None:
    put(tmp_path / "hooks" / "update", GITEA)
    put(tmp_path / "hooks" / "update.d" / "gitea")
    put(tmp_path / "hooks" / "update.d" / "tagwarden", hook_file("update", python="/usr/bin/python3"))
    assert found(tmp_path, host="gitea") is None

    put(tmp_path / "hooks" / "update.d" / "acl")
    assert found(tmp_path, host="gitea") == "the hook hooks/update.d/acl"


def test_on_gitlab_only_what_an_administrator_added_may(tmp_path: Path) -> None:
    put(tmp_path / "gitaly" / "update")
    gitaly = ("core.hookspath", str(tmp_path / "gitaly"))
    assert found(tmp_path, gitaly, host="gitlab") is None

    put(tmp_path / "custom_hooks" / "update.d" / "acl")
    assert found(tmp_path, gitaly, host="gitlab") == "the hook custom_hooks/update.d/acl"


def test_beside_one_a_registration_is_pushed_before_what_needs_it(server: Server, clone: Repo) -> None:
    clone.tag("m@v1.0.0")
    clone.tag("m#prod#1")
    put(server.path / "hooks" / "update")

    refused = clone.push("m@v1.0.0", "m#prod#1")

    assert refused.refused_by == {"state-exists"}
    assert "the hook hooks/update may refuse each of them on its own: push what this tag needs first" in refused.stderr
    assert clone.push("m@v1.0.0").ok
    assert clone.push("m#prod#1").ok
