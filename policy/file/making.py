"""Makes a `Policy` of what `PolicyReader` has read from a file."""

from __future__ import annotations

from ..grammar.tag_name import STAGED_KINDS
from ..program_version import VERSION
from ..settings import Allow, Emergency, Requirement, Selector, Settings
from .keys import OVERRIDABLE
from .policy import Override, Policy, apply_changes
from .severity import resolve
from .value_types import PROGRAM_VERSION, InvalidValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..verdict import Level
    from .reading import PolicyLevel, PolicyReader

SECTIONS = Settings._fields[1:]


def problem_of_minimum_version(document: Mapping[str, Any]) -> str | None:
    """A sentence if the file's `minimum-version` is above this tagwarden's version; otherwise None."""
    wanted = document.get("minimum-version")
    try:
        needed = _release(PROGRAM_VERSION.read(wanted))
    except InvalidValue:
        return None
    if needed <= _release(VERSION):
        return None
    return f"This policy needs tagwarden ≥ {wanted}; this is {VERSION}."


def make_policy(reader: PolicyReader, *, site: bool) -> Policy:
    """The policy that was read. Valid only if `reader` has no mistakes; `site` makes it a site policy."""
    values, given = _with_thresholds(reader.base.values), reader.base.given
    rules = values.get("rules", {})
    unresolved = apply_changes(
        Settings({}), {section: _fields(section, values) for section in SECTIONS if section in values}
    )
    base = unresolved._replace(levels=resolve(unresolved, rules, given, site=site))
    return Policy(
        values.get("mode", "enforce"),
        values.get("scope", {}).get("ignore", ()),
        base,
        Emergency(**values.get("emergency", {})),
        tuple(_make_override(level, base, rules, given, site=site) for level in reader.overrides),
        rules,
        given,
        site,
    )


def _with_thresholds(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """`values` with the `better` of each metric in `metrics` moved to `show`, as in `Settings`."""
    better = {name: fields["better"] for name, fields in values.get("metrics", {}).items() if "better" in fields}
    return {**values, "show": {**values.get("show", {}), "better": better}}


def _make_override(
    level: PolicyLevel, base: Settings, rules: Mapping[str, Level], given: Mapping[str, object], *, site: bool
) -> Override:
    changes = {
        section: level.values[section] for section in OVERRIDABLE if section in level.values and section != "rules"
    }
    changed_rules = level.values.get("rules", {})
    settings = apply_changes(base, changes)
    levels = resolve(settings, {**rules, **changed_rules}, {*given, *level.given}, site=site)
    return Override(
        level.values.get("models", ()), changes, changed_rules, level.given, settings._replace(levels=levels)
    )


def _fields(section: str, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(values[section])
    if "allow" in fields:
        fields["allow"] = tuple(
            Allow(entry.pop("who", ()), make_selector(entry)) for entry in map(dict, fields["allow"])
        )
    if "require" in fields:
        make = make_selector if section == "signing" else _requirement
        fields["require"] = tuple(map(make, fields["require"]))
    return fields


def _requirement(entry: Mapping[str, Any]) -> Requirement:
    covers = make_selector({name: value for name, value in entry.items() if name in Selector._fields})
    return Requirement(entry.get("who", ()), covers, entry.get("count", 1), entry.get("not", ()))


def make_selector(fields: Mapping[str, Any]) -> Selector:
    """The selector with these `fields`; with stages but no kinds it covers assignments and unassignments."""
    if "stages" in fields and "what" not in fields:
        return Selector(STAGED_KINDS, **fields)
    return Selector(**fields)


def _release(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))
