"""The settings that judge one model, as typed values: what `tagwarden.toml` says, defaults filled in.

Names follow the keys of the file: `versions.build-metadata` is
`Settings.versions.build_metadata`.
"""

from __future__ import annotations

from .grammar.tag_name import KINDS
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from .verdict import Level

    Order = Literal["latest", "major", "minor", "any"]


class Versions(Record):
    order: Order = "latest"
    prerelease: bool = True
    build_metadata: bool = False


class Models(Record):
    """`names` None: any model. `declared_in` None: not asked."""

    names: tuple[str, ...] | None = None
    declared_in: str | None = None


class Stages(Record):
    """`names` None: what `.gto` declares, else any stage."""

    names: tuple[str, ...] | None = None
    path: tuple[str, ...] = ()
    once_assigned_permanent: tuple[str, ...] = ()


class Trailer(Record):
    """What one trailer must look like. `what` are the kinds of tag whose messages must have it."""

    key: str
    required: bool = True
    type: Literal["string", "number", "integer"] = "string"
    pattern: str = ""
    min: float | None = None
    max: float | None = None
    what: tuple[str, ...] = KINDS


class Message(Record):
    min_length: int = 1
    pattern: str = ""
    max_bytes: int = 65536
    trailers: tuple[Trailer, ...] = ()


class VersionFile(Record):
    """Where a commit tells its version (`objects/version_file.py`); without a `path` nobody asks."""

    path: str | None = None
    key: str | None = None


class TargetRules(Record):
    branches: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    version_file: VersionFile = VersionFile()
    max_depth: int = 200
    max_paths: int = 1_000_000


class ArtifactRules(Record):
    required: bool = False


class Time(Record):
    """`max_skew` in seconds."""

    max_skew: int = 300


class Selector(Record):
    """Which events an entry of `people.allow`, `signing.require` or `approvals.require` covers."""

    what: tuple[str, ...] = KINDS
    models: tuple[str, ...] = ("*",)
    stages: tuple[str, ...] = ("*",)

    def covers(self, kind: str, model: str, stage: str | None) -> bool:
        """Whether the event is covered; `stages` does not matter to an event without a stage."""
        from .grammar.globs import matches_any, matches_model

        return (
            kind in self.what
            and matches_model(self.models, model)
            and (stage is None or matches_any(self.stages, stage))
        )


class Allow(Record):
    """`who` holds names, "@group"s and (for signers) "signer:principal"s."""

    who: tuple[str, ...]
    covers: Selector


class People(Record):
    """`principals` are those as which a pusher signs, by the pusher's name."""

    groups: Mapping[str, tuple[str, ...]] = {}
    allow: tuple[Allow, ...] = ()
    principals: Mapping[str, tuple[str, ...]] = {}


class Signing(Record):
    allowed_signers: str | None = None
    require: tuple[Selector, ...] = ()


class Requirement(Record):
    """`enough` of the people in `who` must approve what is covered; `barred` are the parts that exclude somebody.

    The policy calls them `count` and `not`, which Python needs for other things.
    """

    who: tuple[str, ...]
    covers: Selector
    enough: int = 1
    barred: tuple[str, ...] = ()


class Approvals(Record):
    """`repository` is the id that approvals name; `expire` in seconds, None for never."""

    repository: str | None = None
    expire: int | None = None
    require: tuple[Requirement, ...] = ()


class Show(Record):
    """`better` tells of some metrics whether they should be "higher" or "lower"."""

    metrics: tuple[str, ...] = ()
    better: Mapping[str, str] = {}


class Emergency(Record):
    who: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Settings(Record):
    """What judges one model: the file's values with that model's overrides applied.

    `levels` holds every rule's severity.
    """

    levels: Mapping[str, Level]
    models: Models = Models()
    versions: Versions = Versions()
    stages: Stages = Stages()
    message: Message = Message()
    target: TargetRules = TargetRules()
    artifact: ArtifactRules = ArtifactRules()
    time: Time = Time()
    people: People = People()
    signing: Signing = Signing()
    approvals: Approvals = Approvals()
    show: Show = Show()
