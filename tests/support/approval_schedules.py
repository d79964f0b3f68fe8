"""Random schedules of proposals, approvals, revocations, replays, landings and archives, judged without Git.

The server is a dictionary of refs. The code that the hook runs decides what is
accepted. Whether a landing had its quorum is decided here, from the actual
signatures, which the code under test has to read from bytes.
"""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tagwarden.policy.approvals.approval import approval_message
from tagwarden.policy.approvals.refs import ROOT, approval_ref, proposal_ref
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.file.policy import Policy
from tagwarden.policy.grammar.tag_name import parse_tag_name
from tagwarden.policy.judging.judge import Judge
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Circumstances, ModelPush, RefUpdate, Signature, Tag, TagPush, Target, WholePush
from tagwarden.repository.approvals.guarding import Evidence, read_guard
from tagwarden.repository.approvals.in_refs import ApprovalsInRefs
from tagwarden.repository.approvals.landed import landed_tags
from tagwarden.repository.git.objects import RawObject

TAGS = "refs/tags/"
HERE, ELSEWHERE = "acme/models", "eve/models"
# The principal of each key; the last one is nobody's.
KEYS = {"ada": "ada@x", "grace": "grace@x", "grace-2": "grace@x", "lin": "lin@x", "eve": "eve@x", "mallory": None}
PUSHERS = ("ada", "grace", "lin", "zoe", "zoe", "zoe", None)
COMMITS = {name: hashlib.sha1(name.encode()).hexdigest() for name in ("c1", "c2")}
# Tag names, and whether each is an event of prod.
EVENTS = (
    *(("m#prod#{}", commit, True) for commit in ("c1", "c2", "c1", "c2")),
    ("m#prod!#{}", "c1", True),
    ("m#dev#{}", "c1", False),
)
START = 1_700_000_000


class Entry(NamedTuple):
    """An entry of `approvals.require` for prod."""

    who: frozenset[str]
    count: int
    barred: frozenset[str]


def entry(who: str, count: int, *barred: str) -> Entry:
    return Entry(frozenset(f"{name}@x" for name in who.split()), count, frozenset(barred))


POLICIES = (
    (entry("ada grace lin", 2, "tagger", "pusher"),),
    (entry("ada grace lin", 1), entry("eve", 1)),
    (entry("ada grace lin eve", 1, "tagger"),),
    (entry("ada grace", 2),),
)


def policy_text(entries: Iterable[Entry], signers: str = "/keys") -> str:
    text = f'[signing]\nallowed-signers = "file:{signers}"\n[approvals]\nrepository = "{HERE}"\n'
    for who, count, barred in entries:
        text += f"[[approvals.require]]\nstages = ['prod']\nwho = {sorted(who)}\n"
        text += f"count = {count}\nnot = {sorted(barred)}\n"
    return text


@functools.cache
def policy_of(entries: tuple[Entry, ...]) -> Policy:
    return load_policy(policy_text(entries).encode())


class Truth(NamedTuple):
    """What an object is: a tag, or an endorsement of the tag object `about`; signed by the key `by` at second `at`."""

    by: str | None
    name: str | None = None
    governed: bool = False
    about: str | None = None
    verdict: str = ""
    repository: str = ""
    at: int = 0


class Registry:
    """The server: refs, objects, and the reader that the code under test gets.

    With `drops` Git may drop lines of a push that was accepted.
    """

    drops = True

    def __init__(self, commits: Mapping[str, str] = COMMITS, now: int = START) -> None:
        self.commits = commits
        self.now = now
        self.refs: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.truths: dict[str, Truth] = {}
        self.proposers: dict[str, str | None] = {}
        self.expired: set[str] = set()
        self.entries = POLICIES[0]
        self.landings = 0
        self.archived: set[str] = set()
        for number, (version, commit) in enumerate((("v1.0.0", "c1"), ("v1.1.0", "c2"))):
            name = f"m@{version}"
            content = tag_content(name, self.commits[commit], self.now - 10 + number)
            self.refs[TAGS + name] = self.add(content, Truth(None, name))

    def add(self, content: bytes, truth: Truth, key: str | None = None) -> str:
        if key is not None:
            content += f"-----BEGIN SSH SIGNATURE-----\n{key}\n-----END SSH SIGNATURE-----\n".encode()
        oid = hashlib.sha1(content).hexdigest()
        self.contents[oid] = content
        self.truths[oid] = truth
        return oid

    # The reader

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        return {ref: self.refs[ref] for ref in refs if ref in self.refs}

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        return [(ref, oid) for ref, oid in self.refs.items() if ref.startswith(prefix)]

    def objects(self, oids: Iterable[str], *, limit: int, content_of: Any = "tag") -> Iterator[RawObject]:
        for oid in oids:
            data = self.contents.get(oid)
            if data is None:
                yield RawObject(oid, "commit" if oid in COMMITS.values() else None, 0, b"")
            else:
                yield RawObject(oid, "tag", len(data), data[:limit])

    def verify(self, pushes: Sequence[TagPush]) -> Mapping[str, Signature]:
        found = {}
        for push in pushes:
            signature = push.new.object.signature if push.new and push.new.object else None
            if signature is not None:
                key = signature.split(b"\n")[1].decode()
                good = KEYS[key] is not None and key not in self.expired
                found[push.ref] = Signature(KEYS[key], None) if good else Signature(None, "it is not good")
        return found

    # What the hook does

    def accepts(self, updates: Sequence[RefUpdate], pusher: str | None) -> bool:
        policy = policy_of(self.entries)
        reader: Any = self
        touched = {update.ref for update in updates if update.ref.startswith(ROOT)}
        approvals = ApprovalsInRefs(reader, self.verify, lambda: HERE, touched)
        circumstances = Circumstances(self.now, "server", pusher=pusher, approvals=approvals.of)
        judge = Judge(policy, circumstances, verify=self.verify)
        about_tags = [update for update in updates if update.ref.startswith(TAGS)]
        if about_tags:
            judge.judge_model(self._model_push(about_tags))
        guard = None
        if touched:
            evidence = Evidence(
                reader, self.verify, lambda tags: {tag: self.proposers.get(tag) for tag in tags}, touched
            )
            lines = [update for update in updates if update.ref in touched]
            guard = read_guard(lines, policy, circumstances, HERE, evidence)
        judge.judge_whole(WholePush(circumstances, updates, None, guard))
        return not any(finding.severity == "error" for finding in judge.findings)

    def archive(self) -> set[str]:
        """Archive as the server's owner; returns the refs that were deleted."""
        reader: Any = self
        return {ref for tag in landed_tags(reader) for ref in tag.refs}

    def _model_push(self, updates: Sequence[RefUpdate]) -> ModelPush:
        pushed = [
            TagPush(
                one.ref, parse_tag_name(one.ref[len(TAGS) :]), self._tag(one.ref, one.old), self._tag(one.ref, one.new)
            )
            for one in updates
        ]
        names = {one.ref for one in updates}
        existing = [self._tag(ref, oid) for ref, oid in self.refs.items() if ref.startswith(TAGS) and ref not in names]
        targets = {oid: Target(oid, "commit", {}) for oid in COMMITS.values()}
        return ModelPush("m", pushed, [tag for tag in existing if tag], targets, {})

    def _tag(self, ref: str, oid: str | None) -> Tag | None:
        return None if oid is None else Tag(ref[len(TAGS) :], oid, "tag", parsed(self.contents[oid]))

    # What is true

    def has_quorum(self, tag: str, pusher: str | None, touched: Collection[str]) -> bool:
        """Whether enough people approve the tag, for each entry of the policy."""
        signer = self._valid(self.truths[tag].by)
        people = set()
        for person in {name for name in KEYS.values() if name}:
            ref = approval_ref(tag, person)
            word = self.truths[self.refs[ref]] if ref in self.refs and ref not in touched else None
            if word and (word.about, word.verdict, word.repository) == (tag, "approve", HERE):
                people |= {person} & {self._valid(word.by)}
        for who, count, barred in self.entries:
            if ("tagger" in barred and signer is None) or ("pusher" in barred and pusher is None):
                return False
            out = {signer if "tagger" in barred else None, f"{pusher}@x" if "pusher" in barred else None}
            if len((people & who) - out) < count:
                return False
        return True

    def _valid(self, key: str | None) -> str | None:
        return None if key is None or key in self.expired else KEYS[key]


@functools.lru_cache(maxsize=4096)
def parsed(content: bytes) -> Any:
    return parse_tag_object(content)


def tag_content(name: str, commit: str, at: int) -> bytes:
    return f"object {commit}\ntype commit\ntag {name}\ntagger Ada <ada@x> {at} +0000\n\nAs agreed\n".encode()


class Schedule:
    """Plays steps, each chosen by `choose(n)`, which returns a number below n."""

    def __init__(self, choose: Callable[[int], int], registry: Registry | None = None) -> None:
        self.choose = choose
        self.registry = registry or Registry()
        self.registry.entries = self.pick(POLICIES)
        self.tags: list[str] = []
        self.words: list[str] = []

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.choose(len(options))]

    def step(self) -> None:
        often = (self.speak, self.speak, self.speak, self.land)
        steps = (*often, *often, self.tag, self.propose, self.both, self.replay, self.delete, self.change, self.archive)
        self.registry.now += 1
        if not self.tags:
            self.tag()
            self.propose()
        self.pick(steps)()

    def tag(self) -> None:
        name, commit, governed = self.pick(EVENTS)
        name, key = name.format(len(self.tags) + 2), self.pick(("ada", "grace", "lin", "eve", "eve", None))
        content = tag_content(name, self.registry.commits[commit], self.registry.now)
        self.tags.append(self.registry.add(content, Truth(key, name, governed), key))

    def propose(self) -> None:
        self.push({proposal_ref(tag): tag for tag in (self.tags[-1],)})

    def word(self, tag: str) -> str:
        key = self.pick((*KEYS, "ada", "grace", "lin", "ada", "grace", "lin", "eve"))
        verdict = self.pick((*["approve"] * 6, "revoke"))
        repository = self.pick((*[HERE] * 8, ELSEWHERE))
        head = f"object {tag}\ntype tag\ntag approval\ntagger A <a@x> {self.registry.now} +0000\n\n"
        content = (head + approval_message(repository, verdict)).encode()
        self.words.append(
            self.registry.add(content, Truth(key, None, False, tag, verdict, repository, self.registry.now), key)
        )
        return self.words[-1]

    def place(self, tag: str, word: str) -> str:
        own = KEYS[self.registry.truths[word].by or "mallory"] or "eve@x"
        ref = approval_ref(tag, self.pick((*[own] * 9, "lin@x")))
        assert ref is not None
        return ref

    def speak(self) -> None:
        tag = self.pick(self.tags[-2:])
        word = self.word(tag)
        self.push({self.place(tag, word): word})

    def replay(self) -> None:
        if self.words:
            word, tag = self.pick(self.words), self.pick(self.tags)
            self.push({self.place(tag, word): word})

    def land(self) -> None:
        tag = self.pick(self.tags[-2:])
        self.push({TAGS + (self.registry.truths[tag].name or ""): tag})

    def both(self) -> None:
        tag = self.pick(self.tags)
        word = self.word(tag)
        self.push({self.place(tag, word): word, TAGS + (self.registry.truths[tag].name or ""): tag})

    def delete(self) -> None:
        refs = [ref for ref in self.registry.refs if ref.startswith(ROOT)]
        if refs:
            self.push({self.pick(refs): None})

    def change(self) -> None:
        registry = self.registry
        if self.choose(2):
            registry.entries = self.pick(POLICIES)
        else:
            registry.expired ^= {self.pick(tuple(KEYS))}

    def archive(self) -> None:
        """Archive, which must delete the evidence of landed tags and nothing else; then push some of it again."""
        registry = self.registry
        existing = set(registry.refs.values()).intersection(self.tags)
        revoked = {ref for ref, oid in registry.refs.items() if registry.truths[oid].verdict == "revoke"}
        evidence = {ref: oid for ref, oid in registry.refs.items() if ref.startswith(ROOT) and ref not in revoked}
        landed = {tag for tag in existing if registry.refs.get(f"{TAGS}{registry.truths[tag].name}") == tag}
        gone = registry.archive()
        assert gone == {ref for ref in evidence if ref.split("/")[3] in landed}, gone
        for ref in gone:
            del registry.refs[ref]
        registry.archived |= gone
        if gone:
            again = self.pick(sorted(gone))
            self.push({again: evidence[again]})

    def push(self, wanted: Mapping[str, str | None]) -> None:
        """Push; Git may then drop some lines, or all of them if it is killed."""
        registry, pusher = self.registry, self.pick(PUSHERS)
        updates = [RefUpdate(registry.refs.get(ref), oid, ref) for ref, oid in wanted.items()]
        if not registry.accepts(updates, pusher):
            return
        touched = {update.ref for update in updates if update.ref.startswith(ROOT)}
        for old, new, ref in updates:
            if new is not None and ref.startswith(TAGS) and old != new and registry.truths[new].governed:
                assert registry.has_quorum(new, pusher, touched), (ref, pusher)
                registry.landings += 1
            self._hold_against_evidence(ref, old, new)
        for _, new, ref in updates:
            if registry.drops and self.choose(8) == 0:
                continue
            if new is None:
                registry.refs.pop(ref, None)
                continue
            registry.refs[ref] = new
            if ref == proposal_ref(new):
                registry.proposers[new] = pusher

    def _hold_against_evidence(self, ref: str, old: str | None, new: str | None) -> None:
        """Check that no evidence of a landed tag changes, and each endorsement only by its own author."""
        if not ref.startswith(ROOT) or old == new:
            return
        tag = ref.split("/")[3]
        truth = self.registry.truths[tag]
        assert self.registry.refs.get(f"{TAGS}{truth.name}") != tag, ref
        if ref.startswith(f"{ROOT}approvals/"):
            assert new is not None, ref
            word = self.registry.truths[new]
            assert old is None or word.at > self.registry.truths[old].at, ref
            assert (word.about, approval_ref(tag, KEYS[word.by or "mallory"] or "")) == (tag, ref)


def play(choose: Callable[[int], int], steps: int, registry: Registry | None = None) -> int:
    """Play a schedule of this many steps; returns how many tags that need approvals landed."""
    schedule = Schedule(choose, registry)
    for _ in range(steps):
        schedule.step()
    return schedule.registry.landings


def play_seed(seed: int, steps: int = 25, registry: Registry | None = None) -> int:
    """Play the schedule of a seed."""
    return play(random.Random(seed).randrange, steps, registry)
