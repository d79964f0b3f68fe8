"""Explains unknown entries of a policy file: where they belong, or which key was probably meant."""

from __future__ import annotations

from ..rules import RULES
from .keys import KEYS, OVERRIDABLE, TABLES
from .sections import SECTIONS
from .toml_text import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection


def explain_unknown(name: str, pattern: str, value: object) -> str:
    """What is wrong with the entry `name` in the table `pattern`, which does not allow it."""
    if pattern == "message.trailers":
        return "not the name of a trailer; letters, digits and '-' are allowed"
    if pattern == "people.groups":
        return "not the name of a group; it must be printable, without surrounding spaces"
    if pattern == "people.principals":
        return "not the name of a pusher; it must be printable, without surrounding spaces"
    if name in RULES and RULES[name].always:
        return "this rule is always an error; it has no severity to set"
    if pattern == "override[]" and (name in TABLES or name in KEYS):
        allowed = joined([f"[{section}]" for section in OVERRIDABLE], "and")
        return f"can't differ by model; an override may contain models, {allowed}"
    places = _places(name)
    if places:
        return f"belongs {joined(places)}"
    if name in KEYS:
        return f"in quotes this is one name; write {name} without them"
    return _with_nearest(name, pattern, value)


def _places(name: str) -> list[str]:
    """The places where a key, table or rule of exactly this name belongs."""
    if name in RULES:
        return ["in [rules]"]
    places = []
    for path in [*KEYS, *sorted(TABLES)]:
        table, _, last = path.removesuffix("[]").rpartition(".")
        if last == name and name not in ("NAME", "RULE"):
            places.append(f"in {_header(table)}" if table else "at the top of the file, before the first [table]")
    return list(dict.fromkeys(places))


def _header(table: str) -> str:
    return f"[[{table[:-2]}]]" if table.endswith("[]") else f"[{table}]"


def _with_nearest(name: str, pattern: str, value: object) -> str:
    spelled = name.replace("_", "-").lower()
    if pattern == "rules":
        nearest = _nearest(spelled, [rule for rule in RULES if not RULES[rule].always])
        return f"no such rule{f'; did you mean {nearest}?' if nearest else '; `tagwarden rules` lists them'}"
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        # Within a table, by the rest of their names.
        headers = {
            section.removesuffix("[]").removeprefix(f"{pattern}."): _header(section)
            for section in SECTIONS
            if section not in ("", pattern)
        }
        nearest = _nearest(spelled, headers)
        return f"no such table{f'; did you mean {headers[nearest]}?' if nearest else ''}"
    keys = _names_of_keys()
    inside = [path.rpartition(".")[2] for path in KEYS if path.rpartition(".")[0] == pattern]
    nearest = _nearest(spelled, inside) or _nearest(spelled, keys)
    if nearest:
        return f"no such key; did you mean {joined(keys[nearest])}?"
    return f"no such key; there are {joined(inside, 'and')}" if inside else "no such key"


def _names_of_keys() -> dict[str, list[str]]:
    """The full names of keys, by their last part and by the full name itself."""
    keys: dict[str, list[str]] = {}
    for path in KEYS:
        if not path.endswith(("NAME", "RULE")):
            keys.setdefault(path.rpartition(".")[2], []).append(path)
            keys.setdefault(path, [path])
    return keys


def _nearest(name: str, candidates: Collection[str]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name[:80], candidates, n=1)), None)
