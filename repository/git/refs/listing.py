"""Lists refs with `git for-each-ref`, which finds prefixes in packed refs by binary search and can read reftables."""

from __future__ import annotations

from ....policy.errors import CannotJudge
from ....policy.grammar.names import TAGS, model_of_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..command import Git
    from ..processes import Child

# Git compares every ref that it finds with every pattern, so one call with more than MODELS_AT_ONCE models is not
# cheaper than several. Above the maximum, it is cheaper to list everything once.
MODELS_AT_ONCE = 12
MODELS_AT_MOST = 96
REFS_AT_MOST = 100
# Linux allows 128 KiB for one argument, and a quarter of the stack limit (2 MiB) for all.
_ARGUMENT_BYTES = 100_000
_ID_LENGTHS = (40, 64)
_READ_BYTES = 1 << 16
# Git's warning when it leaves out a ref whose file contains no id.
_SKIPPED = "warning: ignoring broken ref "
# The special characters of Git's patterns, and NUL, which no argument can contain. No ref name contains any of these.
_NOT_IN_REF_NAMES = frozenset("*?[\\\0")


def possible(name: str) -> bool:
    """Whether Git takes `name`, as a pattern, literally. If not, no ref can have that name."""
    return not _NOT_IN_REF_NAMES.intersection(name)


def model_patterns(models: Iterable[str], namespace: str) -> list[str]:
    """Patterns for all tags of these models.

    `*` does not match a slash (fnmatch with FNM_PATHNAME), but the name of a stage may contain slashes, so `*/**` is
    needed, too. There are separate patterns for `@` and `#`, because Git searches only by the part before the first
    special character.
    """
    return [
        f"{namespace}{TAGS}{model}{separator}{rest}" for model in models for separator in "@#" for rest in ("*", "*/**")
    ]


def fits(patterns: Sequence[str]) -> bool:
    """Whether the patterns fit into the arguments of one process."""
    return sum(len(pattern) for pattern in patterns) < _ARGUMENT_BYTES


def start_listing(git: Git, patterns: Sequence[str]) -> Child:
    """Start listing the refs that match any of the patterns; `finish_listing` reads them. Raises like `Git.start`."""
    return git.start("for-each-ref", "--format=%(objectname) %(refname)", "--", *patterns)


def finish_listing(child: Child) -> Iterator[tuple[str, str]]:
    """Yield the full name and the id of each listed ref.

    Raises CannotJudge if Git fails, stops early, or skips a ref because its file is damaged: a tag that is missing
    from the list would be missing from the judgement.
    """
    assert child.stdout is not None
    while some := child.stdout.read(_READ_BYTES):
        # Decoding and splitting many lines at once takes half the time of line by line.
        *lines, rest = (some + child.stdout.readline()).decode("utf-8", "surrogateescape").split("\n")
        for line in lines:
            oid, _, name = line.partition(" ")
            if len(oid) not in _ID_LENGTHS or name[:5] != "refs/":
                raise _unreadable(line)
            yield name, oid
        if rest:
            raise _unreadable(rest)
    stderr = child.stderr_text()
    child.check()
    for line in stderr.splitlines():
        if line.startswith(_SKIPPED):
            raise damaged(line.removeprefix(_SKIPPED))


def _unreadable(line: str) -> CannotJudge:
    listed = line[:200].encode("utf-8", "surrogateescape")
    return CannotJudge(f"`git for-each-ref` answered {listed!r}, which is not an object id and a ref. Try again.")


def damaged(ref: str) -> CannotJudge:
    """The error about a ref whose file contains neither an id nor the name of another ref."""
    return CannotJudge(
        f"The ref {ascii(ref)[1:-1]} is damaged: Git can't say what it names. Set it again with `git update-ref`, or "
        "remove its file from the repository."
    )


def group_by_model(found: Iterable[tuple[str, str]], models: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """For each model, the names (without refs/tags/) and ids of its tags among the refs `found`."""
    groups: dict[str | None, list[tuple[str, str]]] = {model: [] for model in models}
    for ref, oid in found:
        group = groups.get(model_of_ref(ref))
        if group is not None:
            group.append((ref[len(TAGS) :], oid))
    return {model: group for model, group in groups.items() if model is not None}
