"""Lists refs completely: every loose ref must be in Git's listing, with the id in its file."""

from __future__ import annotations

from ....policy.errors import CannotJudge
from .listing import damaged, finish_listing, possible, start_listing
from .loose import SYMBOLIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..command import Git
    from .loose import LooseRefs

# How many refs are listed again in one call: few enough that Git's warning about each is kept.
_AGAIN_AT_ONCE = 12
# How often to compare again: another process may move, pack or delete a ref between two looks, but not every time.
_LOOKS = 5
_BROKEN_NAME = "warning: ignoring ref with broken name "


class WholeListing:
    """The refs that match `patterns`, listed by Git while `look` finds the loose ones among them.

    Full names, including those of a namespace.
    """

    def __init__(
        self,
        git: Git,
        loose: LooseRefs,
        patterns: Sequence[str],
        look: Callable[[LooseRefs], Mapping[str, str | None]],
    ) -> None:
        """Start Git, and call `look`. Raises CannotJudge if Git can't be started."""
        self._git = git
        self._loose = loose
        self._child = start_listing(git, patterns)
        self._problem: CannotJudge | None = None
        self._expected: dict[str, str | None] = {}
        try:
            self._expected.update(look(loose))
        except CannotJudge as problem:
            self._problem = problem

    def refs(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the id of each ref. Raises CannotJudge if the listing is not complete."""
        if self._problem is not None:
            raise self._problem
        expected = self._expected
        for listed in finish_listing(self._child):
            ref, oid = listed
            if ref in expected:
                if not _agree(oid, expected[ref]):
                    continue
                del expected[ref]
            yield listed
        for _ in range(_LOOKS):
            if not expected:
                return
            yield from self._look_again(expected)
        for ref in self._loose.are_spelled_so(sorted(expected)):
            if expected[ref] is None:
                raise damaged(ref)
            raise CannotJudge(
                f"Git's list of refs is not whole: it lacks {ref!r}, or shows an old value of it; its file is "
                f"{self._loose.path(ref)!r}. See what `git for-each-ref` says in that repository, and whether the "
                "user who runs the hook can read all of it."
            )

    def abandon(self) -> None:
        """End Git, even if the listing was not read."""
        self._child.abandon()

    def _look_again(self, doubtful: dict[str, str | None]) -> Iterator[tuple[str, str]]:
        """Yield the refs about which Git and the files now agree, and remove them from `doubtful`."""
        refs = list(doubtful)
        for first in range(0, len(refs), _AGAIN_AT_ONCE):
            asked = refs[first : first + _AGAIN_AT_ONCE]
            loose = self._loose.named(asked)
            listed, broken_names = self._listed_now(asked)
            for ref in asked:
                oid = listed.get(ref)
                if oid is not None:
                    if not _agree(oid, loose.get(ref)):
                        continue
                    yield ref, oid
                elif ref in loose and possible(ref) and ref not in broken_names and not self._dangles(loose[ref]):
                    continue
                del doubtful[ref]

    def _dangles(self, content: str | None) -> bool:
        """Whether this is the content of a symbolic ref whose target does not exist, which Git does not list."""
        if content is None or not content.startswith(SYMBOLIC):
            return False
        target = content.removeprefix(SYMBOLIC)
        return not self._loose.named([target]) and target not in self._listed_now([target])[0]

    def _listed_now(self, refs: Sequence[str]) -> tuple[dict[str, str], str]:
        """Git's current listing of `refs`, and its stderr if that warns of broken names, else ""."""
        patterns = [ref for ref in refs if possible(ref)]
        if not patterns:
            return {}, ""
        child = start_listing(self._git, patterns)
        try:
            listed = dict(finish_listing(child))
        finally:
            child.abandon()
        stderr = child.stderr_text()
        return listed, stderr if _BROKEN_NAME in stderr else ""


def _agree(oid: str, content: str | None) -> bool:
    """Whether Git's id of a ref agrees with the content of the ref's file, if that is an id."""
    return content is None or content == oid or content.startswith(SYMBOLIC)
