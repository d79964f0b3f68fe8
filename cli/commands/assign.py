"""`tagwarden assign`: a stage for a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...policy.registry.planning import plan_assignment
from ..completion import complete_model, complete_stage, complete_version
from ..creating import create, created_tag
from ..creating_options import creating_options
from ..reading import model_of, stage_of, version_of

if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ...policy.registry.planning import Plan
    from ...repository.making.tag_maker import TagMaker
    from ..creating_options import CreatingOptions

DOCUMENTS = (created_tag("assign"),)


@click.command()
@click.argument("model", shell_complete=complete_model)
@click.argument("stage", shell_complete=complete_stage)
@click.option("--version", metavar="V", shell_complete=complete_version, help="Assign it to this version.")
@click.option(
    "--from", "origin", metavar="STAGE", shell_complete=complete_stage, help="Promote the version in this stage."
)
@click.option("-f", "--force", is_flag=True, help="Assign it once more if it is in STAGE already; CI starts anew.")
@creating_options
def assign(
    options: CreatingOptions, model: str, stage: str, version: str | None, origin: str | None, force: bool
) -> int:
    """Assign STAGE to a version of MODEL: --version, or the one in another stage, or the one at HEAD.

    Prints the tag. Exits with 1, and writes nothing, if there is no such
    version or the server would refuse the tag.
    """
    if version is not None and origin is not None:
        raise click.UsageError("--version and --from both name the version")
    wanted = stage_of(stage)
    source = stage_of(origin) if origin is not None else None
    named = version_of(version) if version is not None else None

    def plan(maker: TagMaker, policy: Policy) -> Plan:
        head = maker.find_commit("HEAD")
        return plan_assignment(maker.known, wanted, head=head, version=named, origin=source, again=force)

    return create(model_of(model), options, plan)
