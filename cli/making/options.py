"""The options of all commands that create a tag."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ...policy.objects.trailers import is_trailer_key
from ..options import json_option

if TYPE_CHECKING:
    from collections.abc import Callable


class CreatingOptions(NamedTuple):
    """How to create a tag.

    `sign` None means as `git tag` would, `simple` None means GTO's choice, and
    `remote` None means the one that `git push` would use. With `only_tag` no
    branch is pushed along. With `propose` the tag is only proposed for approval.
    """

    messages: tuple[str, ...]
    edit: bool
    trailers: tuple[str, ...]
    sign: bool | None
    simple: bool | None
    remote: str | None
    offline: bool
    push: bool
    only_tag: bool
    dry_run: bool
    as_json: bool
    propose: bool = False


OPTIONS = (
    click.option(
        "-m",
        "--message",
        "messages",
        multiple=True,
        metavar="TEXT",
        help="The tag's message; repeat it for another paragraph.  [default: GTO's wording]",
    ),
    click.option("-e", "--edit", is_flag=True, help="Open the message in your editor first."),
    click.option(
        "--trailer",
        "trailers",
        multiple=True,
        metavar="KEY=VALUE",
        help="Add a trailer, as `git interpret-trailers` does; repeatable.",
    ),
    click.option(
        "--sign/--no-sign",
        "sign",
        default=None,
        help="Sign the tag the way Git is configured to (gpg.format, user.signingKey).  [default: as `git tag` would]",
    ),
    click.option(
        "--simple/--counter",
        "simple",
        default=None,
        help="Omit or add the counter `#N`.  [default: as GTO does, a counter for stages only]",
    ),
    click.option(
        "--remote", metavar="NAME", help="Also consider the tags of this remote.  [default: as `git push` would choose]"
    ),
    click.option("--offline", is_flag=True, help="Use the local tags only."),
    click.option(
        "--push", is_flag=True, help="Push the tag, and consider the remote's tags only; a refused tag is not kept."
    ),
    click.option("--only-tag", is_flag=True, help="With --push: don't push a branch along, and don't ask for one."),
    click.option("--dry-run", is_flag=True, help="Create nothing; show the tag object and the verdict."),
    json_option,
)


# Options that a proposal does not have: it is always pushed, and needs the remote.
NOT_PROPOSED = ("push", "offline")


def creating_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add these options to a command, which gets them as one argument, `options`."""

    @wraps(function)
    def command(**arguments: Any) -> Any:
        given = [field for field in CreatingOptions._fields if field in arguments]
        options = CreatingOptions(**{field: arguments.pop(field) for field in given})
        if options.offline and (options.push or options.remote):
            raise click.UsageError("--offline can't be combined with --push or --remote")
        if options.only_tag and not options.push and not options.propose:
            raise click.UsageError("--only-tag needs --push")
        for trailer in options.trailers:
            key = trailer.partition("=")[0]
            if key == trailer or not is_trailer_key(key):
                raise click.UsageError(f"--trailer {trailer!r} is not KEY=VALUE")
        return function(options=options, **arguments)

    for option in reversed(OPTIONS):
        command = option(command)
    return command
