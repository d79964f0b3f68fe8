"""Follows symbolic refs: a push to one of them changes its target (git-symbolic-ref(1))."""

from __future__ import annotations

import os

from ....policy.errors import CannotJudge
from .loose import SYMBOLIC, LooseRefs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ....policy.push import RefUpdate
    from ..command import Git
    from ..reader import Reader

# The longest chain that Git follows (refs.c, SYMREF_MAXDEPTH).
LONGEST_CHAIN = 5
# For more refs, their folders are listed first.
ONE_BY_ONE = 50


def symbolic_refs(git: Git, refs: Sequence[str]) -> dict[str, str]:
    """The symbolic refs among `refs` (full names), each with the ref at the end of its chain, which need not exist.

    Raises CannotJudge if the refs can't be read, or if a chain is longer than Git follows.
    """
    read = _read_table if os.path.isdir(os.path.join(git.common_folder(), "reftable")) else _read_loose
    found: dict[str, str] = {}
    left = {ref: ref for ref in refs}
    for _ in range(LONGEST_CHAIN + 1):
        targets = read(git, list(dict.fromkeys(left.values())))
        left = {ref: targets[last] for ref, last in left.items() if last in targets}
        if not left:
            return found
        found.update(left)
    ref = next(iter(left))
    raise CannotJudge(f"The ref {ref!r} is part of a loop of symbolic refs. Delete it.")


def as_they_change(updates: Sequence[RefUpdate], reader: Reader) -> list[RefUpdate]:
    """The updates, with symbolic refs replaced by their targets. Raises CannotJudge if two change the same ref."""
    stands_for = reader.symbolic([update.ref for update in updates])
    if not stands_for:
        return list(updates)
    followed = [update._replace(ref=stands_for.get(update.ref, update.ref)) for update in updates]
    refs = [update.ref for update in followed]
    named = {update.ref for update in updates}
    changed: set[str] = set()
    for update, ref in zip(updates, refs, strict=True):
        if ref == update.ref:
            continue
        if ref in named or ref in changed:
            raise CannotJudge(
                f"The push names {update.ref!r}, a symbolic ref to {ref!r}, and that ref as well. Push one of the two."
            )
        changed.add(ref)
    return followed


def _read_loose(git: Git, refs: Sequence[str]) -> Mapping[str, str]:
    loose = LooseRefs(git.common_folder())
    if len(refs) > ONE_BY_ONE:
        refs = loose.are_spelled_so(refs)
    found = {
        ref: content.removeprefix(SYMBOLIC).strip()
        for ref, content in loose.named(refs).items()
        if content is not None and content.startswith(SYMBOLIC)
    }
    # Git once wrote them as symbolic links, and still reads those (core.preferSymlinkRefs).
    for ref in refs:
        if os.path.islink(loose.path(ref)) and (target := os.readlink(loose.path(ref))).startswith("refs/"):
            found[ref] = target
    return found


def _read_table(git: Git, refs: Sequence[str]) -> Mapping[str, str]:
    targets = ((ref, git.line("symbolic-ref", "--quiet", ref, accepted=(0, 1))) for ref in refs)
    return {ref: target for ref, target in targets if target}
