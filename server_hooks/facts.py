"""The facts about a served repository that `status --server` reports, apart from whether its hooks work."""

from __future__ import annotations

import functools
import itertools
import os
import sys
from typing import TYPE_CHECKING

from ..policy.program_version import VERSION
from ..policy.record import Record
from ..repository.git.bounded_program import NotCompleted, run_bounded
from ..repository.hook_files.our_files import interpreter_of
from ..repository.trusted.loaded_policy import load_source
from ..repository.trusted.policy_source import server_policy
from .lock.file_system import file_system_of
from .log.chain import read_lines_backward, read_noted
from .log.line import read_end
from .log.reading import read_entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..repository.trusted.loaded_policy import LoadedPolicy
    from .served_repository import ServedRepository
    from .settings_in_force import InForce

# How many lines of the log are searched for the last refusal.
MOST_LINES = 2000
REFUSALS = ("refused", "could-not-judge", "busy")
SECONDS_FOR_A_VERSION = 10.0
TELL_VERSION = "from tagwarden.policy.program_version import VERSION; print(VERSION)"


class Facts(Record):
    """The facts, named like their keys in the JSON document; None means none, or unknown.

    `program` is the version that the hooks start. `policy` has the policy's
    source and its id. `logged` is the number of the push log's newest line,
    `head` its hash. `lock` says how long the push lock is kept and how far it
    reaches. `configuration` lists our Git settings, and which are in force.
    """

    program: str | None
    policy: dict[str, str | None] | None
    mode: str | None
    logged: int
    head: str | None
    lock: dict[str, str]
    last_refusal: dict[str, Any] | None
    configuration: list[dict[str, Any]]


def facts_of(
    common_dir: str,
    hooks: Iterable[str],
    loaded: LoadedPolicy | None,
    configuration: Iterable[InForce],
    *,
    guarded: bool | None,
) -> Facts:
    """The facts about the repository whose hook files of ours are `hooks` and whose policy is `loaded`.

    `guarded` says whether a push lock was seen to outlive its hook, None if unknown.
    """
    newest = _newest(common_dir)
    found = file_system_of(common_dir)
    until = "unknown" if guarded is None else "push" if guarded else "hook"
    return Facts(
        program=_version_of(hooks),
        policy=None if loaded is None else {"source": loaded.source.source, "id": loaded.source.id},
        mode=None if loaded is None else loaded.policy.mode,
        logged=newest[0] if newest else 0,
        head=newest[1] if newest else None,
        lock={"until": until, "reach": found.reach, "file_system": found.kind},
        last_refusal=_last_refusal(common_dir),
        configuration=[one._asdict() for one in configuration],
    )


def policy_of(repository: ServedRepository) -> LoadedPolicy:
    """The policy that judges pushes to `repository`. Raises CannotJudge if it can't be read."""
    return load_source(server_policy(repository.reader, repository.configuration))


def _newest(common_dir: str) -> tuple[int, str] | None:
    try:
        seals = map(read_end, read_lines_backward(common_dir))
        newest = next((seal for seal in seals if seal is not None), None) or read_noted(common_dir)
        return (newest.number, newest.hash) if newest else None
    except OSError:
        return None


def _last_refusal(common_dir: str) -> dict[str, Any] | None:
    try:
        for line in itertools.islice(read_lines_backward(common_dir), MOST_LINES):
            if any(f'"outcome":"{outcome}"'.encode() in line[:80] for outcome in REFUSALS):
                entry = read_entry(line)
                return _refusal(entry) if entry is not None else None
    except OSError:
        pass
    return None


def _refusal(entry: dict[str, Any]) -> dict[str, Any]:
    rules = [finding["rule"] for policy in entry["policies"] for finding in policy["findings"]]
    return {
        "time": entry["time"],
        "line": entry["line"],
        "outcome": entry["outcome"],
        "name": entry["pusher"]["name"],
        "broken": sorted(set(map(str, rules))),
    }


def _version_of(hooks: Iterable[str]) -> str | None:
    """The version of the program that the hooks start; None if they start none, or different ones."""
    versions = {_version_with(python) for file in hooks if (python := interpreter_of(file)) is not None}
    return versions.pop() if len(versions) == 1 else None


@functools.cache
def _version_with(python: str) -> str | None:
    if python == os.path.abspath(sys.executable):
        return VERSION
    try:
        command = [python, "-I", "-c", TELL_VERSION]
        said = run_bounded(command, environment=dict(os.environ), seconds=SECONDS_FOR_A_VERSION)
    except NotCompleted:
        return None
    return said.output.decode("utf-8", "replace").strip() or None if said.status == 0 else None
