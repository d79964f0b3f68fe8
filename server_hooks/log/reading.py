"""Parses lines of the push log, for code that relies on their content."""

from __future__ import annotations

import json
from datetime import datetime

from .line import LANDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Lines that say what became of refs have one of these near their beginning; most lines of a busy log don't.
_ON_REFS = tuple(f'"outcome":"{outcome}"'.encode() for outcome in (*LANDING, "incomplete"))
_BEGINNING_BYTES = 80


def read_entry(line: bytes) -> dict[str, Any] | None:
    """The parsed line; None if no hook can have written it. Only the chain tells whether it is unchanged."""
    try:
        entry: dict[str, Any] = json.loads(line)
        seconds_of(entry)
        findings = [finding for policy in entry["policies"] for finding in policy["findings"]]
        whole = (
            isinstance(entry["line"], int)
            and isinstance(entry["outcome"], str)
            and {"name", "email", "how"} <= entry["pusher"].keys()
            and all(isinstance(one["ref"], str) and {"old", "new"} <= one.keys() for one in entry["updates"])
            and all({"rule", "severity", "ref", "message"} <= one.keys() for one in findings)
            and (entry["outcome"] != "incomplete" or isinstance(entry["of_line"], int))
        )
        return entry if whole and entry["hook"] else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def seconds_of(entry: dict[str, Any]) -> float:
    """When the line was logged, in seconds since 1970."""
    return datetime.fromisoformat(entry["time"]).timestamp()


def is_on_refs(line: bytes) -> bool:
    """Whether a line says what became of refs; looks only at its beginning."""
    return any(word in line[:_BEGINNING_BYTES] for word in _ON_REFS)
