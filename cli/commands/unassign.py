"""`tagwarden unassign`: takes a version out of a stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...policy.registry.planning import plan_unassignment
from ..completion import complete_stage, complete_version
from ..making.creating import create, created_tag
from ..making.options import creating_options
from ..options import model_argument
from ..reading import model_of, stage_of, version_of

if TYPE_CHECKING:
    from ..making.options import CreatingOptions

DOCUMENTS = (created_tag("unassign"),)


@click.command()
@model_argument
@click.argument("stage", shell_complete=complete_stage)
@click.option(
    "--version",
    metavar="V",
    shell_complete=complete_version,
    help="Take out this version.  [default: the one that the stage shows]",
)
@creating_options
def unassign(options: CreatingOptions, model: str, stage: str, version: str | None) -> int:
    """Take a version of MODEL out of STAGE.

    If an older assignment of the stage is still in force, the stage falls back
    to that version. Prints the tag. If STAGE is empty or the server would refuse
    the tag, exits with 1 and creates nothing.
    """
    wanted = stage_of(stage)
    named = version_of(version) if version is not None else None
    return create(model_of(model), options, lambda maker, _: plan_unassignment(maker.known, wanted, version=named))
