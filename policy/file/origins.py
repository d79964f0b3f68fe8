"""Where each value of a policy comes from: a default, the file, an override, or `.gto`."""

from __future__ import annotations

from ..record import Record
from ..rules import RULES
from .defaults import default_of
from .keys import KEYS
from .severity import effective_options, option_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .policy import Override, Policy

BUILT_IN = "built-in"
FILE = "file"
GTO = ".gto"


class EffectiveValue(Record):
    """One key with its effective value, as a value of TOML; None if it has none.

    `origin` is "built-in", "file", ".gto" or "override N", where N counts from 1
    in the order of the file. `because` is the option that makes a rule an error,
    if `[rules]` does not set its severity.
    """

    key: str
    value: object
    origin: str
    because: str | None = None


def effective_values(
    policy: Policy, model: str | None = None, declared_stages: Sequence[str] | None = None
) -> list[EffectiveValue]:
    """The effective value of every key, and every rule's severity, for `model`.

    Without a model, they are those for models that no override matches.
    `declared_stages` are those in `.gto`, which count if the policy names none.
    """
    overriding = () if model is None else policy.overriding(model)
    written = _values_in_file(policy, overriding)
    if declared_stages is not None and "stages.names" not in written:
        written["stages.names"] = EffectiveValue("stages.names", list(declared_stages), GTO)
    values: dict[str, EffectiveValue] = {}
    for key in KEYS.values():
        if key.name in ("rules.RULE", "override[].models"):
            continue
        if "NAME" in key.name or "[]" in key.name:
            group = option_of(key.name)
            values.update((path, value) for path, value in written.items() if option_of(path) == group)
        else:
            values[key.name] = written.get(key.name) or EffectiveValue(key.name, default_of(key), BUILT_IN)
    return [*values.values(), *_severities(policy, overriding, written)]


def _values_in_file(policy: Policy, overriding: Sequence[Override]) -> dict[str, EffectiveValue]:
    """The values that the file sets, by key. A later override replaces an earlier one."""
    written = {path: EffectiveValue(path, value, FILE) for path, value in policy.given.items()}
    for number, override in enumerate(policy.overrides, 1):
        for path, value in override.given.items() if override in overriding else ():
            if path != "models":
                written[path] = EffectiveValue(path, value, f"override {number}")
    return written


def _severities(
    policy: Policy, overriding: Sequence[Override], written: dict[str, EffectiveValue]
) -> list[EffectiveValue]:
    settings = policy.settings_under(overriding)
    severities = {f"rules.{rule}": EffectiveValue(f"rules.{rule}", settings.levels[rule], BUILT_IN) for rule in RULES}
    for option in effective_options(settings, written, site=policy.site):
        origins = [value.origin for path, value in written.items() if option_of(path) == option.name]
        for rule in option.rules if origins else ():
            path = f"rules.{rule}"
            severities[path] = severities[path]._replace(origin=origins[-1], because=option.name)
    severities.update((path, value) for path, value in written.items() if path in severities)
    return list(severities.values())
