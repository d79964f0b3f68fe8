"""The most that a hostile pusher can make a hook cost with a megabyte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .cases import Case, Results
from .hostile_pushes import PUSHES, hostile_repository
from .kit import Kit
from .measuring import Contender

# Accepted, refused or given up: only the cost matters.
ANY_VERDICT = (0, 1, 3)


def _hostile(kit: Kit) -> Sequence[Contender]:
    contenders = []
    for make in PUSHES:
        made, lines = hostile_repository(make, kit.folder, kit.environment)
        kit.with_hook(made)
        contender = kit.hook_process(made, lines, make.__name__.replace("_", " "))
        contenders.append(replace(contender, accepted=ANY_VERDICT))
    return contenders


def _most_seconds(results: Results) -> float:
    return max(summary.median for summary in results.values()) / 1000


def _most_mebibytes(results: Results) -> float:
    return max(summary.peak for summary in results.values()) / 1024


CASES = (
    Case(
        "hostile",
        "1 MB on the wire, made to cost as much as can be",
        "hook process at the worst",
        2,
        _hostile,
        _most_seconds,
        1,
        unit="s",
    ),
    Case(
        "hostile-memory",
        "the same",
        "peak memory of the largest process, at the worst",
        200,
        _hostile,
        _most_mebibytes,
        1,
        unit="MiB",
    ),
)
