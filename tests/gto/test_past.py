"""The registry as it stood at a moment is what GTO reads from the tags of that moment."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.gto_in_memory import gto_in_memory
from support.gto_reading import Reading, read_by_gto, reading_of_all, while_nothing_changes
from support.meaning import Meaning, Step
from support.plans import plans
from support.random_registry import BEGINNING, InMemory, Plan, Registry, made, play, tag_bytes
from tagwarden.policy.grammar.names import TAGS, model_of
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.objects import RawObject, TagRef
from tagwarden.repository.past import PastTags
from tagwarden.server_hooks.log.line import BEGINNING as NO_LINE
from tagwarden.server_hooks.log.line import LOG, Entry, encode_entry, seal
from tagwarden.server_hooks.log.tags_at import tags_in_log_at
from tagwarden.server_hooks.log.tags_in_log import BASELINE
from tagwarden.server_hooks.log.tags_in_log import BEGINNING as NOTE
from tagwarden.server_hooks.pusher import Pusher

AN_HOUR = 3600
COMMIT_OF_1970 = b"tree %s\nauthor A <a@x> 0 +0000\ncommitter A <a@x> 0 +0000\n\nx\n" % (b"4" * 40)


class TagsInMemory:
    """The tags of a repository, in memory."""

    def __init__(self, steps: Iterable[Step], ever: Iterable[Step]) -> None:
        self._refs = [TagRef(step.tag, oid_of(step)) for step in steps]
        self._objects = {oid_of(step): tag_bytes(step) for step in ever}

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        return {model: [ref for ref in self._refs if model_of(ref.name) == model] for model in models}

    def all_tags(self) -> list[TagRef]:
        return self._refs

    def objects(self, oids: Iterable[str], *, limit: int, content_of: str = "tag") -> Iterator[RawObject]:
        assert content_of in ("tag", "commit")
        for oid in oids:
            data = self._objects.get(oid)
            if data is None:  # a commit, which is as old as those in `gto_in_memory`
                yield RawObject(oid, "commit", len(COMMIT_OF_1970), COMMIT_OF_1970)
            else:
                yield RawObject(oid, "tag", len(data), data[:limit])


def oid_of(step: Step) -> str:
    return hashlib.sha1(tag_bytes(step)).hexdigest()


def reading_then(tags: PastTags) -> Reading:
    return reading_of_all(tags)


def reading_of_gto(steps: Iterable[Step]) -> Reading:
    registry = InMemory()
    with gto_in_memory(made(list(steps)).values()), while_nothing_changes():
        return read_by_gto(registry.repository)


def accepted_pushes(plan: Plan) -> list[list[Step]]:
    pushes: list[list[Step]] = []

    def note(_: Registry, __: Meaning, steps: list[Step]) -> None:
        pushes.append(steps)

    play(plan, InMemory(), note)
    return pushes


def by_dates_as_gto(plan: Plan) -> None:
    steps = [step for push in accepted_pushes(plan) for step in push]
    repository = TagsInMemory(steps, steps)
    for moment in sorted({BEGINNING, *(step.time for step in steps)}):
        then = [step for step in steps if step.time <= moment]
        assert reading_then(PastTags(repository, moment)) == reading_of_gto(then)


@given(plan=plans(pushes=20))
@settings(max_examples=20)
def test_by_the_dates_of_the_tags(plan: Plan) -> None:
    by_dates_as_gto(plan)


@pytest.mark.thorough
@given(plan=plans(pushes=60))
@settings(max_examples=500)
def test_by_the_dates_of_the_tags_at_length(plan: Plan) -> None:
    by_dates_as_gto(plan)


def by_the_log_as_gto(plan: Plan, undone: Sequence[bool], late: int) -> None:
    """Each push lands an hour after the one before, whatever its dates; some are deleted an hour later.

    The log begins after the first `late` pushes: these are in the note of what stood before it.
    """
    pushes = accepted_pushes(plan)
    ever = [step for push in pushes for step in push]
    existing: list[Step] = []
    moments: list[tuple[int, list[Step]]] = []
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder))
        for number, push in enumerate(pushes):
            if number == late:
                log.record_existing_tags(existing)
            log.write(push, number >= late, created=True)
            existing = [*existing, *push]
            moments.append((log.now, existing))
            if undone[number % len(undone)]:
                log.write(push, number >= late, created=False)
                existing = existing[: -len(push)]
                moments.append((log.now, existing))
        repository = TagsInMemory(existing, ever)
        for moment, then in moments:
            logged = tags_in_log_at(folder, moment)
            if logged is not None and moment >= logged.begins:
                assert reading_then(PastTags(repository, moment, logged.tags, by_dates=False)) == reading_of_gto(then)


class Log:
    """A push log that is written by the hook's own code, at times of our choosing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = BEGINNING
        self._line, self._previous = 0, NO_LINE
        (folder / LOG).parent.mkdir()

    def record_existing_tags(self, steps: Iterable[Step]) -> None:
        tags = b"".join(f"{oid_of(step)} {TAGS}{step.tag}\n".encode() for step in steps)
        (self.folder / BASELINE).write_bytes(NOTE + b"0\n" + tags)

    def write(self, push: Sequence[Step], logged: bool, *, created: bool) -> None:
        self.now += AN_HOUR
        if not logged:
            return
        updates = [
            RefUpdate(None, oid_of(step), TAGS + step.tag)
            if created
            else RefUpdate(oid_of(step), None, TAGS + step.tag)
            for step in push
        ]
        entry = Entry("pre-receive", Pusher("ada", None, "test"), updates, "accepted")
        self._line += 1
        line, self._previous = seal(encode_entry(entry), now=self.now + 0.5, number=self._line, previous=self._previous)
        with (self.folder / LOG).open("ab") as file:
            file.write(line)


UNDONE = st.lists(st.booleans(), min_size=1, max_size=5)


@given(plan=plans(pushes=20), undone=UNDONE, late=st.integers(0, 3))
@settings(max_examples=20)
def test_by_the_push_log(plan: Plan, undone: list[bool], late: int) -> None:
    by_the_log_as_gto(plan, undone, late)


@pytest.mark.thorough
@given(plan=plans(pushes=60), undone=UNDONE, late=st.integers(0, 5))
@settings(max_examples=500)
def test_by_the_push_log_at_length(plan: Plan, undone: list[bool], late: int) -> None:
    by_the_log_as_gto(plan, undone, late)
