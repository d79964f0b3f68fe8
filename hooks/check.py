"""Judges local tags as if they were pushed now."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.grammar.names import TAGS
from ..policy.push import RefUpdate
from ..policy.verdict import Verdict, merge_verdicts
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.program import GitProgram
from ..repository.judging.client_push import ClientPush, Destination, judge_client_pushes, remote_of
from ..repository.judging.model_updates import updates_by_model
from ..repository.judging.remote_refs import ask_what_counts
from ..repository.open_repository import is_url
from ..repository.remote.names import is_remote, push_url, remote_to_push_to
from ..repository.remote.offline import is_offline
from ..repository.remote.remote import Listing, RemoteUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..repository.trusted.policy_source import PolicySource
    from .ci_event import Event


class NotFound(Exception):
    """A tag or a remote that was named does not exist. The message says which."""


def check(
    tags: Sequence[str],
    *,
    remote: str | None = None,
    offline: bool = False,
    source: PolicySource | None = None,
    pusher: str | None = None,
) -> Verdict:
    """Judge `tags` of the current repository as one push; if empty, all tags that the remote does not have.

    A named tag that the remote already has is judged against what existed before it.

    `remote` is a name or a URL, None for where `git push` would go; without any
    remote, all tags are judged by themselves. `source` is the policy, None for
    the clone's. `pusher` is the person for whom they are pushed, None if only the
    server will know. Raises NotFound, and CannotJudge if no verdict can be
    reached.
    """
    git = Git.here()
    with closing(Configuration(git)) as configuration:
        destination = destination_of(git, remote, offline=offline or is_offline(configuration))
        ids = ids_of(git, tags)
        listing = _listing(git, configuration, destination, ids if tags else None)
        there = listing.tags if listing is not None else {}
        if not tags:
            ids = {name: oid for name, oid in ids.items() if name not in there}
        push = ClientPush((), destination, git, configuration, source, listing, asks_library=True, pusher=pusher)
        new = [RefUpdate(there.get(name), oid, TAGS + name) for name, oid in ids.items() if there.get(name) != oid]
        landed = [
            push._replace(updates=[RefUpdate(None, oid, TAGS + name)], landed=True)
            for name, oid in ids.items()
            if there.get(name) == oid
        ]
        return merge_verdicts(verdicts_of([push._replace(updates=new), *landed] if new or not landed else landed))


def check_event(event: Event, *, remote: str | None = None, source: PolicySource | None = None) -> Verdict:
    """Judge the tag for which CI started this job, against the tags of the remote that existed before it.

    A checkout may have replaced the tag with its commit, so the tag is fetched
    again. Raises NotFound and CannotJudge like `check`.
    """
    name = event.ref.removeprefix(TAGS)
    if name == event.ref:
        return Verdict(True, "enforce", "not read", None, (), 0, (f"{event.ref} was pushed, which is not a tag",))
    if event.deleted:
        raise CannotJudge(
            f"The tag {name!r} was deleted. What it was can't be known here; only the server can refuse it."
        )
    git = Git.here()
    with closing(Configuration(git)) as configuration:
        destination = destination_of(git, remote, offline=False)
        _repair(git, configuration, destination, name)
        (oid,) = ids_of(git, [name]).values()
        listing = _listing(git, configuration, destination, {name: oid})
        before = event.before if event.before != oid else None
        updates = [RefUpdate(before, oid, TAGS + name)]
        push = ClientPush(updates, destination, git, configuration, source=source, listing=listing, asks_library=True)
        return merge_verdicts(verdicts_of([push._replace(landed=listing is not None)]))


def verdicts_of(pushes: Sequence[ClientPush]) -> list[Verdict]:
    """Judge each of `pushes`. Raises CannotJudge, with advice if the remote does not answer."""
    try:
        return judge_client_pushes(pushes)
    except RemoteUnavailable as silent:
        raise _with_advice(silent) from None


def destination_of(git: Git, remote: str | None, *, offline: bool) -> Destination:
    """Where a push to `remote` (a name or a URL, None for Git's default) goes. Raises NotFound."""
    name = remote if remote is not None else remote_to_push_to(git)
    if is_remote(git, name):
        return Destination(name, push_url(git, name), offline=offline)
    if remote is None:
        return Destination(None, None, offline=offline)
    if is_url(remote) or "/" in remote:
        url = git.line("ls-remote", "--get-url", "--end-of-options", remote)
        return Destination(None, url, offline=offline)
    raise NotFound(f"there is no remote {remote!r} here; `git remote` lists the remotes")


def ids_of(git: Git, tags: Sequence[str]) -> dict[str, str]:
    """The object ids of `tags` by name, of all tags if empty. Raises NotFound for a tag that is not here."""
    with closing(GitProgram(git)) as reader:
        if not tags:
            return {tag.name: tag.oid for tag in reader.all_tags()}
        wanted = list(dict.fromkeys(tag.removeprefix(TAGS) for tag in tags))
        found = reader.existing([TAGS + name for name in wanted])
    for name in wanted:
        if TAGS + name not in found:
            raise NotFound(f"there is no tag {name!r} here")
    return {name: found[TAGS + name] for name in wanted}


def _listing(
    git: Git, configuration: Configuration, destination: Destination, tags: Mapping[str, str] | None
) -> Listing | None:
    """The remote's refs that count when `tags` (name → id; None: all tags) are judged; None if it is not asked."""
    if destination.url is None or destination.offline:
        return None
    try:
        remote = remote_of(destination, git, configuration)
        if tags is None:
            return remote.list(None, heads=True)
        updates = [RefUpdate(None, oid, TAGS + name) for name, oid in tags.items()]
        models = [model for model in updates_by_model(updates) if model is not None]
        return ask_what_counts(updates, remote, tags=tags, heads=True, new=models)
    except RemoteUnavailable as silent:
        raise _with_advice(silent) from None


def _repair(git: Git, configuration: Configuration, destination: Destination, name: str) -> None:
    with closing(GitProgram(git)) as reader:
        oid = reader.existing([TAGS + name]).get(TAGS + name)
        if oid is not None and [found.type for found in reader.objects([oid], limit=0)] == ["tag"]:
            return
    if destination.url is None:
        return
    try:
        remote_of(destination, git, configuration).fetch_tag(name)
    except RemoteUnavailable as silent:
        if "couldn't find remote ref" in str(silent):
            raise CannotJudge(f"The remote {destination.name or destination.url!r} has no tag {name!r} now.") from None
        raise CannotJudge(f"The tag {name!r} could not be fetched again. {silent}") from None


def _with_advice(silent: RemoteUnavailable) -> CannotJudge:
    return CannotJudge(f"{silent}\n`tagwarden check --offline` judges by the tags of this clone alone.")
