"""`tagwarden propose`: a tag that lands once others have approved it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..creating_options import NOT_PROPOSED
from ..proposing import proposed_tag
from .assign import assign
from .deprecate import deprecate
from .deregister import deregister
from .register import register
from .unassign import unassign

if TYPE_CHECKING:
    from collections.abc import Callable

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
        params=[parameter for parameter in command.params if parameter.name not in NOT_PROPOSED],
        callback=partial(callback, propose=True, **dict.fromkeys(NOT_PROPOSED, False)),
        help=f"Propose what `tagwarden {command.name}` would push; its --help tells what that is.",
    )


for _command in MAKING:
    propose.add_command(_proposing(_command))
