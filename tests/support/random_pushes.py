"""Random pushes to random servers, reproducible by their seed.

About half of the lines are those of an honest client; otherwise no push would be
accepted, and only refusals would be tested.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .attack_scene import AT_CLIENT, CURRENT, NOTHING, ON_SERVER, UNKNOWN, Line, Scene, Stage, TagOf
from .attacks import ON_MAIN, STEP_BY_STEP

TAGS = "refs/tags/"
MODELS = ("m", "m", "k/n")
STAGES = ("dev", "prod")
VERSIONS = ("v0.9.0", "v1.0.0", "v1.0.1", "v1.1.0", "v1.2.0", "v2.0.0")
COMMITS = (*ON_SERVER, "c5", "c6", "s2")
LACKING = ("no-parent", "no-tree")
BRANCHES = ("main", "side", "main/x", "release/1")
OTHER_TAGS = ("k", "k/n@v1.0.0/x", "nightly", "m@1.0", "m@v1", "m#prod-2", "m@v1.1.0/x", "k/n")
MALFORMED = (
    b"refs/tags/m@v3.0.0\r",
    b"refs/tags//m@v3.0.0",
    b"refs/tags/m@v3.0.0.lock",
    b"m@v3.0.0",
    b"HEAD",
    b".have",
    b"refs/tags/m@v3.0.0\nm",
    b"refs/tags/m@v3.0.0\n\n",
    b"refs/tags/m\x01@v3.0.0",
)
ODD = (b"refs/tags/m\xff@v1.0.0", "refs/tags/ü".encode(), b"refs/tags/\x9b31m", "refs/tags/m@v1.0.0\u2028".encode())

POLICIES = ("", "", "", ON_MAIN, STEP_BY_STEP, ON_MAIN + STEP_BY_STEP)
SETTINGS = (
    ("receive.hideRefs", "refs/tags/m@v1.1.0"),
    ("transfer.hideRefs", "refs/tags/k"),
    ("receive.hideRefs", "refs/heads/main"),
    ("transfer.hideRefs", "refs/heads"),
    ("receive.hideRefs", "!refs/heads/side"),
    ("receive.hideRefs", "^refs/tags/m#prod#1"),
    ("receive.denyDeletes", "true"),
    ("receive.denyNonFastForwards", "true"),
    ("receive.denyCurrentBranch", "refuse"),
    ("receive.denyDeleteCurrent", "ignore"),
    ("receive.shallowUpdate", "true"),
    ("core.bare", "false"),
)


class RandomPush(NamedTuple):
    """One push. `meanwhile` is another one before its commands are sent; a foreign hook refuses `dropped`.

    With `pack_first`, the server's refs are packed before it.
    """

    lines: tuple[Line, ...]
    atomic: bool
    shallow: tuple[str, ...]
    meanwhile: tuple[Line, ...]
    dropped: tuple[str | bytes, ...]
    pack_first: bool


class World:
    """A server made from `seed`, and the pushes to it, one after the other."""

    def __init__(self, seed: int, stage: Stage, folder: Path) -> None:
        self._dice = dice = random.Random(seed)
        self.hook = dice.choice(("pre-receive", "pre-receive", "pre-receive", "update"))
        self.foreign = dice.random() < 0.3
        self.policy = dice.choice(POLICIES)
        self.settings = tuple(dice.sample(SETTINGS, dice.choice((0, 0, 1, 3))))
        self.scene: Scene = stage.scene(folder / "server.git", hook=self.hook, foreign=self.foreign)
        self.scene.configure(self.settings)
        if self.policy:
            self.scene.govern(self.policy)
        self._counter = 0

    def __str__(self) -> str:
        beside = ", another hook beside it" if self.foreign else ""
        return f"{self.hook}{beside}; policy {self.policy!r}; settings {self.settings}"

    def push(self, current: Mapping[str, str]) -> RandomPush:
        """The next push, to a server whose refs are `current`."""
        dice = self._dice
        wanted = [line for _ in range(dice.choice((1, 1, 1, 2, 2, 4))) for line in self._some(current)]
        lines = list({line.ref: line for line in wanted}.values())
        if dice.random() < 0.05:
            again = dice.choice(lines)
            lines.insert(dice.randrange(len(lines) + 1), again._replace(new=self._other_new(again)))
        if dice.random() < 0.2:
            dice.shuffle(lines)
        chosen = [line.ref for line in lines if dice.random() < 0.3]
        return RandomPush(
            lines=tuple(lines),
            atomic=dice.random() < 0.1,
            shallow=("s2",) if dice.random() < 0.05 else (),
            meanwhile=tuple(self._meanwhile(lines, current)) if dice.random() < 0.2 else (),
            dropped=tuple(chosen) if self.foreign else (),
            pack_first=dice.random() < 0.1,
        )

    def _meanwhile(self, lines: Sequence[Line], current: Mapping[str, str]) -> list[Line]:
        """The push of another client, often to a ref of this client's push."""
        created = [line for line in lines if isinstance(line.new, TagOf) and _is_sound(line)]
        if created and self._dice.random() < 0.5:
            rival = self._dice.choice(created)
            return [rival._replace(old=CURRENT, new=self._tag(str(rival.ref)[10:], self._commit()))]
        return list(self._sensible(current))

    def _some(self, current: Mapping[str, str]) -> list[Line]:
        """A line, or two that belong together."""
        kind = self._dice.choices(
            (
                self._sensible,
                self._lie,
                self._any_event,
                self._deletion,
                self._other_tag,
                self._branch,
                self._malformed,
            ),
            (10, 4, 1, 1, 2, 2, 0.3),
        )[0]
        return [self._maybe_false(line, current) for line in kind(current)]

    def _sensible(self, current: Mapping[str, str]) -> list[Line]:
        """Lines that fit the registry: the next version, alone or with an assignment, or an event of existing tags."""
        dice, model = self._dice, self._dice.choice(MODELS)
        versions = self._versions(model, current)
        if versions and dice.random() < 0.5:
            ref = dice.choice(versions)
            commit = self._commit_of(current[ref])
            event = f"#{dice.choice(STAGES)}{dice.choice(('', '', '!'))}#{self._next()}"
            name = ref.removeprefix(TAGS) + "!" if dice.random() < 0.2 else model + event
            return [self._event(name, commit)]
        taken = {self._commit_of(current[ref]) for ref in versions}
        commit = dice.choice([name for name in COMMITS if name not in taken] or COMMITS)
        lines = [self._event(f"{model}@v{len(versions) + 1}.{dice.randrange(3)}.0", commit)]
        if dice.random() < 0.4:
            lines.append(self._event(f"{model}#{dice.choice(STAGES)}#{self._next()}", commit))
        if commit in AT_CLIENT and dice.random() < 0.7:
            lines.insert(0, Line("refs/heads/main", CURRENT, commit))
        return lines

    def _lie(self, current: Mapping[str, str]) -> list[Line]:
        """A push that is valid only if its false claims are believed."""
        dice, model = self._dice, self._dice.choice(MODELS)
        versions = self._versions(model, current)
        if not versions:
            return self._sensible(current)
        stands = dice.choice(versions)
        false = dice.choice((NOTHING, UNKNOWN, self._commit()))
        commit = self._commit()
        kind = dice.randrange(5)
        if kind == 0:
            return [Line(dice.choice([ref for ref in current if ref.startswith(TAGS)]), false, NOTHING)]
        if kind == 1:
            below = self._event(f"{model}@v0.{dice.randrange(1, 9)}.0", self._commit())
            moved = Line(stands, NOTHING, self._tag(stands.removeprefix(TAGS), commit))
            return [dice.choice((moved, Line(stands, false, NOTHING), Line(stands, CURRENT, NOTHING))), below]
        if kind == 2:
            moved = Line(stands, NOTHING, self._tag(stands.removeprefix(TAGS), commit))
            return [moved, self._event(f"{model}#{dice.choice(STAGES)}#{self._next()}", commit)]
        if kind == 3:
            high = self._event(f"{model}@v{len(versions) + 1}.0.0", commit)
            return [high._replace(old=false), self._event(f"{model}#{dice.choice(STAGES)}#{self._next()}", commit)]
        branch = Line("refs/heads/main", false, commit)
        return [branch, self._event(f"{model}@v{len(versions) + 1}.0.0", commit)]

    def _versions(self, model: str, current: Mapping[str, str]) -> list[str]:
        """The refs of the model's registrations."""
        return [ref for ref in current if ref.startswith(f"{TAGS}{model}@v") and ref[-1] != "!" and "/x" not in ref]

    def _event(self, name: str, commit: str) -> Line:
        return Line(TAGS + name, CURRENT, self._tag(name, commit))

    def _any_event(self, _: Mapping[str, str]) -> list[Line]:
        dice = self._dice
        end = f"@{dice.choice(VERSIONS)}" if dice.random() < 0.5 else f"#{dice.choice(STAGES)}#{dice.randrange(1, 5)}"
        name = f"{dice.choice(('m', 'M', 'k/n'))}{end}{dice.choice(('', '', '', '!'))}".replace("#1!", "!#1")
        return [self._event(name, self._commit(lacking=True))]

    def _deletion(self, current: Mapping[str, str]) -> list[Line]:
        refs = [*current, "refs/tags/m@v9.9.9"]
        return [Line(self._dice.choice(refs), CURRENT, NOTHING)]

    def _other_tag(self, _: Mapping[str, str]) -> list[Line]:
        if self._dice.random() < 0.2:
            return [Line(self._dice.choice(ODD), CURRENT, self._commit())]
        name = self._dice.choice(OTHER_TAGS)
        new = self._dice.choice((self._tag(name, self._commit()), self._commit(), NOTHING))
        return [Line(f"refs/tags/{name}", CURRENT, new)]

    def _branch(self, _: Mapping[str, str]) -> list[Line]:
        ref = f"refs/heads/{self._dice.choice(BRANCHES)}"
        return [Line(ref, CURRENT, self._dice.choice((self._commit(lacking=True), self._commit(), NOTHING)))]

    def _malformed(self, _: Mapping[str, str]) -> list[Line]:
        return [Line(self._dice.choice(MALFORMED), NOTHING, self._tag("m@v3.0.0", self._commit()))]

    def _maybe_false(self, line: Line, current: Mapping[str, str]) -> Line:
        """The line, or a false one for the same ref."""
        dice = self._dice
        if dice.random() < 0.93:
            return line
        if dice.random() < 0.15 and line.new != NOTHING:
            return line._replace(new=UNKNOWN)
        return line._replace(old=dice.choice((NOTHING, NOTHING, UNKNOWN, self._commit(), line.new)))

    def _other_new(self, line: Line) -> str | TagOf:
        if isinstance(line.new, TagOf):
            return self._dice.choice((self._tag(line.new.name, self._commit()), line.new, NOTHING))
        return self._dice.choice((self._commit(), NOTHING))

    def _tag(self, name: str, commit: str) -> TagOf:
        """A tag object, usually dated after all others, and sometimes with another name."""
        dice = self._dice
        at = self.scene.clock - dice.randrange(3) if dice.random() < 0.1 else self.scene.tick()
        return TagOf("m@v1.0.0" if dice.random() < 0.02 else name, commit, at)

    def _commit(self, *, lacking: bool = False) -> str:
        return self._dice.choice(LACKING if lacking and self._dice.random() < 0.08 else COMMITS)

    def _commit_of(self, oid: str) -> str:
        """The name of an existing tag's commit; any name if the tag is not on a commit."""
        names = {self.scene.id(name): name for name in [*ON_SERVER, *AT_CLIENT]}
        content = self.scene.tag_objects.get(oid, b"")
        return names.get(content[7 : content.find(b"\n")].decode(), "c0")

    def _next(self) -> int:
        self._counter += 1
        return self._counter


def _is_sound(line: Line) -> bool:
    return isinstance(line.ref, str) and line.ref.startswith("refs/tags/")
