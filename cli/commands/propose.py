"""`tagwarden propose`: a tag that lands once others have approved it."""

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

# What options mean for a proposal, where that is something else.
HELP = {
    "sign": "Sign the tag the way Git is configured to (gpg.format, user.signingKey).  [default: it is signed]",
    "remote": "Propose it to this remote, by whose tags it goes.  [default: as `git push` would choose]",
    "only_tag": "Push no branch along, and ask for none.",
    "dry_run": "Push nothing; show the tag object and the verdict.",
}

# The commands that make tags.
MAKING = (register, assign, unassign, deregister, deprecate)

DOCUMENTS = tuple(proposed_tag(f"propose {command.name}") for command in MAKING)


@click.group()
def propose() -> None:
    """Propose what another command would push, for others to approve.

    The tag is made and signed as that command makes it, judged as if it were
    pushed now, and pushed to the remote as a proposal: it counts for nothing
    until it lands. No tag is left here.

    Prints the proposal's ID, by which the others `tagwarden approve` it; on
    stderr, who has to. Exits with 1, and pushes nothing, where the policy
    wants no approval, or would refuse the tag even with all of them.
    """


def _proposing(command: click.Command) -> click.Command:
    """The command of that name that proposes what `command` would push."""
    callback: Callable[..., Any] | None = command.callback
    assert callback is not None
    return click.Command(
        command.name,
        params=[_with_its_help(parameter) for parameter in command.params if parameter.name not in NOT_PROPOSED],
        callback=partial(callback, propose=True, **dict.fromkeys(NOT_PROPOSED, False)),
        help=f"Propose what `tagwarden {command.name}` would push; its --help tells what that is.",
    )


def _with_its_help(parameter: click.Parameter) -> click.Parameter:
    """The same parameter, as it is meant of a proposal."""
    if not isinstance(parameter, click.Option) or parameter.name not in HELP:
        return parameter
    option = copy(parameter)
    option.help = HELP[parameter.name]
    return option


for _command in MAKING:
    propose.add_command(_proposing(_command))
