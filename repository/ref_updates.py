"""Parses a hook's input from Git: one line for each ref that the push changes (githooks(5))."""

from __future__ import annotations

import os
from itertools import pairwise

from ..policy.errors import CannotJudge
from ..policy.grammar.names import MOST_PARTS_FOR_GTO, TAGS, is_commit_id, is_too_deep_for_gto
from ..policy.grammar.ref_names import are_ref_names, taken_for
from ..policy.push import RefUpdate
from .git.objects import are_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The null id, which means "no such ref", in both object formats.
_no_ref = {"0" * 40: None, "0" * 64: None}.get
_CHUNK = 1 << 18
NAMESPACES = "refs/namespaces/"


def read_all_stdin() -> bytes:
    """All of stdin; a hook that exits without reading it to its end may seem to accept the push.

    Raises CannotJudge if stdin can't be read.
    """
    chunks = []
    try:
        while chunk := os.read(0, _CHUNK):
            chunks.append(chunk)
    except OSError as error:
        raise CannotJudge(f"The list of pushed refs could not be read from stdin: {error.strerror}.") from error
    return b"".join(chunks)


def parse_receive_lines(data: bytes) -> list[RefUpdate]:
    """Parse the input of pre-receive and post-receive: lines `<old id> <new id> <ref>`.

    Raises CannotJudge for a malformed line; for a ref that is named twice, that Git can't store (it would drop the
    line after pre-receive), that is in another namespace, or that a file system may confuse with another; and for
    empty input, with which Git never starts the hook.
    """
    if not data.strip(b"\n"):
        raise CannotJudge(
            "Git's list of pushed refs is empty, and Git never runs this hook for such a push. If another program "
            "runs it, that program must pass on all of Git's input."
        )
    updates: list[RefUpdate] = []
    ids: set[str] = set()
    for line in _whole_lines(data):
        try:
            old, new, ref = line.split(" ", 2)
        except ValueError:
            raise _malformed(line, "<old id> <new id> <ref>") from None
        ids.add(old)
        ids.add(new)
        updates.append(RefUpdate._make((_no_ref(old, old), _no_ref(new, new), ref)))
    _check_names(_checked(updates, ids))
    return updates


def _check_names(updates: Sequence[RefUpdate]) -> None:
    refs = [update.ref for update in updates]
    if not are_ref_names(refs):
        bad = next(ref for ref in refs if not are_ref_names([ref]))
        raise CannotJudge(
            f"The push names the ref {_shown(bad)}, which Git can't store (git-check-ref-format(1)). Rename it."
        )
    for folder in {ref.split("/", 2)[1] for ref in refs}:
        if alike := taken_for(folder):
            raise CannotJudge(
                f"The push names refs in the folder {_shown(folder)} of refs/. Where a file system ignores case, these "
                f"are the refs of refs/{alike}/, which have to be judged. Push to refs/{alike}/, or rename the folder."
            )
    other = next((ref for ref in refs if ref.startswith(NAMESPACES)), None)
    if other is not None:
        raise CannotJudge(
            f"The push names the ref {_shown(other)}, which belongs to a namespace (gitnamespaces(7)) that it is not "
            "pushed through, so no policy would be asked. Push it through its namespace."
        )
    # What follows about other refs is for tags up to `tag-name`.
    others = [update.ref for update in updates if update.new and not update.ref.startswith(TAGS)]
    deep = next(filter(is_too_deep_for_gto, others), None)
    if deep is not None:
        raise CannotJudge(
            f"The push names the ref {_shown(deep)}, which has more than {MOST_PARTS_FOR_GTO} parts between slashes: "
            "beside it, GTO may find no tags at all. Rename it."
        )
    commit = next(filter(_is_read_as_a_commit, others), None)
    if commit is not None:
        raise CannotJudge(
            f"The push names the ref {_shown(commit)}, which has the id of a commit as its name: GTO would read it "
            "instead of that commit, and fail for all models. Rename it."
        )
    if len(set(refs)) < len(refs):
        twice = next(ref for ref, following in pairwise(sorted(refs)) if ref == following)
        raise CannotJudge(f"The push names the ref {_shown(twice)} twice. Push it once.")


def _is_read_as_a_commit(ref: str) -> bool:
    """Whether libgit2 would find this ref when it looks up a commit id (gitrevisions(7)); for tags there is a rule."""
    name = ref.removeprefix("refs/").removeprefix("heads/").removeprefix("remotes/").removesuffix("/HEAD")
    return is_commit_id(name)


def parse_pre_push_lines(data: bytes) -> list[RefUpdate]:
    """Parse the input of pre-push; returns the ref updates as the remote will receive them.

    A line is `<local ref> <local id> <remote ref> <remote id>`; the local ref is as the user typed it, and may contain
    spaces. Raises CannotJudge for a malformed line.
    """
    updates: list[RefUpdate] = []
    ids: set[str] = set()
    for line in _lines(data):
        try:
            _, new, ref, old = line.rsplit(" ", 3)
        except ValueError:
            raise _malformed(line, "<local ref> <local id> <remote ref> <remote id>") from None
        ids.add(old)
        ids.add(new)
        updates.append(RefUpdate._make((_no_ref(old, old), _no_ref(new, new), ref)))
    return _checked(updates, ids)


def _whole_lines(data: bytes) -> list[str]:
    """All lines, including empty ones, which are malformed. Raises CannotJudge if the last line has no newline."""
    *lines, rest = data.decode("utf-8", "surrogateescape").split("\n")
    if rest:
        raise _malformed(rest, "a newline behind each ref")
    return lines


def _lines(data: bytes) -> Iterator[str]:
    return filter(None, data.decode("utf-8", "surrogateescape").split("\n"))


def _checked(updates: list[RefUpdate], ids: set[str]) -> list[RefUpdate]:
    if not are_ids(list(ids)):
        raise _malformed(next(oid for oid in ids if not are_ids([oid])), "ids of 40 or 64 hex digits")
    if len(set(map(len, ids))) > 1:
        raise _malformed(min(ids, key=len), "ids of one length")
    if "" in [update.ref for update in updates]:
        raise _malformed("", "a ref behind each pair of ids")
    return updates


def _shown(text: str) -> str:
    return ascii(text[:200].encode("utf-8", "surrogateescape"))[1:]


def _malformed(line: str, expected: str) -> CannotJudge:
    shown = _shown(line)
    return CannotJudge(
        f"Git's list of pushed refs holds a line that can't be read (expected {expected}): "
        f"{shown}. A program between Git and this hook may have changed it."
    )
