"""Reads a repository with the `git` program, in every format that Git can read."""

from __future__ import annotations

import os

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS, model_of_ref
from .cat_file import LARGEST, ObjectReader
from .command import Git, namespace_prefix
from .objects import RawObject, TagRef, TreeEntry, are_ids
from .refs.listing import MODELS_AT_MOST, MODELS_AT_ONCE, REFS_AT_MOST, fits, group_by_model, model_patterns, possible
from .refs.loose import LooseRefs
from .refs.whole_listing import WholeListing
from .trees.paths import checked_path, find_entry, must_be_absent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Literal

    from ...policy.objects.tree_shape import Shape
    from .trees.walk import TreeWalk

    Look = Callable[[LooseRefs], Mapping[str, str | None]]


class GitProgram:
    """The `Reader` that works for every repository, and the fastest one for a process that ends soon.

    `answering` reads its objects; it may come from another reader of the same repository, which then need not be
    closed. `keep_in` is the repository's common folder if a hook may cache shapes of trees there, else None.
    """

    def __init__(self, git: Git | None = None, objects: ObjectReader | None = None) -> None:
        self.git = git or Git.here()
        self.answering = objects or ObjectReader(self.git)
        self._namespace = namespace_prefix(self.git.environment.get("GIT_NAMESPACE", ""))
        self._prepared: _Prepared | None = None
        self.keep_in: str | None = None
        self.walk: TreeWalk | None = None

    def prepare(self, *, models: Sequence[str] = (), refs: Sequence[str] = ()) -> None:
        self._forget_prepared()
        many = len(models) > MODELS_AT_MOST
        patterns = [self._namespace + TAGS] if many else self._patterns_of_models(models)
        patterns += self._patterns_of_refs(refs)
        at_once = many or len(models) <= MODELS_AT_ONCE
        if patterns and at_once and len(refs) <= REFS_AT_MOST and fits(patterns):
            look_for_models, look_for_refs = self._look_for_models(models), self._look_for_refs(refs)
            listing = self._start_listing(patterns, lambda loose: {**look_for_models(loose), **look_for_refs(loose)})
            self._prepared = _Prepared(models, refs, listing, self._namespace, holds_others=many)
        self.answering.start()

    def tags_of(self, models: Sequence[str]) -> dict[str, list[TagRef]]:
        if self._prepared and self._prepared.models.issuperset(models):
            found: Iterable[tuple[str, str]] = self._prepared.found()
        else:
            found = self._tags_that_may_be_of(models)
        grouped = group_by_model(found, models)
        return {model: [TagRef(*tag) for tag in grouped[model]] for model in models}

    def all_tags(self) -> list[TagRef]:
        return [TagRef(ref[len(TAGS) :], oid) for ref, oid in self.refs_under(TAGS)]

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        if self._prepared and self._prepared.refs.issuperset(refs):
            found: Iterable[tuple[str, str]] = self._prepared.found()
        else:
            patterns = self._patterns_of_refs(refs)
            if len(patterns) > REFS_AT_MOST or not fits(patterns):
                patterns = [self._namespace + "refs/"]
            found = self._list(patterns, self._look_for_refs(refs))
        wanted = set(refs)
        return {ref: oid for ref, oid in found if ref in wanted}

    def symbolic(self, refs: Sequence[str]) -> dict[str, str]:
        from .refs.symbolic import symbolic_refs

        found = symbolic_refs(self.git, [self._namespace + ref for ref in refs])
        start = len(self._namespace)
        return {ref[start:]: target.removeprefix(self._namespace) for ref, target in found.items()}

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        if not possible(prefix):
            return []
        return list(self._list([self._namespace + prefix], lambda loose: loose.under(self._namespace + prefix)))

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        # Git must not get anything that is not an id: it would resolve a name.
        wanted = list(oids)
        if are_ids(wanted):
            yield from self.answering.ask(wanted, limit=limit, content_of=content_of)
            return
        answers = self.answering.ask([oid for oid in wanted if are_ids([oid])], limit=limit, content_of=content_of)
        for oid in wanted:
            yield next(answers) if are_ids([oid]) else RawObject(oid, None, 0, b"")
        next(answers, None)  # runs the generator to its end, which checks Git's exit status

    def files(self, wanted: Sequence[tuple[str, str]], *, limit: int) -> list[bytes | None]:
        self._refuse_endless(dict.fromkeys(treeish for treeish, _ in wanted))
        questions = [f"{treeish}:{checked_path(path)}" for treeish, path in wanted]
        answers = list(self.answering.ask(questions, limit=limit, content_of="blob"))
        doubtful = [asked for asked, answer in zip(wanted, answers, strict=True) if answer.type is None]
        kinds = {found.oid: found.type for found in self.objects({treeish for treeish, _ in doubtful}, limit=0)}
        for treeish, path in doubtful:
            if kinds[treeish] in ("commit", "tree"):
                must_be_absent(self.answering, treeish, checked_path(path))
        return [answer.data if answer.type == "blob" else None for answer in answers]

    def entry(self, treeish: str, path: str, *, limit: int) -> TreeEntry | None:
        self._refuse_endless([treeish])
        return find_entry(self.answering, treeish, path, limit)

    def shapes(self, trees: Sequence[str], *, max_paths: int, max_depth: int) -> dict[str, Shape]:
        if self.walk is None:
            from .trees.cache import TreeCache
            from .trees.walk import TreeWalk

            self.walk = TreeWalk(self, cache=TreeCache(self.keep_in) if self.keep_in is not None else None)
        return self.walk.shapes(trees, max_paths=max_paths, max_depth=max_depth)

    def not_contained(self, commits: Sequence[str], tips: Sequence[str]) -> set[str]:
        from .ancestry import not_contained

        kinds = self.objects(commits, limit=0)
        strangers = {found.oid for found in kinds if found.type != "commit" or found.size > LARGEST}
        return strangers | not_contained(self.git, [c for c in commits if c not in strangers], tips)

    def history_ends_early(self) -> bool:
        return False  # a server judges by the history that it has

    def _refuse_endless(self, oids: Iterable[str]) -> None:
        """Raise CannotJudge if one of these objects is so large that Git would take long to read it."""
        for found in self.answering.ask(list(oids), limit=0, content_of="commit"):
            if found.size > LARGEST:
                raise CannotJudge(
                    f"The {found.type} {found.oid} has {found.size} bytes, too many to look for a file in it. "
                    "Replace it by a smaller one."
                )

    def resolve(self, revision: str) -> str | None:
        if "\0" in revision:
            return None
        if revision.startswith("refs/") and (exact := self.existing([revision])):
            return exact[revision]
        return self.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", revision, accepted=(0, 1)) or None

    def head(self) -> str | None:
        if not self._namespace:
            ref = _head_from_file(self.git)
            if ref is not None:
                return ref
        ref = self.git.line("symbolic-ref", "--quiet", self._namespace + "HEAD", accepted=(0, 1))
        return ref.removeprefix(self._namespace) or None

    def head_commit(self) -> str | None:
        ref = self.head()
        if ref is not None:
            return self.existing([ref]).get(ref)
        # A detached HEAD contains an id, which no ref's name can be mistaken for.
        return self.git.line("rev-parse", "--verify", "--quiet", self._namespace + "HEAD", accepted=(0, 1)) or None

    def close(self) -> None:
        self._forget_prepared()
        self.answering.close()

    def _tags_that_may_be_of(self, models: Sequence[str]) -> Iterator[tuple[str, str]]:
        everything = [self._namespace + TAGS]
        if len(models) > MODELS_AT_MOST:
            yield from self._list(everything, self._look_for_models(models))
            return
        for first in range(0, len(models), MODELS_AT_ONCE):
            some = models[first : first + MODELS_AT_ONCE]
            patterns = self._patterns_of_models(some)
            if patterns:
                yield from self._list(patterns if fits(patterns) else everything, self._look_for_models(some))

    def _patterns_of_models(self, models: Sequence[str]) -> list[str]:
        return model_patterns([model for model in models if possible(model)], self._namespace)

    def _patterns_of_refs(self, refs: Sequence[str]) -> list[str]:
        return [self._namespace + ref for ref in refs if possible(ref)]

    def _look_for_models(self, models: Sequence[str]) -> Look:
        beginnings = [f"{self._namespace}{TAGS}{model}" for model in models if possible(model)]
        return lambda loose: loose.beginning_with(beginnings, "@#")

    def _look_for_refs(self, refs: Sequence[str]) -> Look:
        names = self._patterns_of_refs(refs)
        return lambda loose: loose.named(names)

    def _list(self, patterns: Sequence[str], look: Look) -> Iterator[tuple[str, str]]:
        """The refs that match one of `patterns`, without the namespace. Without a pattern Git would list all refs."""
        if not patterns:
            return
        listing = self._start_listing(patterns, look)
        start = len(self._namespace)
        try:
            found = listing.refs()
            yield from ((ref[start:], oid) for ref, oid in found) if start else found
        finally:
            listing.abandon()

    def _start_listing(self, patterns: Sequence[str], look: Look) -> WholeListing:
        return WholeListing(self.git, LooseRefs(self.git.common_folder()), patterns, look)

    def _forget_prepared(self) -> None:
        if self._prepared is not None:
            self._prepared.listing.abandon()
            self._prepared = None


class _Prepared:
    """A listing that was started ahead; `holds_others`: it also lists other models than `models`."""

    def __init__(
        self, models: Sequence[str], refs: Sequence[str], listing: WholeListing, namespace: str, *, holds_others: bool
    ) -> None:
        self.models = frozenset(models)
        self.refs = frozenset(refs)
        self.listing = listing
        self._start = len(namespace)
        self._holds_others = holds_others
        self._found: list[tuple[str, str]] | None = None

    def found(self) -> list[tuple[str, str]]:
        if self._found is None:
            listed = ((ref[self._start :], oid) for ref, oid in self.listing.refs())
            if self._holds_others:
                # Only what was asked for is kept: there may be a million other tags.
                listed = (one for one in listed if one[0] in self.refs or model_of_ref(one[0]) in self.models)
            self._found = list(listed)
        return self._found


def _head_from_file(git: Git) -> str | None:
    """The branch that the file HEAD names (gitrepository-layout(5)); None if only Git can tell.

    That is so for a detached HEAD, and in a reftable repository, whose file HEAD is a placeholder.
    """
    try:
        descriptor = os.open(os.path.join(git.folder(), "HEAD"), os.O_RDONLY)
    except OSError:
        return None
    try:
        content = os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
    ref = content.removeprefix(b"ref: ").rstrip(b"\n").decode("utf-8", "surrogateescape")
    if not content.startswith(b"ref: refs/heads/") or ref == "refs/heads/.invalid" or len(content) == 4096:
        return None
    return ref
