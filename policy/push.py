"""A push as data: everything that the judge receives. The judge looks nothing up."""

from __future__ import annotations

from .grammar.names import TAGS
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Literal

    from .approvals.guard import Guard
    from .approvals.quorum import ApprovalState
    from .budget import Budget
    from .grammar.near_miss import NearMiss
    from .grammar.tag_name import TagName
    from .objects.commit_object import Commit
    from .objects.tag_object import TagObject
    from .objects.tree_shape import Shape

    Change = Literal["create", "move", "delete", "none"]


class RefUpdate(Record):
    """One line of a hook's input. `old` and `new` are object ids in hex, None for the all-zero id."""

    old: str | None
    new: str | None
    ref: str


class Tag(Record):
    """A tag that exists, or that a push would create.

    `name` is without "refs/tags/", `oid` the id of the object that the ref
    points at. `type` is that object's type ("tag", "commit", …), None if it
    does not exist; `object` is set for type "tag" only.
    """

    name: str
    oid: str
    type: str | None
    object: TagObject | None


class TagPush(Record):
    """A pushed update of one tag: its parsed name, and the tag before and after (None: there is none).

    `name` is None for a tag that does not concern the registry.
    """

    ref: str
    name: TagName | NearMiss | None
    old: Tag | None
    new: Tag | None

    @property
    def tag(self) -> str:
        return self.ref[len(TAGS) :]

    @property
    def change(self) -> Change:
        if self.new is None:
            return "none" if self.old is None else "delete"
        return "create" if self.old is None else "move"


class PathEntry(Record):
    """What Git has at a path of a commit.

    `sha256` is the SHA-256 of the file's content in hex, None if it was not
    computed. With `in_lfs` the file is a Git LFS pointer, and `sha256` is that
    of the file that the pointer stands for.
    """

    kind: Literal["file", "symlink", "folder", "submodule"]
    oid: str
    sha256: str | None = None
    in_lfs: bool = False


class Target(Record):
    """What a pushed tag points at.

    `type` is the object's type, None if it does not exist. `files` maps the
    path of each file that a policy asks for to its content, None if the commit
    has no such file. `on_branches` maps each list of branch globs in a policy to
    whether one of those branches contains the commit. `commit` is the commit
    as GTO reads it, None for other types. `shape` measures the commit's tree,
    None if no rule asks. `path_entries` maps each path that a pushed tag binds as an
    artifact to what Git has there, None for nothing.
    """

    oid: str
    type: str | None
    files: Mapping[str, bytes | None]
    on_branches: Mapping[tuple[str, ...], bool] = {}
    commit: Commit | None = None
    shape: Shape | None = None
    path_entries: Mapping[str, PathEntry | None] = {}

    @property
    def readable(self) -> bool:
        """Whether it is a commit, and nothing unreadable was found in the commit and its tree."""
        return (
            self.type == "commit"
            and not (self.commit is not None and self.commit.defect)
            and not (self.shape is not None and self.shape.defect)
        )


class Signature(Record):
    """The result of verifying a tag's signature: the signer's principal, or the problem if it does not count."""

    principal: str | None
    problem: str | None


class SimilarModels(Record):
    """Existing models whose names are similar to that of a new one.

    `case_twin` differs only in case; `near` is the model that may have been
    meant. Filled for near misses only: `named` are the existing models among
    those that a near miss like `NAME@1.2.0` would name, and `taken` the tags that
    exist, or are pushed, among those that were probably meant.
    """

    case_twin: str | None = None
    near: str | None = None
    named: Collection[str] = ()
    taken: Collection[str] = ()


NO_SIMILAR_MODELS = SimilarModels()


class ModelPush(Record):
    """The part of a push that concerns one model, and that model's existing tags.

    `model` is spelled as in tags, None for near misses, which belong to no
    model. `existing` are the model's tags before the push, including those that
    it moves or deletes. `targets` maps object ids to what the tags point at.
    `obstacles` maps a pushed tag's name to an existing ref name that can't
    exist beside it (directory/file conflict). `similar` is filled if the model
    gets its first tag. `signatures` are by the full ref. `landed` are the names
    of the pushed tags that have already landed.
    """

    model: str | None
    pushed: Sequence[TagPush]
    existing: Sequence[Tag]
    targets: Mapping[str, Target]
    obstacles: Mapping[str, str]
    similar: SimilarModels = NO_SIMILAR_MODELS
    signatures: Mapping[str, Signature] = {}
    landed: frozenset[str] = frozenset()


class Circumstances(Record):
    """What applies to the whole push.

    - `now`: the judge's time, in seconds since the epoch.
    - `place`: where the push is judged; "history" for tags that landed long ago.
    - `declared_stages`: the stages that `.gto` names at the trusted ref, None if
      it names none.
    - `pusher`, `pusher_email`: the authenticated pusher, None if unknown.
    - `remote_url`: the URL to which a client pushes, None if unknown.
    - `emergency`: maps a rule to the reason that the pusher gave for breaking it.
    - `per_ref_hook`: what may refuse single refs after this judgement, as the
      subject of a sentence; None for nothing.
    - `budget`: the time for slow work, shared by all policies; None: each judge
      makes its own.
    - `tag_state`: whether the judged tags are only planned, exist in the reader's
      clone, or have landed, so that no push can move them. It decides the fix.
    - `remote`: the name of the remote in the reader's clone, "" if it has none,
      None if the reader is on the server.
    - `approvals`: returns what the given people say of the tag object with the
      given id, None if that can't be determined here. If it is None itself,
      nothing is proposed or approved.
    """

    now: int
    place: Literal["server", "client", "history"]
    declared_stages: tuple[str, ...] | None = None
    pusher: str | None = None
    pusher_email: str | None = None
    remote_url: str | None = None
    emergency: Mapping[str, str] = {}
    per_ref_hook: str | None = None
    budget: Budget | None = None
    tag_state: Literal["planned", "in a clone", "landed"] = "in a clone"
    remote: str | None = "origin"
    approvals: Callable[[str, Collection[str]], ApprovalState | None] | None = None

    @property
    def pusher_rules_apply(self) -> bool:
        """Whether rules about the pusher apply: on a server, and in a clone that was told who will push."""
        return self.place == "server" or self.pusher is not None


class WholePush(Record):
    """The input of a rule about the push as a whole.

    `policy_problem` is set if the push would leave an unreadable policy at the
    trusted ref: the ref and the mistakes. `guard` are the updates of proposals
    and approvals, None if there are none or if they can't be judged here.
    """

    circumstances: Circumstances
    updates: Sequence[RefUpdate]
    policy_problem: tuple[str, tuple[str, ...]] | None
    guard: Guard | None = None

    def count_new_tags(self) -> int:
        """How many tags the push creates or moves."""
        return sum(update.new is not None and update.ref.startswith(TAGS) for update in self.updates)
