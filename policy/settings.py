"""The settings that apply to one model, as typed values: those of `tagwarden.toml`, with defaults filled in.

The names are those of the keys: `versions.build-metadata` is
`Settings.versions.build_metadata`. `docs/policy.md` explains the keys.
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
    """`names` None: any model. `declared_in` None: models need not be declared."""

    names: tuple[str, ...] | None = None
    declared_in: str | None = None


class Stages(Record):
    """`names` None: the stages that `.gto` declares, or any stage if it declares none."""

    names: tuple[str, ...] | None = None
    path: tuple[str, ...] = ()
    once_assigned_permanent: tuple[str, ...] = ()


class Trailer(Record):
    """What one trailer must look like. `what` are the kinds of event that it is checked for."""

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
    """The file of a commit that contains its version, and the key in it (`objects/version_file.py`).

    `path` None: not checked.
    """

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
    """The events that an entry of `people.allow`, `signing.require` or `approvals.require` covers."""

    what: tuple[str, ...] = KINDS
    models: tuple[str, ...] = ("*",)
    stages: tuple[str, ...] = ("*",)

    def covers(self, kind: str, model: str, stage: str | None) -> bool:
        """Whether the event is covered; `stages` does not restrict events without a stage."""
        from .grammar.globs import matches_any, matches_model

        return (
            kind in self.what
            and matches_model(self.models, model)
            and (stage is None or matches_any(self.stages, stage))
        )


class Allow(Record):
    """`who` contains pushers' names, "@GROUP"s, and "signer:PRINCIPAL"s."""

    who: tuple[str, ...]
    covers: Selector


class People(Record):
    """`principals` maps a pusher's name to the principals with which that person signs."""

    groups: Mapping[str, tuple[str, ...]] = {}
    allow: tuple[Allow, ...] = ()
    principals: Mapping[str, tuple[str, ...]] = {}


class Signing(Record):
    allowed_signers: str | None = None
    require: tuple[Selector, ...] = ()


class Requirement(Record):
    """At least `enough` of the people in `who` must approve an event that `covers` covers.

    `barred` are roles ("tagger", "pusher"): the approval of a person in one of
    them does not count. In the policy the two are called `count` and `not`,
    which are a method of tuples and a keyword in Python.
    """

    who: tuple[str, ...]
    covers: Selector
    enough: int = 1
    barred: tuple[str, ...] = ()


class Approvals(Record):
    """`repository` is the id that approvals must name; `expire` is in seconds, None for never."""

    repository: str | None = None
    expire: int | None = None
    require: tuple[Requirement, ...] = ()


class Show(Record):
    """`metrics` are the names of metrics to show; `better` maps some of them to "higher" or "lower"."""

    metrics: tuple[str, ...] = ()
    better: Mapping[str, str] = {}


class Emergency(Record):
    who: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Settings(Record):
    """The settings for one model: the file's values with that model's overrides applied.

    `levels` maps every rule to its severity.
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
