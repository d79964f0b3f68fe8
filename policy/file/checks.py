"""What no single value shows: keys of a policy file that contradict or miss one another."""

from __future__ import annotations

from ..rules import RULES
from ..settings import Message, change
from .severity import option_of, raising

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..settings import Policy, Trailer
    from .reading import Reading, Written

GROUP = "people.groups."


def check(policy: Policy, reading: Reading) -> None:
    """Add to the mistakes of `reading` what is wrong between the keys of `policy`, which was made of it."""
    _check_severities(policy, reading)
    _check_groups(policy, reading)
    _check_selectors(reading)
    _check_trailers(policy, reading)


def _check_severities(policy: Policy, reading: Reading) -> None:
    effective = {option.name for option in raising(policy.base, (), site=False)}
    for override in policy.overrides:
        effective.update(option.name for option in raising(change(policy.base, override.changes), (), site=False))
    if reading.mistakes:
        # An option whose value was just complained of is not missing as well.
        effective.update(option_of(path) for written in (reading.base, *reading.overrides) for path in written.given)
    for written in (reading.base, *reading.overrides):
        for rule, level in written.values.get("rules", {}).items():
            needed = RULES[rule].needs_option
            if needed and level != "off" and effective.isdisjoint(needed):
                problem = f'"{level}" has no effect without {" or ".join(needed)}, which is not set'
                reading.mistake(written, f"rules.{rule}", problem)


def _check_groups(policy: Policy, reading: Reading) -> None:
    groups = {path.removeprefix(GROUP): None for path in policy.given if path.startswith(GROUP)}
    named = [(f"people.allow[{number}].who", entry.who) for number, entry in enumerate(policy.people.allow, 1)]
    for path, who in [*named, ("emergency.who", policy.emergency.who)]:
        for name in who:
            if name.startswith("@") and name[1:] not in groups:
                reading.mistake(reading.base, path, f"{name!r} is not a group; {_known_groups(list(groups))}")


def _known_groups(groups: Sequence[str]) -> str:
    from ..wording import MOST_NAMES, some_of
    from .toml_text import joined

    if not groups:
        return "people.groups is empty"
    return f"people.groups holds {joined(groups, 'and') if len(groups) <= MOST_NAMES else some_of(groups)}"


def _check_selectors(reading: Reading) -> None:
    for array in ("people.allow", "signing.require"):
        section, _, name = array.partition(".")
        for number, entry in enumerate(reading.base.values.get(section, {}).get(name, ()), 1):
            if "stages" in entry and "what" in entry and not {"assign", "unassign"} & set(entry["what"]):
                problem = "no kind of tag that `what` names has a stage"
                reading.mistake(reading.base, f"{array}[{number}].stages", problem)


def _check_trailers(policy: Policy, reading: Reading) -> None:
    settings = policy.base
    _check_bounds(settings.message, reading.base, reading)
    for override, written in zip(policy.overrides, reading.overrides, strict=True):
        settings = change(settings, override.changes)
        _check_bounds(settings.message, written, reading)


def _check_bounds(message: Message, written: Written, reading: Reading) -> None:
    changed = written.values.get("message", {}).get("trailers", {})
    for trailer in message.trailers:
        if trailer.key in changed:
            problem = _problem_of_bounds(trailer)
            if problem:
                reading.mistake(written, f"message.trailers.{trailer.key}", problem)


def _problem_of_bounds(trailer: Trailer) -> str | None:
    bounded = [name for name in ("min", "max") if getattr(trailer, name) is not None]
    if bounded and trailer.type == "string":
        need = "needs" if len(bounded) == 1 else "need"
        return f'{" and ".join(bounded)} {need} type = "number" or type = "integer"'
    if trailer.min is not None and trailer.max is not None and trailer.min > trailer.max:
        return f"no number is at least {trailer.min} and at most {trailer.max}"
    return None
