"""Pushes that land in part, and what the push log says about them afterwards."""

from __future__ import annotations

import json
import sys
from typing import Any

from support import Server
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.server_hooks.lock.push_lock import take_push_lock
from tagwarden.server_hooks.log.account import settle_now
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.line import LOG, Entry
from tagwarden.server_hooks.log.mark import everything_is_settled, read_mark
from tagwarden.server_hooks.pusher import Pusher

TAGWARDEN = [sys.executable, "-I", "-m", "tagwarden.cli"]

NOBODY = Pusher(None, None, "nobody")

OID = "1" * 40


def entries(server: Server) -> list[dict[str, Any]]:
    log = server.path / LOG
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def outcomes(server: Server) -> list[str]:
    return [entry["outcome"] for entry in entries(server)]


def missing(entry: dict[str, Any]) -> list[str]:
    return [update["ref"] for update in entry["updates"]]


def rules(entry: dict[str, Any]) -> set[str]:
    return {finding["rule"] for policy in entry["policies"] for finding in policy["findings"]}


def is_settled(server: Server) -> bool:
    lock = take_push_lock(str(server.path), wait=5, say=lambda _: None)
    lock.release()
    mark = read_mark(str(server.path))
    return mark is not None and (everything_is_settled(str(server.path)) or outcomes(server)[-1] == "incomplete")


def settle(server: Server) -> str | None:
    return settle_now(str(server.path), Git.of_folder(str(server.path)))


def lock_ref(server: Server, tag: str) -> None:
    """Make Git drop this tag from every push, by a lock file like that of a killed Git."""
    (server.path / "refs" / "tags").joinpath(f"{tag}.lock").touch()


def log_push(server: Server, *updates: tuple[str | None, str | None, str], **fields: Any) -> None:
    made = tuple(RefUpdate(old, new, f"refs/tags/{tag}") for old, new, tag in updates)
    append_to_log(str(server.path), Entry("pre-receive", NOBODY, made, "accepted")._replace(**fields))
