"""The trailers by which `register` binds what a version contains: which to add, and the notes about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...policy.budget import Budget
from ...policy.objects.trailers import add_trailers, parse_trailers
from ...report.escape import escape
from ..lines import echo_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...policy.file.policy import Policy
    from ...policy.registry.planning import Plan
    from ...policy.settings import Settings
    from ...repository.making.tag_maker import TagMaker

    Trailers = tuple[tuple[str, str], ...]

DIGESTS = {"sha256": "SHA-256", "md5": "DVC's MD5", "git": "Git's id"}
TRAILERS = {"artifact": "Artifact", "data": "Data", "metrics": "Metric"}


class ArtifactBinding:
    """Makes the trailers of a planned registration: those that were `asked` for, and those that the policy requires.

    Even without either, the artifact is bound if the commit says what it is.
    """

    def __init__(self, asked: Sequence[str]) -> None:
        self._asked = asked
        # Kept for another attempt, after somebody else's tag took the name: large files are not read again.
        self._made: dict[tuple[str, tuple[str, ...]], Trailers] = {}

    def __call__(self, maker: TagMaker, policy: Policy, plan: Plan, message: str) -> Trailers:
        """The trailers; reports on stderr what was bound by default, and what could not be bound.

        Raises CannotJudge if an artifact that was asked for can't be read.
        """
        settings = policy.for_model(plan.name.model)
        given = {key.lower() for key, _ in parse_trailers(message)}
        wanted = [one for one in TRAILERS.values() if one in self._asked or _is_required(one, settings)]
        wanted = [one for one in wanted if one.lower() not in given]
        key = (plan.commit, tuple(wanted))
        if key not in self._made:
            unasked = (
                () if "Artifact" in wanted or "artifact" in given else _default_trailers(maker, settings, plan, message)
            )
            self._made[key] = (*unasked, *(_requested_trailers(maker, settings, plan, wanted) if wanted else ()))
        return self._made[key]


def _requested_trailers(maker: TagMaker, settings: Settings, plan: Plan, wanted: Sequence[str]) -> Trailers:
    from ...contents.binding import binding_of

    metrics = (*settings.show.metrics, *settings.show.better)
    made = binding_of(maker.git, maker.reader, plan.name.model, plan.commit, wanted, metrics)
    echo_notes(made.notes)
    return made.trailers


def _default_trailers(maker: TagMaker, settings: Settings, plan: Plan, message: str) -> Trailers:
    """The trailers that bind the artifact; none if the policy uses trailers of that name for something else."""
    if any(one.key.lower() == "artifact" for one in settings.message.trailers):
        return ()
    from ...contents.binding import default_binding

    made = default_binding(maker.git, maker.reader, plan.name.model, plan.commit)
    if made.trailers and not _is_wanted(add_trailers(message, made.trailers).strip(), settings):
        echo_notes(["no 'Artifact:' trailer was added: with it, the message would not satisfy the policy"])
        return ()
    echo_notes(made.notes)
    if made.trailers:
        bound = [value.partition(" ") for _, value in made.trailers]
        digests = " and ".join(DIGESTS[digest.partition(":")[0]] for digest, _, _ in bound)
        click.echo(f"the tag binds {escape(repr(bound[0][2]))} by {digests}; --no-bind leaves that out", err=True)
    return made.trailers


def _is_wanted(text: str, settings: Settings) -> bool:
    """Whether the policy accepts a message of this length and form."""
    wanted = settings.message
    if len(text.encode("utf-8", "surrogateescape")) > wanted.max_bytes:
        return False
    if not wanted.pattern:
        return True
    from ...policy.patterns import matches_in_time

    return matches_in_time(wanted.pattern, text, Budget())


def _is_required(trailer: str, settings: Settings) -> bool:
    if trailer == "Artifact" and settings.artifact.required:
        return True
    return any(
        one.key.lower() == trailer.lower() and one.required and "register" in one.what
        for one in settings.message.trailers
    )
