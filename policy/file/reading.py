"""Checks a parsed policy file against the table of keys.

It does not raise for mistakes, but collects them, so that all are reported at once.
"""

from __future__ import annotations

from ..rules import RULES
from .keys import KEYS, OVERRIDABLE, TABLES
from .toml_text import describe_value, toml_text
from .value_types import InvalidValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .key import Key

TRAILER_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
# Tables in which users choose the names of the keys, and the placeholder for these names in KEYS.
NAMED_BY_USERS = {
    "message.trailers": "NAME",
    "people.groups": "NAME",
    "people.principals": "NAME",
    "metrics": "NAME",
    "rules": "RULE",
}
MOST_NAMED = {"message.trailers": 100, "people.groups": 1000, "people.principals": 1000, "metrics": 1000}
MUST_BE_GIVEN = {"people.allow[]": "who", "approvals.require[]": "who", "override[]": "models"}

# Every event is compared with every entry, so tens of thousands of them would make all pushes slow.
MOST_TABLES = 200
# Nobody reads more mistakes at once.
MOST_MISTAKES = 100

_BAD = object()


class PolicyLevel:
    """One level of a policy file: the file itself, or one `[[override]]`.

    `values` are nested as in the file, converted to the policy's types, under the
    names of the records' fields; invalid values are left out. `given` maps the
    keys that were set, spelled with dots, to their values as written. `where` is
    the prefix of keys in messages.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.given: dict[str, object] = {}
        self.values: dict[str, Any] = {}


class PolicyReader:
    """Reads a parsed policy file into `base` and `overrides`, and collects the `mistakes`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._mistakes: list[str] = []
        self._more = 0
        self.base = PolicyLevel("")
        top = {name: value for name, value in document.items() if name != "override"}
        self.base.values.update(self._table(top, "", "", self.base))
        self.overrides: list[PolicyLevel] = []
        for number, table in enumerate(self._tables("override", document.get("override", []), self.base), 1):
            override = PolicyLevel(f"override[{number}].")
            override.values.update(self._table(table, "override[]", "", override))
            self.overrides.append(override)

    def mistake(self, level: PolicyLevel, path: str, problem: str) -> None:
        """Record a mistake at `path`, a key spelled with dots; beyond MOST_MISTAKES, only count it."""
        if self.is_full:
            self._more += 1
        else:
            self._mistakes.append(f"{level.where}{path}: {problem}")

    @property
    def is_full(self) -> bool:
        """Whether further mistakes are only counted."""
        return len(self._mistakes) >= MOST_MISTAKES

    @property
    def mistakes(self) -> list[str]:
        """What is wrong with the file, one sentence for each mistake."""
        return [*self._mistakes, f"and {self._more} more mistakes"] if self._more else self._mistakes

    def _table(self, table: Mapping[str, Any], pattern: str, path: str, level: PolicyLevel) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if len(table) > MOST_NAMED.get(pattern, len(table)):
            self.mistake(level, path, f"found {len(table)} names; there may be {MOST_NAMED[pattern]} at most")
            return values
        if not table and path and pattern.endswith(("[]", "NAME")):
            # An empty table of this kind has an effect, too.
            level.given[path] = {}
        for name, value in table.items():
            inner = self._entry(name, value, pattern, f"{path}.{_shown(name)}" if path else _shown(name), level)
            if inner is not _BAD:
                values[name if pattern in NAMED_BY_USERS else name.replace("-", "_")] = inner
        needed = MUST_BE_GIVEN.get(pattern)
        if needed and needed not in table:
            self.mistake(level, f"{path}.{needed}" if path else needed, "must be given")
        return values

    def _entry(self, name: str, value: Any, pattern: str, path: str, level: PolicyLevel) -> Any:
        """`value` converted for the policy; _BAD, after recording a mistake, if it is not allowed there."""
        inner = self._find(name, pattern)
        if inner is None:
            from .mistakes import explain_unknown

            self.mistake(level, path, "" if self.is_full else explain_unknown(name, pattern, value))
        elif inner in KEYS:
            return self._value(KEYS[inner], value, path, level)
        elif inner.endswith("[]"):
            tables = self._tables(path, value, level)
            return [self._table(table, inner, f"{path}[{number}]", level) for number, table in enumerate(tables, 1)]
        elif type(value) is dict:
            return self._table(value, inner, path, level)
        else:
            self.mistake(level, path, f"found {describe_value(value)}; expected a table")
        return _BAD

    def _find(self, name: str, pattern: str) -> str | None:
        """The name in KEYS or TABLES of the entry `name` of the table `pattern`; None if there is no such entry."""
        if pattern in NAMED_BY_USERS:
            return f"{pattern}.{NAMED_BY_USERS[pattern]}" if _may_be_named(name, pattern) else None
        if "." in name or "[" in name:
            return None
        if pattern == "override[]":
            if name in OVERRIDABLE:
                return name
        elif not pattern and name in TABLES:
            return name
        inner = f"{pattern}.{name}" if pattern else name
        if inner in KEYS or inner in TABLES:
            return inner
        return f"{inner}[]" if f"{inner}[]" in TABLES else None

    def _value(self, key: Key, value: Any, path: str, level: PolicyLevel) -> Any:
        level.given[path] = value
        try:
            read = key.type.read(value)
        except InvalidValue as unfit:
            self.mistake(level, path, f"found {str(unfit) or describe_value(value)}; expected {key.type.expected}")
            return _BAD
        return read

    def _tables(self, path: str, value: Any, level: PolicyLevel) -> list[dict[str, Any]]:
        if type(value) is list and all(type(table) is dict for table in value):
            if len(value) > MOST_TABLES:
                self.mistake(level, path, f"found {len(value)} entries; there may be {MOST_TABLES} at most")
                return []
            return value
        self.mistake(level, path, f"found {describe_value(value)}; expected an array of tables, written [[{path}]]")
        return []


def _may_be_named(name: str, pattern: str) -> bool:
    if pattern == "rules":
        return name in RULES and not RULES[name].always
    if pattern == "message.trailers":
        return bool(name) and TRAILER_CHARACTERS.issuperset(name)
    return name.isprintable() and name == name.strip() != ""


def _shown(name: str) -> str:
    """The name as it must be written in TOML: quoted unless it can be a bare key."""
    if name and TRAILER_CHARACTERS.issuperset(name.replace("_", "-")):
        return name
    return toml_text(name)
