"""Reads what lines of the push log say, for those who go by it later."""

from __future__ import annotations

import json
from datetime import datetime

from .line import LANDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# How the lines begin that say what became of refs, after the time. In a busy log most are of refused pushes.
_ON_REFS = tuple(f'"outcome":"{outcome}"'.encode() for outcome in (*LANDING, "incomplete"))
_BEGINNING_BYTES = 80


def read_entry(line: bytes) -> dict[str, Any] | None:
    """What a line says; None for one that no hook wrote so. Whether it is unchanged, only the chain tells."""
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
    """When a line was logged, in seconds since 1970."""
    return datetime.fromisoformat(entry["time"]).timestamp()


def is_on_refs(line: bytes) -> bool:
    """Whether a line says what became of refs, told from its beginning."""
    return any(word in line[:_BEGINNING_BYTES] for word in _ON_REFS)
