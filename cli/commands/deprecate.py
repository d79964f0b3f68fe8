"""`tagwarden deprecate`: marks a model as deprecated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...policy.registry.planning import plan_deprecation
from ...policy.wording import shell_command
from ..making.creating import create, created_tag
from ..making.options import creating_options
from ..options import model_argument
from ..reading import model_of

if TYPE_CHECKING:
    from ..making.options import CreatingOptions

DOCUMENTS = (created_tag("deprecate"),)


@click.command()
@model_argument
@click.argument("more", nargs=-1, metavar="")
@creating_options
def deprecate(options: CreatingOptions, model: str, more: tuple[str, ...]) -> int:
    """Mark MODEL as deprecated; any later event of the model ends the deprecation.

    To take back a version, use `tagwarden deregister MODEL VERSION`; to take it
    out of a stage, `tagwarden unassign MODEL STAGE`. Prints the tag. If there is no
    such model or the server would refuse the tag, exits with 1 and creates nothing.
    """
    if more:
        raise click.UsageError(_alternative(model, *more))
    return create(model_of(model), options, lambda maker, _: plan_deprecation(maker.known))


def _alternative(model: str, version: str, stage: str | None = None, *rest: str) -> str:
    if rest:
        return "deprecate takes one model"
    if stage is None:
        command = shell_command("tagwarden", "deregister", model, version)
        return f"deprecate takes a model alone; to take back a version: {command}"
    command = shell_command("tagwarden", "unassign", model, stage, "--version", version)
    return f"deprecate takes a model alone; to take a version out of a stage: {command}"
