"""Finds keys of a policy file that contradict each other or that lack another key."""

from __future__ import annotations

from ..grammar.tag_name import STAGED_KINDS
from ..rules import RULES
from .policy import change
from .severity import option_of, raising

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..settings import Message, Trailer
    from .policy import Policy
    from .reading import PolicyLevel, PolicyReader

GROUP = "people.groups."


def check(policy: Policy, reader: PolicyReader) -> None:
    """Add to the mistakes of `reader` what is wrong between the keys of the policy made from it."""
    _check_severities(policy, reader)
    _check_groups(policy, reader)
    _check_selectors(reader)
    _check_trailers(policy, reader)


def _check_severities(policy: Policy, reader: PolicyReader) -> None:
    everywhere = [policy.base, *(override.settings for override in policy.overrides)]
    effective = {option.name for settings in everywhere for option in raising(settings, (), site=False)}
    if reader.mistakes:
        # An option whose value is a mistake already is not reported as missing, too.
        effective.update(option_of(path) for part in (reader.base, *reader.overrides) for path in part.given)
    for part in (reader.base, *reader.overrides):
        for rule, level in part.values.get("rules", {}).items():
            needed = RULES[rule].needs_option
            if needed and level != "off" and effective.isdisjoint(needed):
                problem = f'"{level}" has no effect without {" or ".join(needed)}, which is not set'
                reader.mistake(part, f"rules.{rule}", problem)


def _check_groups(policy: Policy, reader: PolicyReader) -> None:
    groups = {path.removeprefix(GROUP): None for path in policy.given if path.startswith(GROUP)}
    named = [(f"people.allow[{number}].who", entry.who) for number, entry in enumerate(policy.people.allow, 1)]
    for path, who in [*named, ("emergency.who", policy.emergency.who)]:
        for name in who:
            if name.startswith("@") and name[1:] not in groups:
                reader.mistake(reader.base, path, f"{name!r} is no group; {_known_groups(list(groups))}")


def _known_groups(groups: Sequence[str]) -> str:
    from ..wording import MOST_NAMES, some_of
    from .toml_text import joined

    if not groups:
        return "people.groups is empty"
    return f"people.groups holds {joined(groups, 'and') if len(groups) <= MOST_NAMES else some_of(groups)}"


def _check_selectors(reader: PolicyReader) -> None:
    for array in ("people.allow", "signing.require"):
        section, _, name = array.partition(".")
        for number, entry in enumerate(reader.base.values.get(section, {}).get(name, ()), 1):
            if "stages" in entry and "what" in entry and not set(STAGED_KINDS) & set(entry["what"]):
                problem = "no kind of tag that `what` names has a stage"
                reader.mistake(reader.base, f"{array}[{number}].stages", problem)


def _check_trailers(policy: Policy, reader: PolicyReader) -> None:
    settings = policy.base
    _check_bounds(settings.message, reader.base, reader)
    for override, part in zip(policy.overrides, reader.overrides, strict=True):
        settings = change(settings, override.changes)
        _check_bounds(settings.message, part, reader)


def _check_bounds(message: Message, part: PolicyLevel, reader: PolicyReader) -> None:
    changed = part.values.get("message", {}).get("trailers", {})
    for trailer in message.trailers:
        if trailer.key in changed:
            problem = _problem_of_bounds(trailer)
            if problem:
                reader.mistake(part, f"message.trailers.{trailer.key}", problem)


def _problem_of_bounds(trailer: Trailer) -> str | None:
    bounded = [name for name in ("min", "max") if getattr(trailer, name) is not None]
    if bounded and trailer.type == "string":
        need = "needs" if len(bounded) == 1 else "need"
        return f'{" and ".join(bounded)} {need} type = "number" or type = "integer"'
    if trailer.min is not None and trailer.max is not None and trailer.min > trailer.max:
        return f"no number is at least {trailer.min} and at most {trailer.max}"
    return None
