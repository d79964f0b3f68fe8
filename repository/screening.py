"""Reads what screens ask for (`policy/screening.py`): less than the judge does, and no record of each tag."""

from __future__ import annotations

from ..policy.needs import ANNOTATIONS_FILE
from ..policy.screening import agree, are_above, is_sound, limits_of, row_of
from .shares import TAGS
from .targets import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..policy.judge import Judge
    from ..policy.screening import Limits, Row
    from .answers import RawObject
    from .reader import Reader
    from .shares import Share

    Hopeful = tuple[Share, Limits]

# From so many tags of one model on it pays to look for them in packed-refs first.
MANY = 200

# As many tags are looked at together; what is kept of each meanwhile has some 200 bytes.
TOGETHER = 20_000


class Screening:
    """Screens the shares of one push, `limit` bytes of each tag object, for all of its judges."""

    def __init__(self, reader: Reader, judges: Sequence[Judge], *, limit: int) -> None:
        self._reader = reader
        self._judges = judges
        self._limit = limit
        # Models often share their commits.
        self._sound: set[str] = set()
        self._unsound: set[str] = set()

    def without_the_plain(self, shares: Iterable[Share]) -> list[Share]:
        """Those of the shares that must be judged; the others are counted as judged, and nothing is wrong with them.

        Raises CannotJudge where the repository can't be read.
        """
        rest: list[Share] = []
        hopeful: list[Hopeful] = []
        size = 0
        for share in shares:
            limits = self._limits(share) if _only_registers(share) else None
            if limits is None or not are_above(share.cores, _behind_the_model(share)):
                rest.append(share)
                continue
            hopeful.append((share, limits))
            size += len(share.updates) + len(share.standing)
            if size >= TOGETHER:
                rest.extend(self._look_into(hopeful))
                hopeful, size = [], 0
        if hopeful:
            rest.extend(self._look_into(hopeful))
        return rest

    def _limits(self, share: Share) -> Limits | None:
        if any(judge.policy.ignore for judge in self._judges):
            return None
        settings = [judge.policy.for_model(share.model or "") for judge in self._judges]
        return limits_of(settings, self._judges[0].circumstances)

    def _look_into(self, hopeful: Sequence[Hopeful]) -> Iterator[Share]:
        peeled: dict[str, str] = {}
        for share, _ in hopeful:
            if len(share.standing) > MANY:
                peeled.update(self._reader.peeled(share.standing))
        objects = self._reader.objects(_ids(hopeful, peeled), limit=self._limit)
        plain: list[tuple[Share, set[str]]] = []
        for share, limits in hopeful:
            rows = _rows(share, limits, objects)
            standing = {peeled.get(tag.oid) or _target_of(next(objects)) for tag in share.standing}
            if rows is not None and agree(rows, standing, limits):
                plain.append((share, {commit for _, commit, _ in rows}))
            else:
                yield share
        self._learn(set().union(*[commits for _, commits in plain]))
        for share, commits in plain:
            if not commits <= self._sound:
                yield share
                continue
            for judge in self._judges:
                judge.pass_over(len(share.updates))

    def _learn(self, commits: set[str]) -> None:
        new = sorted(commits - self._sound - self._unsound)
        for oid, target in look_up(dict.fromkeys(new, (ANNOTATIONS_FILE,)), self._reader).items():
            (self._sound if is_sound(target) else self._unsound).add(oid)


def _only_registers(share: Share) -> bool:
    # `any` and `all` would take twice as long.
    moved = [update for update in share.updates if update.old is not None or update.new is None]
    return bool(share.cores) and not moved


def _behind_the_model(share: Share) -> list[str]:
    cut = len(share.model or "")
    return [tag.name[cut:] for tag in share.standing]


def _ids(hopeful: Sequence[Hopeful], peeled: Mapping[str, str]) -> list[str]:
    ids: list[str] = []
    for share, _ in hopeful:
        ids += [update.new for update in share.updates if update.new]
        ids += [tag.oid for tag in share.standing if tag.oid not in peeled]
    return ids


def _rows(share: Share, limits: Limits, objects: Iterator[RawObject]) -> list[Row] | None:
    """What is pushed, read from as many of the `objects`; None where one is not as it should be."""
    start = len(TAGS)
    names = [update.ref[start:] for update in share.updates]
    rows: list[Row] = []
    # `zip` asks for an object last, so it takes none too many.
    for name, core, found in zip(names, share.cores, objects, strict=False):
        # Anything but a tag comes without its content.
        row = row_of(found.data, name, core, limits) if found.size == len(found.data) else None
        if row is not None:
            rows.append(row)
    return rows if len(rows) == len(names) else None


def _target_of(found: RawObject) -> str:
    """What a tag object names, "" for what is none."""
    if found.type != "tag":
        return ""
    key, _, target = found.data.partition(b"\n")[0].partition(b" ")
    if key == b"object":
        return target.decode("ascii", "replace")
    from ..policy.tag_object import parse_tag_object

    return parse_tag_object(found.data, found.size).target
