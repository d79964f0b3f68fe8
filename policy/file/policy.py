"""A whole policy: its settings, and what its overrides change for some models."""

from __future__ import annotations

from ..grammar.names import stops_gto
from ..record import Record
from ..rules import DEFAULT_LEVELS
from ..settings import Emergency, Settings, Trailer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..settings import People, Signing
    from ..verdict import Level, Mode


class Override(Record):
    """One `[[override]]`: what it changes for the models that one of its globs matches.

    `changes` maps a section to its changed fields (a trailer's fields by the
    trailer's name), `rules` a rule to its severity. `given` maps the keys that it
    sets to their values as written. `settings` are those for a model that no other
    override matches.
    """

    models: tuple[str, ...]
    changes: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Level]
    given: Mapping[str, object]
    settings: Settings


class Policy(Record):
    """The content of a policy file.

    `ignore` is `scope.ignore`. `base` are the settings for models that no
    override matches. `rules` are the severities that the file sets, and `given`
    maps all keys that it sets to their values as written. With `site` it is a
    site policy, which applies only the rules that it sets.
    """

    mode: Mode
    ignore: tuple[str, ...]
    base: Settings
    emergency: Emergency
    overrides: tuple[Override, ...]
    rules: Mapping[str, Level]
    given: Mapping[str, object]
    site: bool

    @property
    def people(self) -> People:
        return self.base.people

    @property
    def signing(self) -> Signing:
        return self.base.signing

    def ignores(self, tag: str) -> bool:
        """Whether `scope.ignore` covers `tag` (without `refs/tags/`).

        Names that make GTO fail are never ignored.
        """
        from ..grammar.globs import matches_any

        return matches_any(self.ignore, tag) and not stops_gto(tag)

    def overriding(self, model: str) -> tuple[Override, ...]:
        """The overrides that match `model`, in file order."""
        if not self.overrides:
            return ()
        from ..grammar.globs import matches_model

        return tuple(override for override in self.overrides if matches_model(override.models, model))

    def for_model(self, model: str) -> Settings:
        """The settings for `model`, spelled as in tags (`cv=seg`) or as GTO shows it (`cv:seg`)."""
        return self.settings_under(self.overriding(model))

    def settings_under(self, overrides: Sequence[Override]) -> Settings:
        """The settings for a model that matches these of the policy's overrides, in file order."""
        if not overrides:
            return self.base
        if len(overrides) == 1:
            return overrides[0].settings
        from .severity import resolve

        settings, rules, given = self.base, dict(self.rules), set(self.given)
        for override in overrides:
            settings = apply_changes(settings, override.changes)
            rules.update(override.rules)
            given.update(override.given)
        return settings._replace(levels=resolve(settings, rules, given, site=self.site))


def built_in_policy() -> Policy:
    """The policy that applies without a policy file: every rule has its default severity."""
    return Policy("enforce", (), Settings(DEFAULT_LEVELS), Emergency(), (), {}, {}, site=False)


def apply_changes(settings: Settings, changes: Mapping[str, Mapping[str, Any]]) -> Settings:
    """`settings` with `changes` (section to changed fields) applied, key by key."""
    for section, fields in changes.items():
        old = getattr(settings, section)
        if "trailers" in fields:
            fields = {**fields, "trailers": _change_trailers(old.trailers, fields["trailers"])}
        if "version_file" in fields:
            fields = {**fields, "version_file": old.version_file._replace(**fields["version_file"])}
        settings = settings._replace(**{section: old._replace(**fields)})
    return settings


def _change_trailers(trailers: tuple[Trailer, ...], changes: Mapping[str, Mapping[str, Any]]) -> tuple[Trailer, ...]:
    by_name = {trailer.key: trailer for trailer in trailers}
    for name, fields in changes.items():
        by_name[name] = by_name.get(name, Trailer(name))._replace(**fields)
    return tuple(by_name.values())
