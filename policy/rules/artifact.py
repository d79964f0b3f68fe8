"""Refuses a registration that does not bind its artifact, or binds a different one than its commit contains.

A registration binds the model's file or folder by trailers in its message, such
as `Artifact: sha256:<hex> models/model.pkl`. A registration is refused if

- it has no such trailer;
- the trailer contradicts what Git, Git LFS or DVC's files record at the tagged
  commit, or names another path than `dvc.yaml` or `artifacts.yaml` gives for the
  model;
- another active version has the same artifact, unless one of the two is the
  release of the other, a pre-release.

An assignment may bind only what the registration binds.

Of a file that only DVC has, the server sees only the MD5. You can bind a SHA-256
as well: the server can't check it, but `tagwarden verify` will then detect any
other file.

Fix: recreate the tag; `tagwarden register` writes the trailers if the
artifact can be found at the commit.
"""

from __future__ import annotations

from ..facts.artifact_at_commit import problem_at_commit, problem_of_paths
from ..facts.fix import recreating_command, repeating_command, replacing_commands
from ..objects.bound_artifacts import bound_in
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..grammar.versions import Version
    from ..objects.bound_artifacts import Bound
    from ..push import Tag
    from ..registry.event import Event
    from ..registry.replay import ReplayedEvent

OPTIONS = ("artifact.required",)
WHY = "the tag must say which file the version is; this one says nothing about it, or something wrong."

ONE_FOR_TWO = (
    "two versions with the same file are one version under two names, and what happens to one misses the other."
)


def check(facts: ModelFacts) -> Iterator[Breach]:
    tags = {tag.name: tag for tag in facts.existing}
    tags.update((push.tag, push.new) for push in facts.made if push.new is not None)
    made = {push.tag for push in facts.made}
    holders = _Holders()
    for event in facts.history.active_registrations():
        if event.tag not in made and event.name.version is not None:
            holders.add(event.tag, event.name.version, _bound(tags[event.tag]))
    for replayed in facts.events:
        event, tag = replayed.event, replayed.push.tag
        if event.name.kind not in ("register", "assign"):
            continue
        problem = _problem(replayed, tags, facts)
        if problem is not None:
            yield Breach(f"{tag!r} {problem}", replayed.push.ref, facts.model, fix=_fix(replayed, facts))
        elif event.name.kind == "register" and event.name.version is not None:
            other = holders.add_unless_taken(event, _bound(tags[tag]), facts)
            if other is not None:
                yield Breach(f"{tag!r} binds {other}", replayed.push.ref, facts.model, why=ONE_FOR_TWO)


class _Holders:
    """The active versions, by the digests of their artifacts."""

    def __init__(self) -> None:
        self._by_digest: dict[str, list[tuple[str, Version]]] = {}

    def add(self, tag: str, version: Version, bound: list[Bound]) -> None:
        for digest in {digest for one in bound for digest in one.digests.values()}:
            self._by_digest.setdefault(digest, []).append((tag, version))

    def add_unless_taken(self, event: Event, bound: list[Bound], facts: ModelFacts) -> str | None:
        """Add a pushed registration, unless it was deregistered or another version has one of its digests.

        In the latter case, returns a clause that names the digest and that version; otherwise None.
        """
        version = event.name.version
        if version is None:
            return None
        taken_back = facts.history.deregistration(version, event.commit)
        if taken_back is not None and taken_back.time >= event.time:
            return None
        for digest in (digest for one in bound for digest in one.digests.values()):
            for tag, holder in self._by_digest.get(digest, ()):
                if holder.precedence != version.precedence and not _is_released(holder, version):
                    return f"{digest}, which is already the artifact of {holder} ({tag!r})"
        self.add(event.tag, version, bound)
        return None


def _is_released(one: Version, other: Version) -> bool:
    """Whether one version is a pre-release and the other its release."""
    return one[:3] == other[:3] and bool(one.prerelease) != bool(other.prerelease)


def _problem(replayed: ReplayedEvent, tags: dict[str, Tag], facts: ModelFacts) -> str | None:
    event = replayed.event
    found = tags[event.tag].object
    try:
        bound = bound_in(found.message) if found is not None else []
    except ValueError as problem:
        return str(problem)
    target = facts.targets.get(event.commit)
    if target is not None and target.readable:
        contradictions = [problem_at_commit(one, target, facts) for one in bound]
        if bound and event.name.kind == "register":
            contradictions.append(problem_of_paths(bound, target, facts))
        contradiction = next((one for one in contradictions if one is not None), None)
        if contradiction is not None:
            return f"contradicts its commit: {contradiction}"
    if event.name.kind == "assign":
        return _problem_of_assignment(bound, replayed, tags, facts)
    if not bound:
        return "binds no artifact: its message has no trailer such as 'Artifact: sha256:… models/model.pkl'"
    return None


def _fix(replayed: ReplayedEvent, facts: ModelFacts) -> str | None:
    if replayed.event.name.kind == "register":
        return recreating_command(facts, replayed.push)
    # An assignment need not bind the artifact, because the registration does.
    return replacing_commands(facts, replayed.push.tag, repeating_command(replayed))


def _problem_of_assignment(
    bound: list[Bound], replayed: ReplayedEvent, tags: dict[str, Tag], facts: ModelFacts
) -> str | None:
    version = replayed.active
    registration = facts.history.registration(version, replayed.event.commit) if version is not None else None
    if registration is None:
        return None
    known = {one.path: one.digests for one in _bound(tags[registration.tag])}
    for one in bound if known else ():
        for kind, digest in one.digests.items():
            if known.get(one.path, {}).get(kind) != digest:
                return f"binds {digest} as {one.path!r}, and {registration.tag!r}, which registers {version}, does not"
    return None


def _bound(tag: Tag) -> list[Bound]:
    """What a tag binds; nothing if its trailers are malformed, because old tags don't count against a new push."""
    try:
        return bound_in(tag.object.message) if tag.object is not None else []
    except ValueError:
        return []


REQUIRED = "[artifact]\nrequired = true\n"
# The digests of a file that holds "one", and of another that holds "two".
ONE = "sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
TWO = "sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
ONE_IN_GIT = "git:43dd47ea691c90a5fa7827892c70241913351963"
MD5 = "f97c5d29941bfb1b2fdab0874906ab82"
IN_GIT = "on c1 holding m.bin=one with One\\n\\nArtifact:"
IN_DVC = f"on c1 holding m.bin.dvc=outs: [{{md5: {MD5}, path: m.bin}}] with One\\n\\nArtifact:"
EXISTING = f"churn@v1.0.0 with One\\n\\nArtifact: {ONE} m.bin"
EXAMPLES = (
    accepted("not required", "churn@v1.0.0"),
    accepted("a file in Git, by its SHA-256", f"churn@v1.0.0 {IN_GIT} {ONE} m.bin", policy=REQUIRED),
    accepted("a file in Git, by its id there", f"churn@v1.0.0 {IN_GIT} {ONE_IN_GIT} m.bin", policy=REQUIRED),
    accepted("a file in DVC, by its MD5", f"churn@v1.0.0 {IN_DVC} md5:{MD5} m.bin", policy=REQUIRED),
    accepted(
        "a file in DVC, also by a SHA-256, which can't be checked here",
        f"churn@v1.0.0 {IN_DVC} {TWO} m.bin",
        policy=REQUIRED,
    ),
    accepted(
        "a release with the artifact of its pre-release",
        f"churn@v1.0.0 on c2 at 2 with Two\\n\\nArtifact: {ONE} m.bin",
        existing=(EXISTING.replace("v1.0.0", "v1.0.0-rc.1"),),
        policy=REQUIRED,
    ),
    accepted(
        "the artifact of a version that was deregistered",
        f"churn@v1.1.0 on c2 at 3 with Two\\n\\nArtifact: {ONE} m.bin",
        existing=(EXISTING, "churn@v1.0.0! at 2"),
        policy=REQUIRED,
    ),
    accepted("an assignment that binds nothing", "churn#prod at 2", existing=(EXISTING,), policy=REQUIRED),
    accepted(
        "an assignment that repeats what is bound",
        f"churn#prod at 2 with Go\\n\\nArtifact: {ONE} m.bin",
        existing=(EXISTING,),
        policy=REQUIRED,
    ),
    refused("no artifact", "churn@v1.0.0", policy=REQUIRED),
    refused("an invalid digest", f"churn@v1.0.0 {IN_GIT} sha256:0 m.bin", policy=REQUIRED),
    refused("a different file than Git has", f"churn@v1.0.0 {IN_GIT} {TWO} m.bin", policy=REQUIRED),
    refused("a file in Git by its MD5 alone", f"churn@v1.0.0 {IN_GIT} md5:{MD5} m.bin", policy=REQUIRED),
    refused("a different file than DVC has", f"churn@v1.0.0 {IN_DVC} md5:{'0' * 32} m.bin", policy=REQUIRED),
    refused(
        "a file of DVC that can't be read",
        f"churn@v1.0.0 on c1 holding m.bin.dvc=a: b: c with One\\n\\nArtifact: {ONE} m.bin",
        policy=REQUIRED,
    ),
    refused(
        "the artifact of another version",
        f"churn@v1.1.0 on c2 at 2 with Two\\n\\nArtifact: {ONE} m.bin",
        existing=(EXISTING,),
        policy=REQUIRED,
    ),
    refused(
        "a pre-release with the artifact of an earlier version",
        f"churn@v1.1.0-rc.1 on c2 at 2 with Two\\n\\nArtifact: {ONE} m.bin",
        existing=(EXISTING,),
        policy=REQUIRED,
    ),
    refused(
        "an assignment that binds a different artifact",
        f"churn#prod at 2 with Go\\n\\nArtifact: {TWO} m.bin",
        existing=(EXISTING,),
        policy=REQUIRED,
    ),
)
