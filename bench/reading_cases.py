"""The cost of reading the registry, compared with Git's own reading of the same tags, and with GTO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .cases import Case, largest_mebibytes, ratio
from .kit import Kit, gto
from .measuring import Contender
from .repositories import Repository

OURS, FLOOR = "tagwarden", "git for-each-ref and git cat-file --batch"
READ = "git for-each-ref --format='%(objectname)' refs/tags | git cat-file --batch --buffer"


def _read(kit: Kit, made: Repository, command: str, name: str) -> Contender:
    # An audit that finds something exits with 1.
    return replace(kit.process(name, made, [kit.tagwarden, command]), accepted=(0, 1))


def _beside_git(kit: Kit, command: str) -> Sequence[Contender]:
    made = kit.staged_repository(100_000)
    return [_read(kit, made, command, OURS), kit.process(FLOOR, made, ["sh", "-c", READ])]


def _of_all(kit: Kit) -> Sequence[Contender]:
    made = kit.staged_repository(1_000_000 if kit.full else 100_000)
    return [_read(kit, made, command, command) for command in ("show", "history", "audit")]


def _beside_gto(kit: Kit, ours: Sequence[str], theirs: Sequence[str]) -> Sequence[Contender]:
    program = gto()
    if program is None:
        return []
    made = kit.repository(10_000, 100)
    return [
        kit.process(OURS, made, [kit.tagwarden, *ours, "--repo", made.path]),
        kit.process("gto", made, [program, *theirs, "--repo", made.path]),
    ]


CASES = (
    *(
        Case(
            command,
            f"`{command}` of 100k tags, 40 % of them stage events",
            f"/ `{FLOOR}` of the same",
            limit,
            lambda kit, command=command: _beside_git(kit, command),  # type: ignore[misc]
            ratio(OURS, FLOOR),
            3,
        )
        for command, limit in (("show", 6), ("history", 6), ("audit", 15))
    ),
    Case(
        "reading-memory",
        "`show`, `history` and `audit` of 100k tags (1M in a full run)",
        "peak memory of the largest process",
        1024,
        _of_all,
        largest_mebibytes,
        1,
        unit="MiB",
    ),
    Case(
        "show-gto",
        "`show` at 10k tags",
        "GTO's CPU time / ours",
        50,
        lambda kit: _beside_gto(kit, ["show"], ["show"]),
        ratio("gto", OURS),
        1,
        at_least=True,
    ),
    Case(
        "resolve-gto",
        "`resolve` of a model's latest version, likewise",
        "GTO's CPU time / ours",
        50,
        lambda kit: _beside_gto(kit, ["resolve", "model1@latest"], ["show", "model1@latest"]),
        ratio("gto", OURS),
        1,
        at_least=True,
    ),
)
