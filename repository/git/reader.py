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
    """The tags of a repository, read only. Every method raises CannotJudge where Git can't answer.

    Names and paths are text with surrogates for bytes that are not UTF-8. Ids
    are lower-case hex, as long as the repository's ids are.
    """

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        """For each model, as tags spell it, the tags that begin with it and `@` or `#`; in no order."""

    def all_tags(self) -> list[TagRef]:
        """Every ref under refs/tags/, in no order."""

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        """The objects in the order of `oids`, in constant memory however large they are.

        Only objects of the type `content_of` come with `data`, at most `limit`
        bytes of it. With the limit 0 nothing but types and sizes is read,
        which is cheapest.
        """


class Reader(TagReader, Protocol):
    """A repository, read only."""

    def prepare(self, *, models: Sequence[str] = (), refs: Sequence[str] = ()) -> None:
        """Starts looking up what will be asked next: `tags_of` these models and `existing` of these refs.

        The answers are those of this moment. A later `prepare` replaces this one.
        """

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        """The ids of those of `refs` (full names) that exist."""

    def symbolic(self, refs: Sequence[str]) -> dict[str, str]:
        """Map the symbolic ones of `refs` (full names) to the ref that each refers to, whether that exists or not."""

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        """The full name and id of every ref whose name begins with `prefix`, which ends in a slash."""

    def files(self, wanted: Sequence[tuple[str, str]], *, limit: int) -> list[bytes | None]:
        """The content, at most `limit` bytes, of each (commit or tree id, path).

        None where there is no file; a symbolic link counts as one and its
        content is where it points. With the limit 0 files are found, not read.
        """

    def entry(self, treeish: str, path: str, *, limit: int) -> TreeEntry | None:
        """The entry at a path of an existing commit, tag or tree; None if there is none."""

    def shapes(self, trees: Sequence[str], *, max_paths: int, max_depth: int) -> dict[str, Shape]:
        """What lies below each of these trees, exact as far as it keeps to the bounds.

        Raises CannotJudge also where a tree is missing, and where too much would have to be read.
        """

    def not_contained(self, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
        """Those of `commits` that no tip (a commit) reaches; ids that name no commit are among them."""

    def history_ends_early(self) -> bool:
        """Whether what `not_contained` names may be contained all the same: in a clone that is shallow."""

    def resolve(self, revision: str) -> str | None:
        """The id of what a user calls `revision` (gitrevisions(7)), None where there is no such object."""

    def head(self) -> str | None:
        """The full name of the ref that HEAD refers to, even if it does not exist yet; None if HEAD is detached."""

    def head_commit(self) -> str | None:
        """The id of HEAD's commit, None where the branch that HEAD names does not exist."""

    def close(self) -> None:
        """End the `git` processes. The reader can still be used, and restarts them when needed."""
