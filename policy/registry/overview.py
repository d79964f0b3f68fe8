"""An overview of a model, as `show` prints it: its versions, and what each stage holds.

As in GTO (1.10, `gto show`), a stage holds the version of the newest assignment
in force, and the latest version is the greatest active one.
"""

from __future__ import annotations

from ..record import Record
from .history import greatest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..grammar.versions import Version
    from .event import Event
    from .history import ModelHistory


class StageHolder(Record):
    """What is in a stage, and the assigning tag. Without a `version` on the commit, GTO shows the commit."""

    stage: str
    version: Version | None
    commit: str
    tag: str

    @property
    def text(self) -> str:
        return str(self.version) if self.version else self.commit


class ModelOverview(Record):
    """One line of `show`. `versions` is the number of active versions; `stages` has only the stages that hold one."""

    model: str
    latest: Version | None
    latest_tag: str | None
    versions: int
    stages: dict[str, StageHolder]
    deprecated: bool


class VersionLine(Record):
    """One version of a model. `number` counts the model's registrations in the order of time, from 1."""

    number: int
    version: Version
    commit: str
    tag: str
    time: int
    active: bool
    stages: tuple[str, ...]


def overview_of(model: str, history: ModelHistory) -> ModelOverview:
    """The overview of `model`, which is spelled as in tags."""
    active = list(history.active_registrations())
    latest = greatest_of(active)
    return ModelOverview(
        model,
        latest.name.version if latest else None,
        latest.tag if latest else None,
        len(active),
        stage_holders(history),
        history.is_deprecated,
    )


def stage_holders(history: ModelHistory) -> dict[str, StageHolder]:
    """What each stage holds; empty stages are left out."""
    holders = {}
    for stage in history.holdings:
        event = history.holder(stage)
        if event is not None:
            version = history.active_version_at(event.commit)
            holders[stage] = StageHolder(stage, version, event.commit, event.tag)
    return holders


def version_lines(history: ModelHistory) -> list[VersionLine]:
    """Every version that was ever registered, the greatest first."""
    held: dict[str, list[str]] = {}
    for holder in stage_holders(history).values():
        held.setdefault(holder.commit, []).append(holder.stage)
    lines = []
    for number, event in enumerate(in_order_of_time(history.registrations), 1):
        assert event.name.version is not None
        if history.registration(event.name.version, event.commit) != event:
            continue  # the version was registered again on the same commit
        active = history.is_active(event.name.version, event.commit)
        stages = held.get(event.commit, []) if active else []
        lines.append(
            VersionLine(number, event.name.version, event.commit, event.tag, event.time, active, tuple(sorted(stages)))
        )
    return sorted(lines, key=lambda line: (line.version.precedence, line.time, line.tag), reverse=True)


def in_order_of_time(registrations: Iterable[Event]) -> list[Event]:
    """The registrations in the order of time, in which they are numbered; deregistered versions keep their numbers."""
    return sorted(registrations, key=lambda event: (event.time, _precedence(event), event.tag))


def stages_in_order(found: Iterable[str], declared: Sequence[str] | None) -> list[str]:
    """The declared stages in the order of their declaration, then the others that were `found`, by name."""
    known = list(declared or ())
    return known + sorted(set(found) - set(known))


def _precedence(event: Event) -> object:
    return event.name.version.precedence if event.name.version else ()
