"""Push logs of many lines, and their rotation."""

from __future__ import annotations

import json

from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.chain import read_lines, verify
from tagwarden.server_hooks.log.line import Entry
from tagwarden.server_hooks.log.rotation import rotate
from tagwarden.server_hooks.pusher import Pusher

REFUSED = Entry(
    "pre-receive", Pusher("ada", None, "REMOTE_USER"), (RefUpdate(None, "1" * 40, "refs/tags/x"),), "refused"
)


def log(folder: str, number: int, entry: Entry = REFUSED) -> list[str]:
    return [append_to_log(folder, entry, durable=False) for _ in range(number)]


def turn(folder: str) -> None:
    assert rotate(folder, Git.of_folder(folder)) is not None


def numbers(folder: str) -> list[int]:
    return [json.loads(line)["line"] for line in read_lines(folder)]


def troubles(folder: str | None, *files: str) -> list[str]:
    return [trouble.message for trouble in verify(folder, files).troubles]
