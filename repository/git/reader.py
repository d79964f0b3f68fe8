"""The interface through which the rest of the project reads a repository."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Literal, Protocol

    from ...policy.objects.tree_shape import Shape
    from .objects import RawObject, TagRef, TreeEntry
else:
    Protocol = object


class TagReader(Protocol):
    """The tags of a repository, read only. Every method raises CannotJudge if Git can't answer.

    Names and paths are text with surrogates for bytes that are not UTF-8. Ids are full, in lower-case hex.
    """

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        """For each model, as tags spell it, the tags whose names begin with it and `@` or `#`, in any order."""

    def all_tags(self) -> list[TagRef]:
        """Every ref under refs/tags/, in any order."""

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        """The objects in the order of `oids`; large ones take no more memory than small ones.

        Only objects of the type `content_of` come with `data`, its first `limit` bytes. With the limit 0 only types and
        sizes are read, which is the cheapest.
        """


class Reader(TagReader, Protocol):
    """A repository, read only."""

    def prepare(self, *, models: Sequence[str] = (), refs: Sequence[str] = ()) -> None:
        """Start reading what will be asked next: `tags_of` these models, and `existing` of these refs (full names).

        The answers are as of now. A later `prepare` replaces this one.
        """

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        """The ids of the refs (full names) that exist, by name."""

    def symbolic(self, refs: Sequence[str]) -> dict[str, str]:
        """The symbolic refs among `refs` (full names), each with the full name of its target, which need not exist."""

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        """The full name and id of every ref whose name begins with `prefix`, which ends in a slash."""

    def files(self, wanted: Sequence[tuple[str, str]], *, limit: int) -> list[bytes | None]:
        """The first `limit` bytes of the file at each (commit or tree id, path); None if there is no file.

        The content of a symbolic link is its target. With the limit 0 files are found, not read.
        """

    def entry(self, treeish: str, path: str, *, limit: int) -> TreeEntry | None:
        """The entry at a path of an existing commit, tag or tree; None if there is none."""

    def shapes(self, trees: Sequence[str], *, max_paths: int, max_depth: int) -> dict[str, Shape]:
        """The shape of each of these trees, by id; exact only if the tree keeps within the bounds.

        Also raises CannotJudge if a tree is missing, or if too much would have to be read.
        """

    def not_contained(self, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
        """The ids among `commits` that are not reachable from any tip (a commit), or not commits at all."""

    def history_ends_early(self) -> bool:
        """Whether history is missing (a shallow clone), so that `not_contained` may return contained commits."""

    def resolve(self, revision: str) -> str | None:
        """The id of the object that `revision` names (gitrevisions(7)), None if there is none."""

    def head(self) -> str | None:
        """The full name of the ref that HEAD refers to, even if it does not exist yet; None if HEAD is detached."""

    def head_commit(self) -> str | None:
        """The id of HEAD's commit, None if the branch that HEAD names does not exist."""

    def close(self) -> None:
        """End the `git` processes. The reader can still be used, and restarts them when needed."""
