"""Pushes a clone's model tags in portions, in an order in which the server accepts each tag after those before it.

CI systems start nothing for a push of many tags, hence the portions. If the push
ends between two of them, the tags that have landed are valid without the rest.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.grammar.names import TAGS, model_of
from ..policy.grammar.near_miss import NearMiss
from ..policy.grammar.tag_name import parse_tag_name
from ..policy.push import RefUpdate
from ..policy.record import Record
from ..policy.registry.event import read_event
from ..policy.registry.replay import place_in_time
from ..repository.git.configuration import Configuration
from ..repository.git.objects import TagRef
from ..repository.git.program import GitProgram
from ..repository.judging.client_push import ClientPush, remote_of
from ..repository.making.writing import push
from ..repository.registry import read_refs
from ..repository.remote.reader import fetch_missing
from ..repository.remote.remote import PATIENCE, Listing
from .check import NotFound, destination_of, ids_of, verdicts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..policy.verdict import Verdict
    from ..repository.git.command import Git
    from ..repository.judging.client_push import Destination
    from ..repository.remote.remote import Remote

    Ids = dict[str, str]

# After so many refusals by the remote in a row, the rest is not tried.
MOST_REFUSALS = 3


class Unpushed(Record):
    """A tag that was not pushed; `reason` is a sentence."""

    tag: str
    reason: str


class Pushed(Record):
    """The portions that were pushed, or would be, in order; the tags not pushed; the error that ended it."""

    remote: str
    portions: Sequence[Sequence[str]]
    unpushed: Sequence[Unpushed]
    error: str | None = None


class _Plan(Record):
    order: Sequence[str]
    refused: Sequence[Unpushed]


def tags_to_push(git: Git, remote: str, tags: Sequence[str], ignores: Callable[[str], bool]) -> Ids:
    """The ids of `tags`; if empty, of all model tags and near misses here that `remote` does not have.

    Without `tags`, names that the policy `ignores` are left out. Raises NotFound
    for a tag that is not here, and CannotJudge.
    """
    if tags:
        return ids_of(git, tags)
    with closing(Configuration(git)) as configuration:
        there = _remote(git, configuration, destination_of(git, remote, offline=False)).list(None).tags
    ours = ids_of(git, ())
    return {
        name: oid
        for name, oid in ours.items()
        if name not in there and parse_tag_name(name) is not None and not ignores(name)
    }


def push_tags(
    git: Git, remote: str, ids: Ids, *, size: int, dry_run: bool = False, report: Callable[[str], None]
) -> Pushed:
    """Push the tags of `ids` to `remote` in portions of `size`; with `dry_run`, only plan the portions.

    If the remote refuses a portion, the rest is judged again by what the remote
    then has, and the tags of that portion are pushed one by one: the others go on
    even if somebody else has taken a name or the remote refuses a tag. `report` is
    called with a line for each portion. Raises CannotJudge if nothing was pushed
    because nothing could be judged, and KeyboardInterrupt with the number of tags
    pushed.
    """
    waiting, portions, refused = dict(ids), list[list[str]](), dict[str, Unpushed]()
    suspects: set[str] = set()
    plan = _Plan((), ())
    refusals = 0
    try:
        while waiting and refusals < MOST_REFUSALS:
            plan = _planned(git, remote, waiting)
            planned = list(_portions(plan.order, size, alone=suspects))
            if dry_run:
                return Pushed(remote, planned, plan.refused)
            failed: Sequence[str] = ()
            for number, portion in enumerate(planned, 1):
                report(f"portion {number} of {len(planned)}: {' '.join(portion)}")
                if not push(git, remote, [f"{waiting[name]}:{TAGS}{name}" for name in portion]):
                    failed = portion
                    break
                portions.append(list(portion))
                waiting = {name: oid for name, oid in waiting.items() if name not in portion}
                refusals = 0
            if not failed:
                break
            if suspects.issuperset(failed):
                # Pushed alone, and right after it was judged by what the remote has: the refusal is final.
                (name,) = failed
                refused[name] = Unpushed(name, f"{remote!r} refused it; what it said stands above")
                del waiting[name]
                refusals += 1
            suspects.update(failed)
    except CannotJudge as problem:
        if not portions:
            raise
        return Pushed(remote, portions, _unpushed(waiting, refused, plan.refused, str(problem)), str(problem))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{sum(map(len, portions))} of {len(ids)} tags are pushed; the same command goes on"
        ) from None
    why = f"it was not tried, because {remote!r} refused {MOST_REFUSALS} in a row" if refusals >= MOST_REFUSALS else ""
    return Pushed(remote, portions, _unpushed(waiting, refused, plan.refused, why))


def _unpushed(
    waiting: Ids, refused: Mapping[str, Unpushed], planned: Iterable[Unpushed], otherwise: str
) -> list[Unpushed]:
    known = {**{one.tag: one for one in planned}, **refused}
    names = dict.fromkeys([*refused, *waiting])
    return [known.get(name, Unpushed(name, otherwise)) for name in names if name in known or otherwise]


def _portions(order: Sequence[str], size: int, *, alone: set[str]) -> Iterator[list[str]]:
    portion: list[str] = []
    for name in order:
        if portion and (len(portion) == size or name in alone):
            yield portion
            portion = []
        portion.append(name)
        if name in alone:
            yield portion
            portion = []
    if portion:
        yield portion


def _planned(git: Git, remote: str, ids: Ids) -> _Plan:
    """An order in which each tag is accepted after those before it, and why other tags are not accepted."""
    with closing(Configuration(git)) as configuration, tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        destination = destination_of(git, remote, offline=False)
        asked = _remote(git, configuration, destination)
        listing = asked.list(None, heads=True)
        models = {model_of(name).lower() for name in ids}
        theirs = {name: oid for name, oid in listing.tags.items() if model_of(name).lower() in models}
        seeing = fetch_missing(git, asked, theirs, into=os.path.join(folder, "tags"))
        start = ClientPush((), destination, seeing, configuration, asks_library=True)
        there = dict(listing.tags)

        def judge(name: str) -> Verdict:
            update = RefUpdate(None, ids[name], TAGS + name)
            (verdict,) = verdicts_of([start._replace(updates=[update], listing=Listing(there, listing.heads))])
            return verdict

        changed = [name for name in ids if there.get(name, ids[name]) != ids[name]]
        order: list[str] = []
        deferred: dict[str, Verdict] = {}
        for name in _by_date(git, {name: oid for name, oid in ids.items() if name not in there}):
            again = [name]
            while again:
                trying = again.pop(0)
                verdict = judge(trying)
                if not verdict.accepted:
                    deferred[trying] = verdict
                    continue
                deferred.pop(trying, None)
                order.append(trying)
                there[trying] = ids[trying]
                # A tag that is dated before the one that it needs may be accepted now.
                again = [one for one in deferred if model_of(one).lower() == model_of(trying).lower()]
        others = [Unpushed(name, f"{remote!r} has another tag of that name, which stays as it is") for name in changed]
        return _Plan(order, [*others, *(Unpushed(name, _why(verdict)) for name, verdict in deferred.items())])


def _why(verdict: Verdict) -> str:
    errors = [finding for finding in verdict.findings if finding.severity == "error"]
    return "; ".join(f"[{finding.rule}] {finding.message}" for finding in errors)


def _by_date(git: Git, ids: Ids) -> list[str]:
    """The names in the order of their events; near misses and tags without a date come last."""
    with closing(GitProgram(git)) as reader:
        refs = [TagRef(name, oid) for name, oid in ids.items()]
        events = [event for name, tag in read_refs(reader, refs) if (event := read_event(tag, name))]
    dated = [event.tag for event in sorted(events, key=place_in_time)]
    named = sorted(ids.keys() - set(dated))
    return [*dated, *sorted(named, key=lambda name: isinstance(parse_tag_name(name), NearMiss))]


def _remote(git: Git, configuration: Configuration, destination: Destination) -> Remote:
    if destination.url is None:
        raise NotFound("there is no remote to push to; `git remote add origin URL` adds one")
    return remote_of(destination, git, configuration, seconds=PATIENCE)
