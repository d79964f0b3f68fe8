"""Selects metrics of a version by name, and formats their values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .record import Stated

# Longer values are cut; `--json` prints them in full.
LONGEST_VALUE = 200


def chosen(metrics: Iterable[Stated], names: Sequence[str]) -> list[Stated]:
    """The metrics with these `names` (`NAME` or `FILE:NAME`), except those whose values differ between files."""
    found = []
    every = list(metrics)
    for name in names:
        named = [one for one in every if name in (one.name, f"{one.source}:{one.name}")]
        if named and all(one.value == named[0].value for one in named):
            found.append(named[0]._replace(name=name))
    return found


def value_text(value: Any) -> str:
    """The value of a metric or parameter as text on one line; a very long one is cut."""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}… ({len(value)} characters)"
