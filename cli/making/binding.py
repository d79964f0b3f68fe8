"""The trailers with which `register` binds what a version holds: which are wanted, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...policy.objects.trailers import parse_trailers
from ...report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...contents.binding import Binding
    from ...policy.file.policy import Policy
    from ...policy.registry.planning import Plan
    from ...policy.settings import Settings
    from ...repository.making.tag_maker import TagMaker

TRAILERS = {"artifact": "Artifact", "data": "Data", "metrics": "Metric"}


class Bound:
    """Makes the trailers of a planned registration: those that were `asked` for, and those that the policy wants."""

    def __init__(self, asked: Sequence[str]) -> None:
        self._asked = asked
        # Large files are not read again where somebody else's tag took the name.
        self._made: dict[tuple[str, tuple[str, ...]], Binding] = {}

    def __call__(self, maker: TagMaker, policy: Policy, plan: Plan, message: str) -> Sequence[tuple[str, str]]:
        """Say what could not be bound. Raises CannotJudge where the artifact can't be read."""
        settings = policy.for_model(plan.name.model)
        given = {key.lower() for key, _ in parse_trailers(message)}
        wanted = [one for one in TRAILERS.values() if one in self._asked or _is_required(one, settings)]
        wanted = [one for one in wanted if one.lower() not in given]
        if not wanted:
            return ()
        key = (plan.commit, tuple(wanted))
        if key not in self._made:
            from ...contents.binding import binding_of

            metrics = (*settings.show.metrics, *settings.show.better)
            made = binding_of(maker.git, maker.reader, plan.name.model, plan.commit, wanted, metrics)
            for note in made.notes:
                click.echo(f"note: {escape(note)}", err=True)
            self._made[key] = made
        return self._made[key].trailers


def _is_required(trailer: str, settings: Settings) -> bool:
    if trailer == "Artifact" and settings.artifact.required:
        return True
    return any(
        one.key.lower() == trailer.lower() and one.required and "register" in one.what
        for one in settings.message.trailers
    )
