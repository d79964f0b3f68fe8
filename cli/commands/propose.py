"""`tagwarden propose`: proposes a tag that lands once others have approved it."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..making.options import NOT_PROPOSED
from ..making.proposing import proposed_tag
from .assign import assign
from .deprecate import deprecate
from .deregister import deregister
from .register import register
from .unassign import unassign

if TYPE_CHECKING:
    from collections.abc import Callable

# The help of options that mean something else for a proposal.
HELP = {
    "sign": "Sign the tag the way Git is configured to (gpg.format, user.signingKey).  [default: it is signed]",
    "remote": "The remote to propose it to, whose tags are considered.  [default: as `git push` would choose]",
    "only_tag": "Don't push a branch along, and don't ask for one.",
    "dry_run": "Push nothing; show the tag object and the verdict.",
}

# The commands that create tags.
MAKING = (register, assign, unassign, deregister, deprecate)

DOCUMENTS = tuple(proposed_tag(f"propose {command.name}") for command in MAKING)


@click.group()
def propose() -> None:
    """Propose a tag for approval, with the arguments of the command that would create it.

    The tag is created, signed and judged as by that command, and pushed to the
    remote as a proposal, which has no effect until it lands. No tag remains in
    this clone.

    Prints the proposal's ID, which the others pass to `tagwarden approve`, and on
    stderr who has to approve. Exits with 1 and pushes nothing if the policy requires
    no approval, or would refuse the tag even with every approval.
    """


def _proposing(command: click.Command) -> click.Command:
    """A command of the same name that proposes the tag that `command` would create."""
    callback: Callable[..., Any] | None = command.callback
    assert callback is not None
    return click.Command(
        command.name,
        params=[_with_proposal_help(parameter) for parameter in command.params if parameter.name not in NOT_PROPOSED],
        callback=partial(callback, propose=True, **dict.fromkeys(NOT_PROPOSED, False)),
        help=f"Propose a tag for approval; see `tagwarden {command.name} --help`.",
    )


def _with_proposal_help(parameter: click.Parameter) -> click.Parameter:
    """A copy of the parameter with the help for a proposal."""
    if not isinstance(parameter, click.Option) or parameter.name not in HELP:
        return parameter
    option = copy(parameter)
    option.help = HELP[parameter.name]
    return option


for _command in MAKING:
    propose.add_command(_proposing(_command))
