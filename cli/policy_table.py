"""Shows an effective policy as a table, or as a JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.file.keys import KEYS
from ..policy.file.origins import EffectiveValue, effective_values
from ..policy.file.toml_text import toml_assignment, toml_text
from ..policy.grammar.names import gto_spelling, tag_spelling
from ..report.documents.shape import holding, or_null, shape
from ..report.documents.shapes import SOURCE
from ..report.escape import display, escape

if TYPE_CHECKING:
    from ..policy.file.policy import Override
    from ..repository.trusted.loaded_policy import LoadedPolicy

VALUE = shape("effective value", "A policy key.", "key", "value", "origin", or_null("because"))
OVERRIDE = shape("override", "Other values for some models.", "globs", "settings")
EFFECTIVE_POLICY = shape(
    "policy show", "Every key of the policy with its value, and where that comes from.",
    "schema", holding("policy", SOURCE), or_null("model"), holding("values", VALUE), holding("overrides", OVERRIDE),
    "notes",
)  # fmt: skip
FROM = {"built-in": "default", "file": "the file"}


def as_document(shown: LoadedPolicy, model: str | None) -> dict[str, object]:
    """The JSON document: every value, and where it comes from."""
    values = effective_values(shown.policy, model, shown.declared_stages)
    return {
        "schema": 1,
        "policy": {"source": display(shown.source.source), "id": shown.source.id},
        "model": None if model is None else gto_spelling(tag_spelling(model)),
        "values": [value._asdict() for value in values],
        "overrides": [
            {"globs": list(override.models), "settings": _written(override)} for override in shown.policy.overrides
        ],
        "notes": [display(shown.source.note)] if shown.source.note else [],
    }


def as_text(shown: LoadedPolicy, model: str | None) -> str:
    """The same as text; without a `model`, overrides are listed at the end."""
    identity = f" ({shown.source.id})" if shown.source.id else ""
    whose = f", for the model {model}" if model else ""
    lines = [f"Policy: {escape(shown.source.source)}{identity}{whose}"]
    if shown.source.note:
        lines.append(f"Note: {escape(shown.source.note)}")
    values = effective_values(shown.policy, model, shown.declared_stages)
    rows = [(value.key, _value(value), _origin(value)) for value in values]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines.append("")
    lines += [f"{key:<{widths[0]}}  {text:<{min(widths[1], 40)}}  {origin}" for key, text, origin in rows]
    if model is None:
        for number, override in enumerate(shown.policy.overrides, 1):
            lines += ["", f"Override {number}, for the models {', '.join(override.models)}:"]
            lines += [f"  {toml_assignment(path, value)}" for path, value in _written(override).items()]
    return "\n".join(lines)


def _written(override: Override) -> dict[str, object]:
    return {path: value for path, value in override.given.items() if path != "models"}


def _value(value: EffectiveValue) -> str:
    key = KEYS.get(value.key)
    if key is not None and key.unset and value.origin == "built-in":
        return f"({key.unset})"
    return toml_text(value.value)


def _origin(value: EffectiveValue) -> str:
    origin = FROM.get(value.origin, value.origin)
    return f"{origin}: {value.because}" if value.because else origin
