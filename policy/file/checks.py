"""Finds keys of a policy file that contradict each other, or that need another key."""

from __future__ import annotations

from ..grammar.tag_name import STAGED_KINDS
from ..rules import RULES
from .policy import apply_changes
from .severity import effective_options, option_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..settings import Message, Trailer, VersionFile
    from .policy import Policy
    from .reading import PolicyLevel, PolicyReader

GROUP = "people.groups."


def check(policy: Policy, reader: PolicyReader) -> None:
    """Add the mistakes that involve several keys to `reader`; `policy` was made from it."""
    _check_severities(policy, reader)
    _check_groups(policy, reader)
    _check_selectors(reader)
    _check_approvals(policy, reader)
    _check_models(policy, reader)


def _check_severities(policy: Policy, reader: PolicyReader) -> None:
    everywhere = [policy.base, *(override.settings for override in policy.overrides)]
    effective = {option.name for settings in everywhere for option in effective_options(settings, (), site=False)}
    if reader.mistakes:
        # An option whose value is already reported as a mistake is not also reported as missing.
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
    entries = enumerate(policy.base.approvals.require, 1)
    named += [(f"approvals.require[{number}].who", entry.who) for number, entry in entries]
    for path, who in [*named, ("emergency.who", policy.emergency.who)]:
        for name in who:
            if name.startswith("@") and name[1:] not in groups:
                reader.mistake(reader.base, path, f"{name!r} is not a group; {_known_groups(list(groups))}")


def _known_groups(groups: Sequence[str]) -> str:
    from ..wording import MOST_NAMES, some_of
    from .toml_text import joined

    if not groups:
        return "people.groups is empty"
    return f"people.groups has {joined(groups, 'and') if len(groups) <= MOST_NAMES else some_of(groups)}"


def _check_selectors(reader: PolicyReader) -> None:
    for array in ("people.allow", "signing.require", "approvals.require"):
        section, _, name = array.partition(".")
        for number, entry in enumerate(reader.base.values.get(section, {}).get(name, ()), 1):
            if "stages" in entry and "what" in entry and not set(STAGED_KINDS) & set(entry["what"]):
                problem = "no kind of tag that `what` names has a stage"
                reader.mistake(reader.base, f"{array}[{number}].stages", problem)


def _check_approvals(policy: Policy, reader: PolicyReader) -> None:
    approvals, groups = policy.base.approvals, policy.people.groups
    if not approvals.require or reader.mistakes:
        return
    from ..approvals.quorum import people_in
    from ..wording import counted

    if approvals.repository is None and not policy.site:
        problem = "must be given with approvals.require: the server's Git setting tagwarden.repositoryId"
        reader.mistake(reader.base, "approvals.repository", problem)
    if policy.signing.allowed_signers is None:
        problem = "must be given with approvals.require, whose approvals are signatures"
        reader.mistake(reader.base, "signing.allowed-signers", problem)
    for number, entry in enumerate(approvals.require, 1):
        if len(people_in(entry.who, groups)) < entry.enough:
            problem = (
                f"{entry.enough} must approve, and `who` names {counted(len(people_in(entry.who, groups)), 'person')}"
            )
            reader.mistake(reader.base, f"approvals.require[{number}].count", problem)


def _check_models(policy: Policy, reader: PolicyReader) -> None:
    """Check the settings that may differ by model."""
    settings = policy.base
    for changes, part in [
        ({}, reader.base),
        *zip((o.changes for o in policy.overrides), reader.overrides, strict=True),
    ]:
        settings = apply_changes(settings, changes)
        _check_bounds(settings.message, part, reader)
        _check_version_file(settings.target.version_file, part, reader)


def _check_version_file(wanted: VersionFile, part: PolicyLevel, reader: PolicyReader) -> None:
    table = "target.version-file"
    given = [path for path in part.given if path.startswith(f"{table}.")]
    read = part.values.get("target", {}).get("version_file", {})
    # Checked only if none of its values is already a mistake.
    problem = _problem_of_version_file(wanted) if given and len(given) == len(read) else None
    if problem is not None:
        name, what = problem
        reader.mistake(part, f"{table}.{name}", what)


def _problem_of_version_file(wanted: VersionFile) -> tuple[str, str] | None:
    from ..objects.document_files import kind_of
    from .value_types import PATTERN, InvalidValue

    if wanted.path is None:
        return "path", "must be given"
    kind = kind_of(wanted.path)
    if kind is not None:
        return None if wanted.key else ("key", f"must be given, because {wanted.path!r} is {kind}")
    try:
        PATTERN.read(wanted.key or "")
    except InvalidValue as unfit:
        return "key", f"found {unfit}; expected {PATTERN.expected}, because {wanted.path!r} is plain text"
    return None


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
