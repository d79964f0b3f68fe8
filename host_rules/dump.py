"""Parses a dump: the existing rules, as a host's API printed them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..policy.errors import CannotJudge
from ..policy.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

SPACE = " \t\r\n"
# No API prints lists that are nested deeper.
NESTED_AT_MOST = 3


def read_dump(text: str) -> list[dict[str, Any]]:
    """The objects in one or more JSON documents, one after the other as `--paginate` prints them; lists are flattened.

    Raises CannotJudge if the text is not JSON, is empty, or is an API's error message.
    """
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    at = _after_space(text, 0)
    if at == len(text):
        raise CannotJudge("The dump is empty, but even a host without rules prints something. Print it again.")
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as problem:
            raise CannotJudge(f"The dump is not JSON: {problem}.") from None
        found += _objects(value, 0)
        at = _after_space(text, at)
    return found


def listed(value: object) -> list[Any]:
    """`value` if it is a list; an empty list for None, because an API may omit it. Raises CannotJudge otherwise."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise CannotJudge(f"The dump has {quoted(repr(value))} where a list belongs.")
    return value


def objects_of(one: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in the list under `key`. Raises CannotJudge if it contains anything else."""
    found = listed(one.get(key))
    if not all(isinstance(inner, dict) for inner in found):
        raise CannotJudge(f"The dump has {quoted(repr(found))} where a list of {key!r} belongs.")
    return found


def object_of(one: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`, an empty one if there is none. Raises CannotJudge for anything else."""
    found = one.get(key)
    if found is not None and not isinstance(found, dict):
        raise CannotJudge(f"The dump has {quoted(repr(found))} where {key!r} belongs.")
    return found or {}


def text_of(one: Mapping[str, Any], key: str) -> str:
    """The string under `key`. Raises CannotJudge if there is none."""
    value = one.get(key)
    if not isinstance(value, str):
        raise CannotJudge(f"The dump has no string {key!r} in {quoted(repr(one))}.")
    return value


def number_of(one: Mapping[str, Any], key: str = "id") -> int:
    """The number under `key`. Raises CannotJudge if there is none."""
    value = one.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise CannotJudge(f"The dump has no number {key!r} in {quoted(repr(one))}.")
    return value


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def _objects(value: object, depth: int) -> list[dict[str, Any]]:
    if isinstance(value, list) and depth < NESTED_AT_MOST:
        return [one for inner in value for one in _objects(inner, depth + 1)]
    if not isinstance(value, dict):
        raise CannotJudge(f"The dump has {quoted(repr(value))} where a rule belongs.")
    said = value.get("message") or value.get("error")
    if said is not None and "id" not in value and "name" not in value:
        raise CannotJudge(f"The host did not print its rules; it said {quoted(str(said))}.")
    return [value]
