"""What reading the registry costs, beside Git's own reading of the same tags, and beside GTO."""

from __future__ import annotations

from collections.abc import Sequence

from .cases import Case, ratio
from .kit import Kit, gto
from .measuring import Contender

OURS, FLOOR = "tagwarden", "git for-each-ref and git cat-file --batch"
READ = "git for-each-ref --format='%(objectname)' refs/tags | git cat-file --batch --buffer"


def _beside_git(kit: Kit, *command: str) -> Sequence[Contender]:
    made = kit.repository(100_000, 1000)
    ours = kit.process(OURS, made, [kit.tagwarden, *command])
    floor = kit.process(FLOOR, made, ["sh", "-c", READ])
    # An audit that finds something exits with 1.
    return [Contender(ours.name, ours.command, ours.cwd, ours.environment, accepted=(0, 1)), floor]


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
    Case(
        "audit",
        "`audit` of 100k tags",
        f"/ `{FLOOR}` of the same",
        6,
        lambda kit: _beside_git(kit, "audit"),
        ratio(OURS, FLOOR),
        3,
    ),
    Case(
        "show",
        "`show` of 100k tags",
        f"/ `{FLOOR}` of the same",
        6,
        lambda kit: _beside_git(kit, "show"),
        ratio(OURS, FLOOR),
        3,
    ),
    Case(
        "show-gto",
        "`show` at 10k tags",
        "GTO's time / ours",
        50,
        lambda kit: _beside_gto(kit, ["show"], ["show"]),
        ratio("gto", OURS),
        1,
        at_least=True,
    ),
    Case(
        "resolve-gto",
        "`resolve` of a model's latest version, likewise",
        "GTO's time / ours",
        50,
        lambda kit: _beside_gto(kit, ["resolve", "model1@latest"], ["show", "model1@latest"]),
        ratio("gto", OURS),
        1,
        at_least=True,
    ),
)
