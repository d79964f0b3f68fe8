"""Makes the pages. Whatever a template prints is escaped, markup by Jinja and what can't be seen by `visible`."""

from __future__ import annotations

import os

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..policy.record import Record
from ..policy.rules import RULES, load_rule
from ..policy.wording import shell_command
from . import wording
from .drawings import line_plot, number_of
from .links import Links
from .summary import summary_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .links import LinkTemplates
    from .records import ModelFacts, RepositoryFacts, VersionRow
    from .summary import Summary

HERE = os.path.dirname(__file__)
TEMPLATES, ASSETS = os.path.join(HERE, "templates"), os.path.join(HERE, "assets")

MOST_FINDINGS = 200
# So many trailers have a column of their own in the table of versions, beside the metrics that the policy names.
MOST_TRAILERS = 6
# So many columns of numbers have a plot.
MOST_PLOTS = 6
# Trailers that hold several values by name: `Metric: AUC=0.95`.
BY_NAME = ("metric",)


class Site(Record):
    """What all pages share. `built` is the second in which the home page was made."""

    title: str
    base_url: str
    links: LinkTemplates
    version: str
    built: int


class ShownVersion(Record):
    """A row of the table of versions; `label` tells it from another registration of the same version."""

    id: str
    label: str
    version: VersionRow
    values: Sequence[str]
    message: str


class Pages:
    """The pages of one site, from its templates."""

    def __init__(self, site: Site) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=wording.visible,
            auto_reload=False,
        )
        filters: dict[str, Any] = {
            name: getattr(wording, name)
            for name in (
                "count_of", "day", "first_line", "log_minute", "minute", "outcome_class", "person", "prose",
                "sentence_start", "short",
            )
        }  # fmt: skip
        self._environment.filters.update(filters, what=wording.what_happened)
        self._environment.globals.update(site=site, most_findings=MOST_FINDINGS)
        self._site = site

    def of_repository(self, facts: RepositoryFacts) -> Iterator[tuple[str, str]]:
        """The file and text of the repository's page, and of the pages of its models."""
        summary = summary_of(facts)
        link = Links(self._site.links, facts.name)
        yield (
            summary.file,
            self._render(
                "repository.html",
                summary.file,
                here="",
                repository=facts,
                rows=summary.rows,
                guard=facts.guard,
                link=link,
            ),
        )
        about = {"name": facts.name, "file": summary.file, "audited": facts.audited}
        for model, row in zip(facts.models, summary.rows, strict=True):
            yield row.file, self._of_model(model, row.file, about, link)

    def _of_model(self, model: ModelFacts, file: str, about: Mapping[str, Any], link: Links) -> str:
        columns = _columns(model)
        return self._render(
            "model.html",
            file,
            here="",
            model=model,
            spelled=model.model.replace(":", "="),
            repository=about,
            link=link,
            columns=columns,
            versions=list(_shown_versions(model, columns)),
            plots=Markup(_plots(model, columns)),  # noqa: S704 -- drawings escape what they hold
            commands=list(_commands(model)),
        )

    def home(self, **values: Any) -> str:
        """The home page."""
        return self._render("home.html", "index.html", here="models", **values)

    def repositories(self, summaries: Sequence[Summary]) -> str:
        """The page with all repositories."""
        return self._render("repositories.html", "repositories.html", here="repositories", repositories=summaries)

    def rules(self) -> str:
        """The page with the words of every rule."""
        rules = [(rule, _paragraphs(rule)) for rule in RULES]
        return self._render("rules.html", "rules.html", here="", rules=rules)

    def _render(self, template: str, file: str, **values: Any) -> str:
        up = "../" if "/" in file else ""
        text = self._environment.get_template(template).render(page_file=file, up=up, **values)
        # A name may hold a byte that is no UTF-8, and in a place that nobody thought of.
        return text.encode("utf-8", "backslashreplace").decode()


def _paragraphs(rule: str) -> list[str]:
    return [" ".join(part.split()) for part in (load_rule(rule).__doc__ or "").split("\n\n")]


def _trailers(version: VersionRow) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in version.trailers:
        name, equals, amount = value.partition("=")
        if key.lower() in BY_NAME and equals:
            key, value = name.strip(), amount.strip()
        found[key] = f"{found[key]}; {value}" if key in found else value
    return found


def _values(version: VersionRow) -> dict[str, str]:
    """The metrics that the policy names, then the trailers."""
    metrics = dict(version.metrics)
    return {**metrics, **_trailers(version), **metrics}


def _columns(model: ModelFacts) -> list[str]:
    """The metrics that the policy names, then the trailers that most versions have."""
    metrics = dict.fromkeys(name for version in model.versions for name, _ in version.metrics)
    counted: dict[str, int] = {}
    for version in model.versions:
        for key in _trailers(version):
            counted[key] = counted.get(key, 0) + 1
    chosen = set(sorted(counted, key=lambda key: -counted[key])[:MOST_TRAILERS])
    return [*metrics, *(key for key in counted if key in chosen and key not in metrics)]


def _shown_versions(model: ModelFacts, columns: Sequence[str]) -> Iterator[ShownVersion]:
    times_seen: dict[str, int] = {}
    for version in model.versions:
        seen = times_seen[version.version] = times_seen.get(version.version, 0) + 1
        name = version.version if seen == 1 else f"{version.version}~{seen}"
        label = name if version.active else f"{name} (deregistered)"
        values = _values(version)
        message = version.registered.message
        if version.trailers and all(key in columns for key in _trailers(version)):
            message = message.replace("\r\n", "\n").rpartition("\n\n")[0]
        yield ShownVersion(name, label, version, [values.get(key, "") for key in columns], message)


def _plots(model: ModelFacts, columns: Sequence[str]) -> str:
    in_time = sorted((one for one in model.versions if one.active), key=lambda one: one.number)
    plots = []
    for key in columns:
        values = [(one.version, _values(one).get(key)) for one in in_time]
        numbers = [(version, number_of(value)) for version, value in values if value]
        points = [(version, number) for version, number in numbers if number is not None]
        if len(points) == len(numbers) and (plot := line_plot(key, points)):
            plots.append(plot)
    return f"<div class=plots>{''.join(plots[:MOST_PLOTS])}</div>" if plots else ""


def _commands(model: ModelFacts) -> Iterator[tuple[str, str]]:
    """What one does next with a model, as commands to copy."""
    best = model.stable or model.latest
    asked: list[tuple[str, tuple[str, ...]]] = [
        (f"What {row.stage} holds", ("tagwarden", "resolve", f"{model.model}#{row.stage}")) for row in model.stages
    ]
    found = next((row.registered.tag for row in model.versions if row.active and row.version == best), None)
    if best and found:
        asked.append((f"Check out {best}", ("git", "checkout", found)))
        for stage in model.stages[-1:]:
            if stage.holder is None or stage.holder.version != best:
                assign = ("tagwarden", "assign", model.model, stage.stage, "--version", best, "--push")
                asked.append((f"Assign {best} to {stage.stage}", assign))
    asked += [
        ("Register the next version, on HEAD", ("tagwarden", "register", model.model, "--push")),
        ("Everything that happened", ("tagwarden", "history", model.model)),
    ]
    for about, words in asked:
        command = shell_command(*words)
        if command is not None:
            yield about, command
