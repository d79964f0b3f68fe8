"""The policy as typed values: what `tagwarden.toml` says, defaults filled in.

`policy_file` makes these from TOML. Names follow the keys of the file:
`versions.build-metadata` is `Settings.versions.build_metadata`.
"""

from __future__ import annotations

from .grammar.tag_name import KINDS
from .record import Record
from .rules import DEFAULT_LEVELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from .judging.verdict import Level, Mode

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
    what: tuple[str, ...] = KINDS


class Message(Record):
    min_length: int = 1
    pattern: str = ""
    max_bytes: int = 65536
    trailers: tuple[Trailer, ...] = ()


class TargetRules(Record):
    branches: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    max_depth: int = 200
    max_paths: int = 1_000_000


class Time(Record):
    """`max_skew` in seconds."""

    max_skew: int = 300


class Selector(Record):
    """Which events an entry of `people.allow` or `signing.require` covers."""

    what: tuple[str, ...] = KINDS
    models: tuple[str, ...] = ("*",)
    stages: tuple[str, ...] = ("*",)

    def covers(self, kind: str, model: str, stage: str | None) -> bool:
        """Whether the event is covered; `stages` say nothing about an event that has no stage."""
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
    groups: Mapping[str, tuple[str, ...]] = {}
    allow: tuple[Allow, ...] = ()


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

    models: Models = Models()
    versions: Versions = Versions()
    stages: Stages = Stages()
    message: Message = Message()
    target: TargetRules = TargetRules()
    time: Time = Time()
    people: People = People()
    signing: Signing = Signing()
    levels: Mapping[str, Level] = DEFAULT_LEVELS


class Override(Record):
    """One `[[override]]`: what it changes for the models that one of its globs matches.

    `changes` maps a section to its changed fields (a trailer's fields by the
    trailer's name), `rules` a rule to its severity. `given` are the keys as
    they were written.
    """

    models: tuple[str, ...]
    changes: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Level]
    given: Mapping[str, object]


class Policy(Record):
    """A whole policy.

    `base` is what judges a model that no override matches, but for its
    `levels`, which `for_model` resolves. `rules` are the severities that were
    set, `given` all keys that were set, as they were written. `site` tells
    that it judges only by the rules that it sets. `settled` keeps the settings
    that `for_model` made.
    """

    mode: Mode
    ignore: tuple[str, ...]
    base: Settings
    emergency: Emergency
    overrides: tuple[Override, ...]
    rules: Mapping[str, Level]
    given: Mapping[str, object]
    site: bool
    settled: dict[tuple[int, ...], Settings]

    @property
    def models(self) -> Models:
        return self.base.models

    @property
    def time(self) -> Time:
        return self.base.time

    @property
    def people(self) -> People:
        return self.base.people

    @property
    def signing(self) -> Signing:
        return self.base.signing

    def ignores(self, tag: str) -> bool:
        """Whether `scope.ignore` takes `tag` (without `refs/tags/`) out of the registry."""
        from .grammar.globs import matches_any

        return matches_any(self.ignore, tag)

    def applying(self, model: str) -> tuple[int, ...]:
        """The indices in `overrides` of those that match `model`, in file order."""
        if not self.overrides:
            return ()
        from .grammar.globs import matches_model

        return tuple(index for index, override in enumerate(self.overrides) if matches_model(override.models, model))

    def for_model(self, model: str) -> Settings:
        """What judges `model`, spelled as in tags (`cv=seg`) or as GTO does (`cv:seg`)."""
        return self.settle(self.applying(model))

    def settle(self, applying: tuple[int, ...]) -> Settings:
        """The settings with the overrides of these indices, severities resolved."""
        settings = self.settled.get(applying)
        if settings is None:
            settings = self.settled[applying] = _settle(self, applying)
        return settings


def _settle(policy: Policy, applying: tuple[int, ...]) -> Settings:
    settings = policy.base
    rules = dict(policy.rules)
    given = set(policy.given)
    for index in applying:
        override = policy.overrides[index]
        settings = change(settings, override.changes)
        rules.update(override.rules)
        given.update(override.given)
    if not given and not policy.site:
        return settings
    from .file.severity import resolve

    return settings._replace(levels=resolve(settings, rules, given, site=policy.site))


def change(settings: Settings, changes: Mapping[str, Mapping[str, Any]]) -> Settings:
    """`settings` with the fields of some sections changed, key by key."""
    for section, fields in changes.items():
        old = getattr(settings, section)
        if "trailers" in fields:
            fields = {**fields, "trailers": _change_trailers(old.trailers, fields["trailers"])}
        settings = settings._replace(**{section: old._replace(**fields)})
    return settings


def _change_trailers(trailers: tuple[Trailer, ...], changes: Mapping[str, Mapping[str, Any]]) -> tuple[Trailer, ...]:
    by_name = {trailer.key: trailer for trailer in trailers}
    for name, fields in changes.items():
        by_name[name] = by_name.get(name, Trailer(name))._replace(**fields)
    return tuple(by_name.values())
