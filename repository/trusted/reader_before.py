"""Reads refs as they were before a push, so that the push can't change the policy that judges it."""

from __future__ import annotations

from ...policy.errors import CannotJudge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..git.reader import Reader


def reader_before(reader: Reader, before: Mapping[str, str | None]) -> Reader:
    """A reader like `reader` that returns for each ref the id in `before` (None: it did not exist).

    For any other ref, `existing` and `head_commit` raise CannotJudge.
    """
    return _Before(reader, before)


class _Before:
    def __init__(self, reader: Reader, before: Mapping[str, str | None]) -> None:
        self._reader = reader
        self._before = before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        """As `Reader.existing`, before the push. Raises CannotJudge for a ref that is not in `before`."""
        for ref in refs:
            if ref not in self._before:
                raise CannotJudge(
                    f"It is not known what {ref!r} was before this push: the update hook sees one ref at a time. The "
                    "policy's owner should keep the allowed signers on the same branch or in a file:, or have the "
                    "pre-receive hook installed instead: `tagwarden install --server`."
                )
        return {ref: oid for ref in refs if (oid := self._before[ref]) is not None}

    def head_commit(self) -> str | None:
        """As `Reader.head_commit`, before the push."""
        head = self._reader.head()
        return self._reader.head_commit() if head is None else self.existing([head]).get(head)
