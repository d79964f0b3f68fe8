"""Lists refs with `git for-each-ref`: it seeks by prefix in packed refs and knows reftable."""

from __future__ import annotations

from ....policy.errors import CannotJudge
from ....policy.grammar.names import TAGS, model_of_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..command import Git
    from ..processes import Child

# Git compares every ref that it finds with every pattern. Chunks of this size cost what the same
# number of calls costs; above the maximum, listing everything once is cheaper.
MODELS_AT_ONCE = 12
MODELS_AT_MOST = 96
REFS_AT_MOST = 100
# Linux takes 128 KiB in one argument and a quarter of the stack limit (2 MiB) in all.
_ARGUMENT_BYTES = 100_000
_ID_LENGTHS = (40, 64)
# How Git says that it leaves out a ref, whose file holds no id.
_SKIPPED = "warning: ignoring broken ref "
# What Git's patterns treat as special, and what no argument can hold. No ref name holds these.
_NOT_IN_REF_NAMES = frozenset("*?[\\\0")


def possible(name: str) -> bool:
    """Whether a ref could have this name, as far as a pattern must not be mistaken for one."""
    return not _NOT_IN_REF_NAMES.intersection(name)


def model_patterns(models: Iterable[str], namespace: str) -> list[str]:
    """Patterns for all tags of these models.

    `*` does not match a slash (fnmatch with FNM_PATHNAME), `/**` does, and the
    names of stages may hold some. `[@#]` would not do: Git seeks to what
    stands before the first special character only.
    """
    return [
        f"{namespace}{TAGS}{model}{separator}{rest}" for model in models for separator in "@#" for rest in ("*", "*/**")
    ]


def fits(patterns: Sequence[str]) -> bool:
    """Whether the patterns may be given to one process."""
    return sum(len(pattern) for pattern in patterns) < _ARGUMENT_BYTES


def start_listing(git: Git, patterns: Sequence[str]) -> Child:
    """Starts to list the refs that match any of the patterns; `finish_listing` takes the answer."""
    return git.start("for-each-ref", "--format=%(objectname) %(refname)", "--", *patterns)


def finish_listing(child: Child) -> Iterator[tuple[str, str]]:
    """Yields full name and id of each ref that is listed.

    Raises CannotJudge where Git fails, breaks off, or skips a ref because its
    file is damaged: what is not listed would not be judged against.
    """
    assert child.stdout is not None
    for listed in child.stdout:
        oid, _, name = listed.decode("utf-8", "surrogateescape").partition(" ")
        if len(oid) not in _ID_LENGTHS or name[:5] != "refs/" or name[-1] != "\n":
            raise CannotJudge(
                f"`git for-each-ref` answered {listed[:200]!r}, which is not an object id and a ref. Try again."
            )
        yield name[:-1], oid
    complaint = child.complaint()
    child.check()
    for line in complaint.splitlines():
        if line.startswith(_SKIPPED):
            raise damaged(line.removeprefix(_SKIPPED))


def damaged(ref: str) -> CannotJudge:
    """A ref whose file contains neither an id nor the name of another ref."""
    return CannotJudge(
        f"The ref {ascii(ref)[1:-1]} is damaged: Git can't say what it names. Set it again with `git update-ref`, or "
        "remove its file from the repository."
    )


def group_by_model(found: Iterable[tuple[str, str]], models: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """For each model, name (without refs/tags/) and id of its tags."""
    groups: dict[str | None, list[tuple[str, str]]] = {model: [] for model in models}
    for ref, oid in found:
        group = groups.get(model_of_ref(ref))
        if group is not None:
            group.append((ref[len(TAGS) :], oid))
    return {model: group for model, group in groups.items() if model is not None}
