"""Entries for a push log, its lines, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tagwarden.policy.push import RefUpdate
from tagwarden.policy.verdict import Finding, Verdict
from tagwarden.server_hooks.log.chain import read_lines, verify
from tagwarden.server_hooks.log.line import LOG, Entry
from tagwarden.server_hooks.pusher import Pusher

ADA = Pusher("ada", "ada@example.com", "GITEA_PUSHER_NAME")

UPDATE = RefUpdate(None, "1" * 40, "refs/tags/churn@v1.0.0")

ENTRY = Entry("pre-receive", ADA, (UPDATE,), "accepted")


def entries(folder: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in read_lines(folder)]


def change(folder: str, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    """Tamper with the lines of the log."""
    file = Path(folder, LOG)
    file.write_bytes(b"".join(edit(file.read_bytes().splitlines(keepends=True))))


def troubles(folder: str, wanted: str | None = None) -> list[str]:
    return [trouble.message for trouble in verify(folder, wanted=wanted).troubles]


def verdict(*findings: Finding, accepted: bool = True, source: str = "HEAD:tagwarden.toml") -> Verdict:
    return Verdict(accepted, "enforce", source, "ab12", findings, 1, ("a note",))
