"""Reads objects through `git cat-file`: a few through a process that keeps running, many through a new one.

Memory holds only content that was asked for. If the rest of an object is too
long to skip, its process is abandoned and a new one answers the remaining
questions. So a tag on a blob of gigabytes costs one more process, not the
reading of gigabytes.
"""

from __future__ import annotations

import os

from .cat_file_answers import ADVICE, Answers, NotFetched
from .scratch_files import filled_scratch_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from .command import Git
    from .objects import RawObject
    from .processes import Child
    from .promised import Promised

# The questions sent before the first answer is read fit into the smallest pipe, so that writing them never blocks.
_WINDOW_BYTES = 4096
# Some 400 ids: above that, a new process is cheaper.
_WINDOWS_AT_MOST = 4
# No larger object is ever read: the rules refuse tags that are or point at one.
LARGEST = 1 << 24
_SIZES, _CONTENT = "--batch-check", "--batch"
_KINDS = "--batch-check=%(objecttype) %(objectsize)"


class ObjectReader:
    """Answers questions about objects; a question is an id or `<id>:<path>`.

    Types and sizes are asked first, and then the content only of objects that are not too large: Git unpacks a whole
    object before it writes its first byte, and a pack of a megabyte can contain an object of a gigabyte.
    """

    def __init__(self, git: Git) -> None:
        self._git = self._asked = git
        self._companions: dict[str, Child] = {}
        self._promised: Promised | None = None

    def start(self) -> None:
        """Start the two processes that answer small sets of questions, unless they run already."""
        for how in (_SIZES, _CONTENT):
            self._companion(how)

    def close(self) -> None:
        """End these processes. The reader can still be used, and restarts them when needed."""
        self._end_companions()
        if self._promised is not None:
            self._promised.close()
            self._promised, self._asked = None, self._git

    def ask(self, questions: Sequence[str], *, limit: int, content_of: str) -> Iterator[RawObject]:
        """Yield the answers in the order of the questions; `type` is None if there is no such object.

        Objects of the type `content_of` come with the first `limit` bytes of their content, and with none if they are
        larger than LARGEST; other objects come without content. Raises CannotJudge if an object is damaged, if Git
        fails, or if a partial clone can't fetch an object that it lacks.
        """
        if not questions:
            return
        answered = 0
        if self._promised is None:
            try:
                for answer in self._ask(questions, limit, content_of):
                    answered += 1
                    yield answer
                return
            except NotFetched:
                from .promised import Promised

                self.close()
                self._promised = Promised(self._git)
                self._asked = self._promised.git
        rest = questions[answered:]
        self._promised.fetch_for(rest, content_of, self._ask)
        yield from self._ask(rest, limit, content_of)

    def _ask(self, questions: Sequence[str], limit: int, content_of: str) -> Iterator[RawObject]:
        windows = _windows(questions)
        if windows is not None:
            for window in windows:
                # All answers are read before the first is yielded, so the process is free if the caller asks again.
                yield from self._ask_companions(window, limit, content_of)
        else:
            yield from self._ask_in_bulk(questions, limit, content_of)

    def _end_companions(self) -> None:
        for how in list(self._companions):
            self._companions.pop(how).abandon()

    def _companion(self, how: str) -> Child:
        if how not in self._companions:
            self._companions[how] = self._asked.start("cat-file", how, talk=True)
        return self._companions[how]

    def _ask_companions(self, questions: Sequence[str], limit: int, content_of: str) -> list[RawObject]:
        answers = self._talk(_SIZES, questions, 0, content_of)
        wanted = [place for place, found in enumerate(answers) if limit and _is_read(found, content_of)]
        contents = self._talk(_CONTENT, [questions[place] for place in wanted], limit, content_of)
        for place, found in zip(wanted, contents, strict=True):
            answers[place] = found
        return answers

    def _talk(self, how: str, questions: Sequence[str], limit: int, content_of: str) -> list[RawObject]:
        answers: list[RawObject] = []
        while len(answers) < len(questions):
            child = self._companion(how)
            rest = questions[len(answers) :]
            try:
                child.send(_in_lines(rest))
                reading = Answers(child, limit, content_of, with_content=how == _CONTENT)
                answers.extend(reading.to(rest))
            except BaseException:
                self._end_companions()
                raise
            if reading.given_up:
                self._companions.pop(how).abandon()
        return answers

    def _ask_in_bulk(self, questions: Sequence[str], limit: int, content_of: str) -> Iterator[RawObject]:
        if not limit:
            yield from self._run(_SIZES, questions, 0, content_of)
            return
        # The content of nearly all objects is read; the others are asked about once more.
        unread = self._find_unread(questions, content_of)
        if not unread:
            yield from self._run(_CONTENT, questions, limit, content_of)
            return
        sizes = self._run(_SIZES, [questions[place] for place in unread], 0, content_of)
        wanted = [question for place, question in enumerate(questions) if place not in unread]
        contents = self._run(_CONTENT, wanted, limit, content_of)
        try:
            for place in range(len(questions)):
                yield next(sizes) if place in unread else next(contents)
            for answers in (sizes, contents):
                next(answers, None)  # runs the generator to its end, which checks Git's exit status
        finally:
            sizes.close()
            contents.close()

    def _find_unread(self, questions: Sequence[str], content_of: str) -> dict[int, None]:
        """The positions, in order, of the questions about objects whose content is not read."""
        source = filled_scratch_file(_in_lines(questions))
        try:
            child = self._asked.start("cat-file", _KINDS, "--buffer", stdin=source)
            try:
                reading = Answers(child, 0, content_of, with_content=False)
                unread = dict.fromkeys(reading.exceptional(len(questions), LARGEST))
                child.check(advice=ADVICE)
            finally:
                child.abandon()
        finally:
            os.close(source)
        return unread

    def _run(self, how: str, questions: Sequence[str], limit: int, content_of: str) -> Generator[RawObject, None, None]:
        source = filled_scratch_file(_in_lines(questions))
        left = iter(questions)
        answered = told = begin = 0
        try:
            while answered < len(questions):
                # What the previous process answered is not asked again.
                begin += len(_in_lines(questions[told:answered]))
                told = answered
                os.lseek(source, begin, os.SEEK_SET)
                child = self._asked.start("cat-file", how, "--buffer", stdin=source)
                reading = Answers(child, limit, content_of, with_content=how == _CONTENT)
                try:
                    for answer in reading.to(left):
                        answered += 1
                        yield answer
                    if not reading.given_up:
                        reading.end()
                        child.check(advice=ADVICE)
                finally:
                    child.abandon()
        finally:
            os.close(source)


def _is_read(found: RawObject, content_of: str) -> bool:
    return found.type == content_of and found.size <= LARGEST


def _in_lines(questions: Sequence[str]) -> bytes:
    return "\n".join([*questions, ""]).encode("utf-8", "surrogateescape")


def _windows(questions: Sequence[str]) -> list[list[str]] | None:
    """The questions in portions of at most _WINDOW_BYTES; None if there are so many that a new process is cheaper."""
    portions: list[list[str]] = [[]]
    room = _WINDOW_BYTES
    for question in questions:
        size = len(_in_lines([question]))
        if size > room:
            portions.append([])
            room = _WINDOW_BYTES
            if size > room or len(portions) > _WINDOWS_AT_MOST:
                return None
        portions[-1].append(question)
        room -= size
    return portions
