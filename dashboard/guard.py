"""Reads what protects a repository, without Git: the hook files in it, and its push log."""

from __future__ import annotations

import os
from itertools import islice

from ..policy.errors import CannotJudge
from ..policy.grammar.names import TAGS
from ..report.push_log import change_of
from ..repository.hook_files.our_files import interpreter_of, is_our_hook
from ..server_hooks.log.chain import read_lines_backward, verify
from ..server_hooks.log.line import LOG
from ..server_hooks.log.reading import read_entry
from ..server_hooks.machine_settings import USUAL_PLACES
from .records import Guard, PushRow

# The places of our hooks in a repository of plain Git, Gitea and GitLab; for a clone, those that Git runs.
SERVER_HOOKS = tuple(place.format(hook) for hook in ("pre-receive", "update") for place in USUAL_PLACES)
CLIENT_HOOKS = ("hooks/pre-push",)

NEWEST = 100
MOST_UPDATES = 8
MOST_FINDINGS = 20


def guard_of(common_dir: str) -> Guard:
    """The hooks and the push log of the repository whose common folder is `common_dir`."""
    bare = os.path.basename(common_dir) != ".git"
    hooks, troubles = [], []
    for place in SERVER_HOOKS if bare else (*SERVER_HOOKS, *CLIENT_HOOKS):
        file = os.path.join(common_dir, place)
        if not is_our_hook(file):
            continue
        hooks.append(place)
        python = interpreter_of(file)
        if not os.access(file, os.X_OK):
            troubles.append(f"the hook {place} is not executable, so Git passes it over")
        elif python is None or not os.access(python, os.X_OK):
            troubles.append(f"the interpreter that the hook {place} names is not there: it refuses every push of tags")
    if not os.path.exists(os.path.join(common_dir, LOG)):
        return Guard(bare, hooks, None, 0, troubles)
    try:
        verified = verify(common_dir)
        rows = [row for line in islice(read_lines_backward(common_dir), NEWEST) if (row := _push_row(line))]
    except (CannotJudge, OSError) as problem:
        return Guard(bare, hooks, None, 0, [*troubles, f"the push log can't be read: {problem}"])
    troubles += [f"the push log: {trouble.message}" for trouble in verified.troubles]
    return Guard(bare, hooks, rows, verified.lines, troubles)


def _push_row(line: bytes) -> PushRow | None:
    """The line as a row, None if somebody has edited it so that it is not valid."""
    entry = read_entry(line)
    if entry is None:
        return None
    try:
        updates = [(change_of(one), one["ref"].removeprefix(TAGS)) for one in entry["updates"]]
        findings = [
            (str(one["severity"]), str(one["rule"]), str(one["message"]))
            for policy in entry["policies"]
            for one in policy["findings"]
        ]
        pusher = entry["pusher"]["name"]
        return PushRow(
            entry["time"].partition(".")[0] + "Z",
            entry["outcome"],
            None if pusher is None else str(pusher),
            str(entry["hook"]),
            updates[:MOST_UPDATES],
            int(entry.get("updates_in_all", len(updates))) - len(updates[:MOST_UPDATES]),
            findings[:MOST_FINDINGS],
            [(str(rule), str(reason)) for rule, reason in entry.get("emergency", {}).items()],
        )
    except (ValueError, TypeError, AttributeError):
        return None
