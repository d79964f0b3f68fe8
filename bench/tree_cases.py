"""The cost of reading a tagged commit's folders: all of them the first time, hardly any afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from .cases import Case, ratio
from .kit import Kit
from .measuring import Contender
from .repositories import Repository, repository_of_files

FEW, MANY, MOST = "20 files", "2,000 files", "50,000 files"
AGAIN = "50,000 files, a second tag on nearly the same"


def _files(kit: Kit, count: int) -> Repository:
    return kit.with_hook(repository_of_files(kit.folder, kit.environment, count))


def _first_tag(kit: Kit, made: Repository, name: str) -> Contender:
    """A tag on a commit that the cache does not know yet."""
    return kit.hook_process(made, made.lines(1), name, before=lambda: _forget(made))


def _forget(made: Repository) -> None:
    for kept in made.path.glob("tagwarden/trees.*"):
        kept.unlink()


def _two_thousand(kit: Kit) -> Sequence[Contender]:
    return [_first_tag(kit, _files(kit, 20), FEW), _first_tag(kit, _files(kit, 2000), MANY)]


def _fifty_thousand(kit: Kit) -> Sequence[Contender]:
    return [_first_tag(kit, _files(kit, 20), FEW), _first_tag(kit, _files(kit, 50_000), MOST)]


def _again(kit: Kit) -> Sequence[Contender]:
    made = _files(kit, 50_000)
    first, second = made.lines(1), made.path / "line-of-the-second"
    second.write_text(made.lines(2).read_text().splitlines(keepends=True)[1])

    def judge_the_first() -> None:
        _forget(made)
        kit.run("sh", "-c", f"GIT_DIR=. hooks/pre-receive <{first.name}", cwd=made.path)

    again = kit.hook_process(made, second, AGAIN, before=judge_the_first)
    return [_first_tag(kit, _files(kit, 20), FEW), again]


CASES = (
    Case(
        "files",
        "1 model tag on a commit of 20 files → 2,000, no tree known",
        "hook process at 2,000 / at 20",
        1.3,
        _two_thousand,
        ratio(MANY, FEW),
        40,
    ),
    Case(
        "many-files",
        "the same on a commit of 50,000 files",
        "hook process at 50,000 / at 20",
        4,
        _fifty_thousand,
        ratio(MOST, FEW),
        15,
    ),
    Case(
        "files-again",
        "a second tag, on the next commit of these 50,000 files",
        "hook process / of the first tag on 20 files",
        1.5,
        _again,
        ratio(AGAIN, FEW),
        40,
    ),
)
