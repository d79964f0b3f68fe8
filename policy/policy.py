"""The policy as typed values: what `tagwarden.toml` says, defaults filled in.

`policy_file` makes these from TOML. Names follow the keys of the file:
`versions.build-metadata` is `Policy.versions.build_metadata`.
"""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from .verdict import Mode

    Level = Literal["error", "warning", "off"]
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
    """What one trailer must look like. `what` are the kinds of tag that it is asked of."""

    key: str
    required: bool = True
    type: Literal["string", "number", "integer"] = "string"
    pattern: str = ""
    min: float | None = None
    max: float | None = None
    what: tuple[str, ...] = ("register", "deregister", "assign", "unassign", "deprecate")


class Message(Record):
    min_length: int = 1
    pattern: str = ""
    max_bytes: int = 65536
    trailers: tuple[Trailer, ...] = ()


class TargetRules(Record):
    branches: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Time(Record):
    """`max_skew` in seconds."""

    max_skew: int = 300


class Selector(Record):
    """Which events an entry of `people.allow` or `signing.require` covers."""

    what: tuple[str, ...] = ("register", "deregister", "assign", "unassign", "deprecate")
    models: tuple[str, ...] = ("*",)
    stages: tuple[str, ...] = ("*",)


class Allow(Record):
    """`who` holds names, "@group"s and (for signers) "signer:principal"s."""

    who: tuple[str, ...]
    covers: Selector


class People(Record):
    groups: Mapping[str, tuple[str, ...]] = {}
    allow: tuple[Allow, ...] = ()
    tagger_is_pusher: bool = False


class Signing(Record):
    allowed_signers: str | None = None
    require: tuple[Selector, ...] = ()


class Emergency(Record):
    who: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Settings(Record):
    """What judges one model: the file's values with that model's overrides applied.

    `levels` holds every rule's severity, resolved.
    """

    models: Models
    versions: Versions
    stages: Stages
    message: Message
    target: TargetRules
    time: Time
    people: People
    signing: Signing
    levels: Mapping[str, Level]
