"""The default of each key of a policy file, as a value of TOML or as text."""

from __future__ import annotations

from ..settings import (
    Approvals,
    ArtifactRules,
    Emergency,
    Message,
    Models,
    Selector,
    Show,
    Signing,
    Stages,
    TargetRules,
    Time,
    Trailer,
    VersionFile,
    Versions,
)
from .toml_text import toml_text
from .value_types import SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .key import Key

# The records with the defaults, by the table of the file that sets their fields.
_DEFAULTS: dict[str, object] = {
    "models": Models(),
    "versions": Versions(),
    "stages": Stages(),
    "message": Message(),
    "message.trailers.NAME": Trailer(""),
    "target": TargetRules(),
    "target.version-file": VersionFile(),
    "artifact": ArtifactRules(),
    "time": Time(),
    "people.allow[]": Selector(),
    "signing": Signing(),
    "signing.require[]": Selector(),
    "approvals": Approvals(),
    "approvals.require[]": Selector(),
    "show": Show(),
    "emergency": Emergency(),
}


def default_of(key: Key) -> object:
    """The default of `key`, as a value of TOML; None if it can't be written in TOML."""
    table, _, name = key.name.rpartition(".")
    if key.name == "mode":
        return "enforce"
    if key.name == "scope.ignore":
        return []
    if key.name == "time.max-skew":
        return duration_text(Time().max_skew)
    defaults, field = _DEFAULTS.get(table), name.replace("-", "_")
    value = getattr(defaults, field) if field in getattr(defaults, "_fields", ()) else None
    return list(value) if isinstance(value, tuple) else value


def default_text(key: Key) -> str:
    """What applies without `key`: its default in TOML, or a description if it can't be written in TOML."""
    return key.unset or toml_text(default_of(key))


def duration_text(seconds: int) -> str:
    """The shortest duration of this many seconds, as a policy spells it: `5m`."""
    for unit, length in sorted(SECONDS.items(), key=lambda item: -item[1]):
        if seconds % length == 0 and seconds:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
