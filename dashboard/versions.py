"""A model's versions as its page shows them: the columns of the table, the plots, the contents of each version."""

from __future__ import annotations

from ..policy.record import Record
from .drawings import line_plot, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .records import ModelFacts, VersionRow

# How many trailers have a column of their own, in addition to the metrics that the policy names.
MOST_TRAILERS = 6
# How many columns of numbers have a plot.
MOST_PLOTS = 6
# Trailers with several values by name, such as `Metric: AUC=0.95`.
BY_NAME = ("metric",)
GROUPS = {
    "artifact": "Artifact", "data": "Data", "code": "Code", "command": "Command", "metric": "Metrics",
    "param": "Parameters", "trailer": "Trailers",
}  # fmt: skip


class ShownVersion(Record):
    """A row of the table of versions; `label` distinguishes it from another registration of the same version.

    `groups` are its contents: a heading, the source, and the (name, value) pairs.
    """

    id: str
    label: str
    version: VersionRow
    values: Sequence[str]
    message: str
    groups: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]


def _trailers(version: VersionRow) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in version.trailers:
        name, equals, amount = value.partition("=")
        if key.lower() in BY_NAME and equals:
            key, value = name.strip(), amount.strip()
        found[key] = f"{found[key]}; {value}" if key in found else value
    return found


def _values(version: VersionRow) -> dict[str, str]:
    """The values of the policy's metrics, then of the trailers."""
    metrics = dict(version.contents.metrics)
    return {**metrics, **_trailers(version), **metrics}


def columns_of(model: ModelFacts) -> list[str]:
    """The metrics that the policy names, then the trailers that most versions have."""
    metrics = dict.fromkeys(name for version in model.versions for name, _ in version.contents.metrics)
    counted: dict[str, int] = {}
    for version in model.versions:
        for key in _trailers(version):
            counted[key] = counted.get(key, 0) + 1
    chosen = set(sorted(counted, key=lambda key: -counted[key])[:MOST_TRAILERS])
    return [*metrics, *(key for key in counted if key in chosen and key not in metrics)]


def shown_versions(model: ModelFacts, columns: Sequence[str]) -> Iterator[ShownVersion]:
    """The rows of the table of versions, with these columns."""
    times_seen: dict[str, int] = {}
    for version in model.versions:
        seen = times_seen[version.version] = times_seen.get(version.version, 0) + 1
        name = version.version if seen == 1 else f"{version.version}~{seen}"
        label = name if version.active else f"{name} (deregistered)"
        values = _values(version)
        message = version.registered.message
        if version.trailers and all(key in columns for key in _trailers(version)):
            message = message.replace("\r\n", "\n").rpartition("\n\n")[0]
        shown = [values.get(key, "") for key in columns]
        yield ShownVersion(name, label, version, shown, message, _groups(version))


def _groups(version: VersionRow) -> list[tuple[str, str, Sequence[tuple[str, str]]]]:
    """The contents of the version, in the order of GROUPS."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for what, name, value, source in version.contents.rows:
        found.setdefault((what, source), []).append((name, value))
    order = list(GROUPS)
    ordered = sorted(found.items(), key=lambda group: order.index(group[0][0]))
    return [(GROUPS[what], source, rows) for (what, source), rows in ordered]


def plots_of(model: ModelFacts, columns: Sequence[str]) -> str:
    """A plot, as markup, for each column that contains only numbers."""
    in_time = sorted((one for one in model.versions if one.active), key=lambda one: one.number)
    plots = []
    for key in columns:
        values = [(one.version, _values(one).get(key)) for one in in_time]
        numbers = [(version, number_of(value)) for version, value in values if value]
        points = [(version, number) for version, number in numbers if number is not None]
        if len(points) == len(numbers) and (plot := line_plot(key, points)):
            plots.append(plot)
    return f"<div class=plots>{''.join(plots[:MOST_PLOTS])}</div>" if plots else ""
