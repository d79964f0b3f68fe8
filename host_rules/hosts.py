"""The table of hosts whose rules can be planned. To add one, write its module and its commands, and add a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..policy.record import Record
from . import commands, gitea, github, gitlab
from .wanted import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .place import Place
    from .step import Request, Step
    from .wanted import Wanted


class Host(Record):
    """A host.

    `usual` is the name of its public server, None if it has none. `identities`
    maps each KIND of `--by KIND:ID` to a description of its ID. `dump` returns the
    command that prints the existing rules.
    """

    title: str
    usual: str | None
    identities: Mapping[str, str]
    is_identity: Callable[[Identity], bool]
    notes: Callable[[Wanted], Iterator[str]]
    steps: Callable[[Wanted, str, Sequence[dict[str, Any]] | None], Iterator[Step]]
    command: Callable[[Place, Request], str]
    dump: Callable[[Place], str]
    # Whether it can prevent moves of tags only together with a list of those who may create them.
    needs_creators: bool = False
    # Whether repositories can be in nested groups.
    in_groups: bool = False


HOSTS: dict[str, Host] = {
    "github": Host(
        "GitHub", "github.com", github.IDENTITIES, github.is_identity, github.notes, github.steps,
        commands.gh, commands.gh_dump,
    ),
    "gitlab": Host(
        "GitLab", "gitlab.com", gitlab.IDENTITIES, gitlab.is_identity, gitlab.notes, gitlab.steps,
        commands.glab, commands.glab_dump, in_groups=True,
    ),
    "gitea": Host(
        "Gitea", None, gitea.IDENTITIES, gitea.is_identity, gitea.notes, gitea.steps,
        commands.curl, commands.curl_dump, needs_creators=True,
    ),
}  # fmt: skip


def identity_of(host: Host, text: str) -> Identity:
    """Parse `KIND:ID`. Raises ValueError, whose message lists the kinds of `host`, if it has no such identity."""
    kind, _, name = text.partition(":")
    found = Identity(kind, name)
    if kind not in host.identities or not host.is_identity(found):
        known = "; ".join(f"{kind}:ID, where ID is {says}" for kind, says in host.identities.items())
        raise ValueError(f"{host.title} knows no {text!r}, but {known}")
    return found
