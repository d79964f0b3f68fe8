"""How severe a breach of each rule is, by what a policy file says.

It is the severity that `[rules]` sets; else "error" if an option of the rule
has a value that turns it on; else the rule's default. A site policy's rules
are off unless it sets them, by `[rules]` or by an option.
"""

from __future__ import annotations

from ..record import Record
from ..rules import DEFAULT_LEVELS, RULES, rules_where
from ..settings import Settings
from .key import ANY_VALUE
from .keys import KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..verdict import Level


class Option(Record):
    """What turns rules on: a key, or an array or table that must not be empty."""

    name: str
    section: str
    field: str
    rules: tuple[str, ...]
    turns_on_unless: object


def _options() -> tuple[Option, ...]:
    options = []
    for key in KEYS.values():
        section, _, name = key.name.partition(".")
        if key.rules and "." not in name and "[" not in section and key.turns_on_unless is not ANY_VALUE:
            options.append(Option(key.name, section, name.replace("-", "_"), key.rules, key.turns_on_unless))
    for rule, row in RULES.items():
        if row.raised_by is not None:
            section, _, name = row.raised_by.partition(".")
            field = name.replace("-", "_")
            nothing = getattr(getattr(Settings({}), section), field)
            options.append(Option(row.raised_by, section, field, (rule,), nothing))
    return tuple(options)


OPTIONS = _options()


def resolve(settings: Settings, rules: Mapping[str, Level], given: Collection[str], *, site: bool) -> dict[str, Level]:
    """Every rule's severity: `rules` are those set by name, `given` all keys that were set."""
    levels: dict[str, Level] = dict.fromkeys(RULES, "off") if site else dict(DEFAULT_LEVELS)
    for option in raising(settings, given, site=site):
        for rule in option.rules:
            levels[rule] = "error"
    levels.update(rules)
    # No policy can turn off the rules that keep policies readable, and approvals true.
    levels.update(dict.fromkeys(rules_where("always"), "error"))
    return levels


def raising(settings: Settings, given: Collection[str], *, site: bool) -> list[Option]:
    """The options whose values turn their rules on; in a site policy, those of them that were set."""
    set_here = {option_of(path) for path in given} if site else ()
    return [
        option
        for option in OPTIONS
        if (not site or option.name in set_here)
        and getattr(getattr(settings, option.section), option.field) != option.turns_on_unless
    ]


def option_of(path: str) -> str:
    """What a given key belongs to that can turn a rule on: `people.allow[2].who` to `people.allow`."""
    section, _, rest = path.partition(".")
    return f"{section}.{rest.partition('.')[0].partition('[')[0]}"
