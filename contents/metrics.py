"""The metrics that somebody names among those of a version, and their values as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .record import Stated

# `--json` has all of it.
LONGEST_VALUE = 200


def chosen(metrics: Iterable[Stated], names: Sequence[str]) -> list[Stated]:
    """Of each name the metric, of those that several files have with different values none."""
    found = []
    every = list(metrics)
    for name in names:
        named = [one for one in every if name in (one.name, f"{one.told_by}:{one.name}")]
        if named and all(one.value == named[0].value for one in named):
            found.append(named[0]._replace(name=name))
    return found


def value_text(value: Any) -> str:
    """A metric or parameter as text on one line, cut where it is very long."""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}… ({len(value)} characters)"
