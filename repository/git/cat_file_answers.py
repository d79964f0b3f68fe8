"""What `git cat-file` answers, read within bounds."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from .objects import RawObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from .processes import Child

# About what Git writes, and we read over, in the time that another process takes to start.
READ_OVER_BYTES = 1 << 18
_CHUNK = 1 << 16
_NEWLINE = 0x0A
# How Git says that it may not fetch what a partial clone was promised.
NOT_FETCHED = "from promisor remote"
ADVICE = "Run `git fsck` in that repository: it names what is damaged."


class NotFetched(CannotJudge):
    """An object is missing that a partial clone was promised."""


class Answers:
    """Reads what `git cat-file` answers: `<id> <type> <size>`, the content and a newline, or `<question> missing`.

    `given_up` says that the last answer was not read to its end.
    """

    def __init__(self, child: Child, limit: int, content_of: str, *, with_content: bool = True) -> None:
        assert child.stdout is not None
        self.given_up = False
        self._child = child
        self._out: BinaryIO = child.stdout
        self._limit = limit
        self._content_of = content_of
        self._with_content = with_content

    def to(self, questions: Sequence[str]) -> Iterator[RawObject]:
        # Bound once: reading a large push consists of this loop.
        out, content_of, make = self._out, self._content_of, RawObject._make
        limit = self._limit if self._with_content else -1
        for question in questions:
            header = out.readline().decode("utf-8", "surrogateescape")
            try:
                name, kind, digits = header.split(" ")
                size = int(digits)
            except ValueError:
                yield self._nothing(question, header)
                continue
            if kind == content_of and size <= limit:
                data = out.read(size + 1)
                if len(data) <= size or data[size] != _NEWLINE:
                    raise self._out_of_step(len(data) > size)
                data = data[:size]
            else:
                data = self._part(size, limit if kind == content_of else 0) if self._with_content else b""
            if name == question or ":" in question:
                yield make((name, kind, size, data))
            else:
                # Git took a short id for the beginning of a longer one: that is not what was asked.
                yield RawObject(question, None, 0, b"")
            if self.given_up:
                return

    def unread(self, questions: Sequence[str], largest: int) -> Iterator[tuple[int, RawObject]]:
        """The answers about whatever is not `content_of`, or is larger than the `largest`, each with its place."""
        # No record is made of the others: that would take 4 % longer to show 100,000 tags.
        out, content_of = self._out, self._content_of
        for place, question in enumerate(questions):
            header = out.readline().decode("utf-8", "surrogateescape")
            try:
                name, kind, digits = header.split(" ")
                size = int(digits)
            except ValueError:
                yield place, self._nothing(question, header)
                continue
            if name != question and ":" not in question:
                yield place, RawObject(question, None, 0, b"")
            elif kind != content_of or size > largest:
                yield place, RawObject(name, kind, size, b"")

    def end(self) -> None:
        """Raises CannotJudge where more comes than was asked for."""
        if self._out.read(1):
            raise self._out_of_step(True)

    def _part(self, size: int, wanted: int) -> bytes:
        wanted = min(size, wanted)
        data = self._read(wanted)
        rest = size + 1 - wanted
        if rest > READ_OVER_BYTES:
            self.given_up = True
            return data
        while rest > _CHUNK:
            self._read(_CHUNK)
            rest -= _CHUNK
        if self._read(rest)[-1] != _NEWLINE:
            raise self._out_of_step(True)
        return data

    def _read(self, count: int) -> bytes:
        data = self._out.read(count)
        if len(data) < count:
            raise self._out_of_step(False)
        return data

    def _out_of_step(self, goes_on: bool) -> CannotJudge:
        if goes_on:
            return CannotJudge(f"`git cat-file` answered with more than it announced. {ADVICE}")
        return self._failure()

    def _failure(self) -> CannotJudge:
        problem = self._child.failure(ADVICE)
        return NotFetched(str(problem)) if NOT_FETCHED in str(problem) else problem

    def _nothing(self, question: str, header: str) -> RawObject:
        # Git 2.52 and later say so of a submodule, whose commit lies elsewhere.
        if header.endswith(" submodule\n"):
            return RawObject(question, None, 0, b"")
        if header != f"{question} missing\n":
            if header.endswith("\n"):
                raise CannotJudge(f"`git cat-file` answered {header[:200]!r}. {ADVICE}")
            raise self._failure()
        # Git also says "missing" of an object that it can't read; only its stderr tells.
        for line in self._child.complaint().splitlines():
            if line.startswith(("error:", "fatal:")):
                raise CannotJudge(f"The object {ascii(question)[1:-1]} can't be read; Git says: {line}. {ADVICE}")
        return RawObject(question, None, 0, b"")
