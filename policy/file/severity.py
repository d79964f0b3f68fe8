"""The severity of each rule under a policy.

It is the one that `[rules]` sets; otherwise "error" if an option of the rule has
a value that turns it on; otherwise the rule's default. In a site policy, rules
that it does not set, by `[rules]` or by an option, are off.
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
    """Something that can turn rules on: a key, or an array or table.

    Its `rules` are errors by default if its value, which is in `field` of
    `section` of the settings, is not equal to `turns_on_unless`.
    """

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
    """Every rule's severity: `rules` are those that `[rules]` sets, `given` all keys that were set."""
    levels: dict[str, Level] = dict.fromkeys(RULES, "off") if site else dict(DEFAULT_LEVELS)
    for option in effective_options(settings, given, site=site):
        for rule in option.rules:
            levels[rule] = "error"
    levels.update(rules)
    # No policy can turn off the rules that keep policies readable and approvals trustworthy.
    levels.update(dict.fromkeys(rules_where("always"), "error"))
    return levels


def effective_options(settings: Settings, given: Collection[str], *, site: bool) -> list[Option]:
    """The options whose values turn their rules on; in a site policy, only those that were set."""
    set_here = {option_of(path) for path in given} if site else ()
    return [
        option
        for option in OPTIONS
        if (not site or option.name in set_here)
        and getattr(getattr(settings, option.section), option.field) != option.turns_on_unless
    ]


def option_of(path: str) -> str:
    """The name of the option that a key belongs to: `people.allow` for `people.allow[2].who`."""
    section, _, rest = path.partition(".")
    return f"{section}.{rest.partition('.')[0].partition('[')[0]}"
