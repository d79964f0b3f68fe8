"""Plans the rollback of a stage to the version that held it before, unless that version was withdrawn."""

from __future__ import annotations

from ..grammar.names import gto_spelling
from ..grammar.tag_name import TagName
from ..wording import shell_command
from .planning import Plan, Unplannable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Event
    from .planning import KnownModel


def plan_rollback(known: KnownModel, stage: str) -> Plan:
    """Plan to assign `stage` to the version that held it before the current one.

    Versions that were unassigned or deregistered since are skipped. Raises
    Unplannable if no version is left. Also raises it if the current version was
    itself put back over a newer one, because that newer version may be broken,
    so that it is not clear which one is meant.
    """
    history = known.history
    holders = history.holders(stage)
    model = gto_spelling(known.model)
    if not holders:
        raise Unplannable(f"no version of {model!r} is in {stage!r}, so there is none to go back from")
    now = holders[0]
    if len(holders) == 1:
        raise Unplannable(
            f"{_version(known, now)} is the only version of {model!r} in {stage!r} that was not withdrawn, "
            "so there is none to go back to"
        )
    last = holders[1]
    before = _newest_before(known, holders[1:], _since(known, now))
    if before is None or before.commit != last.commit:
        choice = [last] if before is None else [last, before]
        raise Unplannable(
            f"{_version(known, now)} of {model!r} was put back into {stage!r} over {_version(known, last)} "
            f"({now.tag!r}), so going back again may mean more than one thing. Name the version:"
            + "".join(f"\n  {_by_hand(model, stage, _version(known, one))}" for one in choice)
        )
    version, origin = _version(known, last), _version(known, now)
    message = f"Assigning stage {stage} to artifact {model} version {version}, back from version {origin}"
    return Plan(
        TagName(known.model, "assign", stage=stage), last.commit, history.active_version_at(last.commit), message
    )


def _version(known: KnownModel, holder: Event) -> str:
    return str(known.history.active_version_at(holder.commit) or holder.commit)


def _by_hand(model: str, stage: str, version: str) -> str | None:
    return shell_command("tagwarden", "assign", model, stage, "--version", version)


def _since(known: KnownModel, holder: Event) -> Event:
    """The assignment that put the version of `holder` into its stage: the first since it was last withdrawn."""
    return min(_assignments_in_force(known, holder), key=lambda event: event.time, default=holder)


def _newest_before(known: KnownModel, holders: list[Event], since: Event) -> Event | None:
    """The last assignment not later than `since` among those of the versions of `holders`."""
    earlier = [
        event for holder in holders for event in _assignments_in_force(known, holder) if event.time <= since.time
    ]
    return max(earlier, key=lambda event: event.time, default=None)


def _assignments_in_force(known: KnownModel, holder: Event) -> list[Event]:
    """The assignments of the version of `holder` to its stage since its last unassignment or deregistration."""
    stage = holder.name.stage
    own = [event for event in known.events if event.commit == holder.commit and event.name.stage in (stage, None)]
    ends = [event.time for event in own if event.name.kind in ("unassign", "deregister")]
    return [event for event in own if event.name.kind == "assign" and event.time > max(ends, default=-1)]
