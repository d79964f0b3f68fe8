"""What a remote says for itself when it refuses to answer."""

from __future__ import annotations

import pytest

from support import Repo
from tagwarden.repository.git.command import Git
from tagwarden.repository.remote.remote import LONGEST_STDERR, Remote, RemoteUnavailable


def refusal(repo: Repo, text: str) -> str:
    """What is told of a remote that answers with an error packet (gitprotocol-pack(5), "error-line")."""
    program = repo.path / "answers"
    packet = f"ERR {text}"
    program.write_text(f"#!/bin/sh\nprintf '%04x%b' {len(packet.encode()) + 4} {packet!r}\n".replace("\\\\", "\\"))
    program.chmod(0o755)
    repo.git("config", "core.sshCommand", str(program))
    with pytest.raises(RemoteUnavailable) as raised:
        Remote(Git.at(str(repo.path)), "ssh://example.com/models.git").list(["churn"])
    return str(raised.value)


def test_a_remote_can_not_write_lines_of_its_own(repo: Repo) -> None:
    said = refusal(repo, "busy\ntagwarden: accepted: 1 tag judged")

    assert len(said.splitlines()) == 1
    assert "busy; " in said


def test_what_a_remote_says_is_cut(repo: Repo) -> None:
    assert len(refusal(repo, "x" * 60_000)) < LONGEST_STDERR + 200
