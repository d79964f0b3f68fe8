"""What a host's API printed of the rules that there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..policy.errors import CannotJudge
from ..policy.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

SPACE = " \t\r\n"
# Deeper lists than this are nothing that an API prints.
NESTED_AT_MOST = 3


def read_dump(text: str) -> list[dict[str, Any]]:
    """The objects in one JSON document or several, one behind another as `--paginate` prints them; lists are opened.

    Raises CannotJudge where it is no JSON, is empty, or is what an API says when it refuses to answer.
    """
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    at = _after_space(text, 0)
    if at == len(text):
        raise CannotJudge("The dump is empty, which is not what a host without rules prints. Print it anew.")
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as problem:
            raise CannotJudge(f"The dump is not JSON: {problem}.") from None
        found += _objects(value, 0)
        at = _after_space(text, at)
    return found


def listed(value: object) -> list[Any]:
    """`value`, which an API may also leave away, as a list. Raises CannotJudge where it is something else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise CannotJudge(f"The dump holds {quoted(repr(value))} where a list belongs.")
    return value


def objects_of(one: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in the list under `key`. Raises CannotJudge where something else is in it."""
    found = listed(one.get(key))
    if not all(isinstance(inner, dict) for inner in found):
        raise CannotJudge(f"The dump holds {quoted(repr(found))} where a list of {key!r} belongs.")
    return found


def object_of(one: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`, empty where there is none. Raises CannotJudge where there is something else."""
    found = one.get(key)
    if found is not None and not isinstance(found, dict):
        raise CannotJudge(f"The dump holds {quoted(repr(found))} where {key!r} belongs.")
    return found or {}


def text_of(one: Mapping[str, Any], key: str) -> str:
    """The text under `key`. Raises CannotJudge where there is none."""
    value = one.get(key)
    if not isinstance(value, str):
        raise CannotJudge(f"The dump holds no text {key!r} in {quoted(repr(one))}.")
    return value


def number_of(one: Mapping[str, Any], key: str = "id") -> int:
    """The number under `key`. Raises CannotJudge where there is none."""
    value = one.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise CannotJudge(f"The dump holds no number {key!r} in {quoted(repr(one))}.")
    return value


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def _objects(value: object, depth: int) -> list[dict[str, Any]]:
    if isinstance(value, list) and depth < NESTED_AT_MOST:
        return [one for inner in value for one in _objects(inner, depth + 1)]
    if not isinstance(value, dict):
        raise CannotJudge(f"The dump holds {quoted(repr(value))} where a rule belongs.")
    said = value.get("message") or value.get("error")
    if said is not None and "id" not in value and "name" not in value:
        raise CannotJudge(f"The host did not print its rules; it said {quoted(str(said))}.")
    return [value]
