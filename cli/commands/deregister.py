"""`tagwarden deregister`: takes a version out of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...policy.registry.planning import plan_deregistration
from ..completion import complete_version
from ..making.creating import create, created_tag
from ..making.options import creating_options
from ..options import model_argument
from ..reading import model_of, version_of

if TYPE_CHECKING:
    from ..making.options import CreatingOptions

DOCUMENTS = (created_tag("deregister"),)


@click.command()
@model_argument
@click.argument("version", shell_complete=complete_version)
@creating_options
def deregister(options: CreatingOptions, model: str, version: str) -> int:
    """Take VERSION of MODEL out of the registry for good; it can't be registered again.

    Prints the tag. If there is no such version or the server would refuse the
    tag, exits with 1 and creates nothing.
    """
    named = version_of(version)
    return create(model_of(model), options, lambda maker, _: plan_deregistration(maker.known, named))
