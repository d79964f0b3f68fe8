"""`tagwarden assign`: assigns a stage to a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...policy.registry.planning import Unplannable, plan_assignment
from ...policy.registry.rollback import plan_rollback
from ..completion import complete_stage, complete_version
from ..making.creating import create, created_tag
from ..making.options import creating_options
from ..options import model_argument
from ..reading import model_of, stage_of, version_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...policy.file.policy import Policy
    from ...policy.registry.planning import Plan
    from ...repository.making.tag_maker import TagMaker
    from ..making.options import CreatingOptions

DOCUMENTS = (created_tag("assign"),)


@click.command()
@model_argument
@click.argument("stage", shell_complete=complete_stage)
@click.option("--version", metavar="V", shell_complete=complete_version, help="Assign it to this version.")
@click.option(
    "--from", "origin", metavar="STAGE", shell_complete=complete_stage, help="Promote the version in this stage."
)
@click.option("--back", is_flag=True, help="Roll back: assign it to the version that was in STAGE before.")
@click.option(
    "-f", "--force", is_flag=True, help="Assign it again even if it is in STAGE already, which triggers CI again."
)
@creating_options
def assign(
    options: CreatingOptions, model: str, stage: str, version: str | None, origin: str | None, back: bool, force: bool
) -> int:
    """Assign STAGE to a version of MODEL: to --version, to the version in another stage, or to the one at HEAD.

    With --back, STAGE returns to the version that it held before the current
    one, skipping any that was unassigned or deregistered since. If the current
    version was itself put back over another, name the version instead.
    --dry-run shows the outcome.

    Prints the tag. If there is no such version or the server would refuse the
    tag, exits with 1 and creates nothing.
    """
    if version is not None and origin is not None:
        raise click.UsageError("--version can't be combined with --from")
    if back and (version is not None or origin is not None or force):
        raise click.UsageError("--back can't be combined with --version, --from or --force")
    wanted = stage_of(stage)
    source = stage_of(origin) if origin is not None else None
    named = version_of(version) if version is not None else None

    def plan(maker: TagMaker, policy: Policy) -> Plan:
        head = maker.find_commit("HEAD")
        return plan_assignment(maker.known, wanted, head=head, version=named, origin=source, again=force)

    return create(model_of(model), options, _rollback_plan(wanted) if back else plan)


def _rollback_plan(stage: str) -> Callable[[TagMaker, Policy], Plan]:
    """Plans a rollback. If others create tags meanwhile, it is planned again, but only to the same version."""
    first: list[Plan] = []

    def plan(maker: TagMaker, policy: Policy) -> Plan:
        planned = plan_rollback(maker.known, stage)
        if first and planned.message != first[0].message:
            raise Unplannable(f"somebody else has changed what is in {stage!r} meanwhile; see what is right now")
        first.append(planned)
        return planned

    return plan
