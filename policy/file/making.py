"""Makes the policy of what was read from its file."""

from __future__ import annotations

from ..program_version import VERSION
from ..settings import Allow, Emergency, Override, Policy, Selector, Settings, change
from .keys import OVERRIDABLE
from .value_types import PROGRAM_VERSION, InvalidValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .reading import PolicyReader

SECTIONS = Settings._fields[:-1]
STAGED_KINDS = ("assign", "unassign")


def refuse_newer(document: Mapping[str, Any]) -> str | None:
    """What to say if the file's `minimum-version` is above this tagwarden's, else None."""
    wanted = document.get("minimum-version")
    try:
        needed = _release(PROGRAM_VERSION.read(wanted))
    except InvalidValue:
        return None
    if needed <= _release(VERSION):
        return None
    return f"This policy needs tagwarden ≥ {wanted}; this is {VERSION}."


def make_policy(reader: PolicyReader, *, site: bool) -> Policy:
    """The policy that was read; of use only if no mistake was found."""
    values = reader.base.values
    overrides = tuple(
        Override(
            written.values.get("models", ()),
            {
                section: written.values[section]
                for section in OVERRIDABLE
                if section in written.values and section != "rules"
            },
            written.values.get("rules", {}),
            written.given,
        )
        for written in reader.overrides
    )
    return Policy(
        values.get("mode", "enforce"),
        values.get("scope", {}).get("ignore", ()),
        change(Settings(), {section: _fields(section, values) for section in SECTIONS if section in values}),
        Emergency(**values.get("emergency", {})),
        overrides,
        values.get("rules", {}),
        reader.base.given,
        site,
        {},
    )


def _fields(section: str, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(values[section])
    if "allow" in fields:
        fields["allow"] = tuple(Allow(entry.pop("who", ()), selector(entry)) for entry in map(dict, fields["allow"]))
    if "require" in fields:
        fields["require"] = tuple(map(selector, fields["require"]))
    return fields


def selector(fields: Mapping[str, Any]) -> Selector:
    """What an entry covers; one that names stages and no kinds is about assigning to them."""
    if "stages" in fields and "what" not in fields:
        return Selector(STAGED_KINDS, **fields)
    return Selector(**fields)


def _release(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))
