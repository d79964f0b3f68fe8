"""Turns the rules' examples into pushes for the judge.

    NAME [on COMMIT] [at SECOND] [lightweight] [says NAME] [tagger TEXT|none] [zone ZONE]
         [committed SECOND] [encoding NAME] [holding PATH=CONTENT]
         [nested DEPTH] [paths COUNT] [damaged HOW] [signed PRINCIPAL [TEXT AFTER IT]]
         [proposed] [withdrawn] [approved [!]PRINCIPAL,…] [with MESSAGE]

COMMIT is a made-up name, of a commit made in second 0 unless `committed` gives
another; `blob`, `tree`, `tag` and `nothing` stand for targets of that type,
`stray` for a commit that no branch contains. An `approved` tag is also proposed,
unless it was `withdrawn`; `!` marks a principal who has revoked the approval.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from tagwarden.policy.approvals.guard import Guard, GuardedLine, ProposedTag
from tagwarden.policy.approvals.quorum import ApprovalState, Endorsement
from tagwarden.policy.approvals.refs import ROOT, read_ref
from tagwarden.policy.file.load import PolicyMistakes, load_policy
from tagwarden.policy.file.policy import Policy
from tagwarden.policy.grammar.near_miss import NearMiss
from tagwarden.policy.grammar.near_names import near_name
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.judging.judge import Judge
from tagwarden.policy.objects.commit_object import parse_commit
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.objects.tree_shape import Shape
from tagwarden.policy.push import (
    Circumstances,
    ModelPush,
    PathEntry,
    RefUpdate,
    Signature,
    SimilarModels,
    Tag,
    TagPush,
    Target,
    WholePush,
)
from tagwarden.policy.rules.contract import Example
from tagwarden.policy.verdict import Verdict

NOW = 1_700_000_000
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
WORDS = (
    "on", "at", "lightweight", "says", "tagger", "zone", "committed", "encoding", "holding", "nested", "paths",
    "damaged", "signed", "proposed", "withdrawn", "approved", "with",
)  # fmt: skip


def oid(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


class Line(NamedTuple):
    """`raw` is the tag object, None for a lightweight tag; `commit` is its commit, None for another target."""

    change: str
    name: str
    tag: Tag
    target: Target
    raw: bytes | None
    commit: bytes | None
    approvals: ApprovalState


def parse_line(line: str, *, epoch: int = 0) -> Line:
    """Parse an example's line; its seconds count from `epoch`."""
    change, _, rest = line.partition(" ")
    if change not in ("delete", "move"):
        change, rest = "create", line
    head, given, message = rest.partition(" with ")
    words = head.split(" ")
    name = words[0]
    options: dict[str, str] = {}
    key = ""
    for word in words[1:]:
        if word in WORDS and key != "holding":
            key = word
            options[key] = ""
        else:
            options[key] = f"{options[key]} {word}".strip()
    commit = options.get("on", "c1")
    kind = commit if commit in ("blob", "tree", "tag") else "commit"
    message = message.replace("\\n", "\n") if given else "A message"
    if options.get("at", "1").isdigit():
        options["at"] = str(epoch + int(options.get("at", "1")))
    path, _, content = options.get("holding", "").partition("=")
    commit_object = raw_commit(options) if kind == "commit" and commit != "nothing" else None
    target = Target(
        oid(commit),
        None if commit == "nothing" else kind,
        {path: content.encode()} if path else {},
        {("main",): commit != "stray"},
        parse_commit(commit_object) if commit_object is not None else None,
        Shape(int(options.get("paths", "1")), int(options.get("nested", "0")), defect=options.get("damaged")),
        {path: placed(content.encode())} if path else {},
    )
    if "lightweight" in options:
        return Line(change, name, Tag(name, target.oid, kind, None), target, None, commit_object, ApprovalState(False))
    raw = raw_object(name, target.oid, kind, options, message)
    tag = Tag(name, oid(line), "tag", parse_tag_object(raw))
    return Line(change, name, tag, target, raw, commit_object, approvals_of(options))


def approvals_of(options: Mapping[str, str]) -> ApprovalState:
    people = options["approved"].split(",") if "approved" in options else []
    given = tuple(Endorsement(one.lstrip("!"), "revoke" if one.startswith("!") else "approve", 0) for one in people)
    return ApprovalState(("proposed" in options or bool(people)) and "withdrawn" not in options, given)


def placed(content: bytes) -> PathEntry:
    """A file as Git stores it."""
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return PathEntry("file", blob, hashlib.sha256(content).hexdigest())


def raw_commit(options: Mapping[str, str]) -> bytes:
    ada = f"Ada Lovelace <ada@example.com> {options.get('committed', '0')} +0000"
    encoding = f"encoding {options['encoding']}\n" if "encoding" in options else ""
    return f"tree {oid(options.get('holding', 'tree'))}\nauthor {ada}\ncommitter {ada}\n{encoding}\nA change\n".encode()


def raw_object(name: str, target: str, kind: str, options: Mapping[str, str], message: str) -> bytes:
    lines = [f"object {target}", f"type {kind}", f"tag {options.get('says', name)}"]
    if options.get("tagger") != "none":
        who = options.get("tagger", "Ada Lovelace <ada@example.com>")
        lines.append(f"tagger {who} {options.get('at', '1')} {options.get('zone', '+0000')}")
    if "signed" in options:
        principal, _, after = options["signed"].partition(" ")
        message += f"\n{BEGIN}\n{principal}\n{END}\n{after}"
    return ("\n".join(lines) + "\n\n" + message).encode()


def verify(pushes: Sequence[TagPush]) -> dict[str, Signature]:
    """Believe the signatures of examples."""
    found = {}
    for push in pushes:
        signature = push.new.object.signature if push.new and push.new.object else None
        if signature is not None:
            principal = signature.split(b"\n")[1].decode()
            nobody = principal == "nobody"
            found[push.ref] = Signature(None if nobody else principal, "no allowed signer" if nobody else None)
    return found


@functools.cache
def policy_of(text: str) -> Policy:
    return load_policy(text.encode())


def judge_example(
    example: Example,
    *,
    per_ref_hook: str | None = None,
    place: Literal["server", "client", "history"] | None = None,
    emergency: Mapping[str, str] = {},
) -> Verdict:
    """Judge an example's push by its policy; at `place`, by default in a clone if it has more than two tags."""
    policy = policy_of(example.policy)
    tags = [line for line in example.pushed if not line.startswith(("replace ", "policy ", "guarded "))]
    place = place or ("client" if len(tags) > 2 else "server")
    circumstances = Circumstances(
        now=NOW,
        place=place,
        remote_url="git@github.com:acme/models.git",
        pusher="ada" if place == "server" else None,
        per_ref_hook=per_ref_hook,
        emergency=emergency,
    )
    existing = [parse_line(line) for line in example.existing]
    pushed = [parse_line(line) for line in tags]
    proposals = {line.tag.oid: line.approvals for line in (*existing, *pushed)}
    circumstances = circumstances._replace(
        approvals=lambda tag, _people: proposals.get(tag, ApprovalState(proposed=False))
    )
    judge = Judge(policy, circumstances, verify=verify)
    by_name = {line.name: line.tag for line in existing}
    groups: dict[str | None, list[Line]] = {}
    for line in pushed:
        name = parse_tag_name(line.name)
        if name is not None:
            groups.setdefault(None if isinstance(name, NearMiss) else name.model, []).append(line)
    folders = [name for name in by_name if "/" in name]
    models = {name.model for line in existing if isinstance(name := parse_tag_name(line.name), TagName)}
    for model, lines in groups.items():
        targets = {line.target.oid: line.target for line in [*existing, *lines]}
        pushes = [push_of(line, by_name) for line in lines]
        mine = [line.tag for line in existing if belongs(line.name, model)]
        twin = next(
            (
                other
                for other in sorted({*models, *(m for m in groups if m)} - {model})
                if model and other.lower() == model.lower()
            ),
            None,
        )
        obstacles = {
            line.name: other
            for line in lines
            for other in (by_name if "/" in line.name else folders)
            if line.name.startswith(other + "/") or other.startswith(line.name + "/")
        }
        near = near_name(model, sorted(models)) if model and not mine else None
        case = None if mine else twin
        named = models if model is None else ()
        taken = {*by_name, *(line.name for line in pushed)} if model is None else ()
        judge.judge_model(ModelPush(model, pushes, mine, targets, obstacles, SimilarModels(case, near, named, taken)))
    updates = [*replacements(example.pushed), *(RefUpdate(None, oid(tag), f"refs/tags/{tag}") for tag in tags)]
    judge.judge_whole(WholePush(circumstances, updates, policy_problem(example.pushed), guard_of(example.pushed)))
    return judge.verdict(source="example", policy_id=None)


def push_of(line: Line, by_name: Mapping[str, Tag]) -> TagPush:
    return TagPush(
        f"refs/tags/{line.name}",
        parse_tag_name(line.name),
        by_name.get(line.name),
        None if line.change == "delete" else line.tag,
    )


def belongs(tag: str, model: str | None) -> bool:
    name = parse_tag_name(tag)
    return isinstance(name, TagName) and name.model == model


def replacements(lines: Iterable[str]) -> list[RefUpdate]:
    return [
        RefUpdate(None, oid(line), f"refs/replace/{line.split()[1]}") for line in lines if line.startswith("replace ")
    ]


def guard_of(lines: Iterable[str]) -> Guard | None:
    """The refs of the lines that begin with "guarded", each pushed with the object that its name implies."""
    refs = [ROOT + line.split()[1] for line in lines if line.startswith("guarded ")]
    tag = ProposedTag("1" * 40, "churn#prod", None, was_proposed=False, landed=False)
    guarded = [GuardedLine(ref, None, ref.rpartition("/")[2], read_ref(ref), tag) for ref in refs]
    return Guard(True, "models", "ada", NOW, guarded) if refs else None


def policy_problem(lines: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    for line in lines:
        if line.startswith("policy "):
            try:
                load_policy(line.removeprefix("policy ").replace("\\n", "\n").encode())
            except PolicyMistakes as problem:
                return "refs/heads/main", problem.mistakes
    return None
