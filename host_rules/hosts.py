"""The hosts whose rules can be planned. To add one: write its module and its commands, and add a row."""

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
    """A host. `identities` maps what --by may name to what follows its colon; `usual` is the host's usual address."""

    title: str
    usual: str | None
    identities: Mapping[str, str]
    is_identity: Callable[[Identity], bool]
    notes: Callable[[Wanted], Iterator[str]]
    steps: Callable[[Wanted, str, Sequence[dict[str, Any]] | None], Iterator[Step]]
    command: Callable[[Place, Request], str]
    dump: Callable[[Place], str]
    # Whether it can keep tags from being moved only where it is told who alone creates them.
    needs_creators: bool = False
    # Whether repositories lie in groups of groups.
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
    """Whom `KIND:ID` names on the host. Raises ValueError with what may stand there."""
    kind, _, name = text.partition(":")
    found = Identity(kind, name)
    if kind not in host.identities or not host.is_identity(found):
        known = "; ".join(f"{kind}:ID, where ID is {says}" for kind, says in host.identities.items())
        raise ValueError(f"{host.title} knows no {text!r}, but {known}")
    return found
