"""Renders the pages. Everything that a template prints is escaped: markup by Jinja, the invisible by `visible`."""

from __future__ import annotations

import os
from collections import Counter

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..policy.record import Record
from ..policy.rules import DEFAULT_LEVELS, RULES, load_rule
from ..policy.wording import shell_command
from . import wording
from .comparing import as_json
from .links import Links
from .summary import summary_of
from .versions import columns_of, plots_of, shown_versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .links import LinkTemplates
    from .records import ModelFacts, RepositoryFacts
    from .summary import Summary

HERE = os.path.dirname(__file__)
TEMPLATES, ASSETS = os.path.join(HERE, "templates"), os.path.join(HERE, "assets")

MOST_FINDINGS = 200


class Site(Record):
    """What all pages share. `built` is the second in which the home page was made."""

    title: str
    base_url: str
    links: LinkTemplates
    version: str
    built: int


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
                "count_of", "day", "first_line", "log_minute", "minute", "outcome_class", "short_name", "prose",
                "sentence_start", "short",
            )
        }  # fmt: skip
        self._environment.filters.update(filters, what=wording.event_text)
        self._environment.globals.update(site=site, most_findings=MOST_FINDINGS)
        self._site = site

    def of_repository(self, facts: RepositoryFacts) -> Iterator[tuple[str, str]]:
        """The repository's page and those of its models, each as (file, text)."""
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
                default_rules=has_default_rules(facts),
                wants_approvals=wants_approvals(facts),
                files={row.model: row.file for row in summary.rows},
            ),
        )
        waiting = Counter(one.model for one in facts.proposals)
        about = {"name": facts.name, "file": summary.file, "audited": facts.audited}
        for model, row in zip(facts.models, summary.rows, strict=True):
            yield row.file, self._of_model(model, row.file, {**about, "waiting": waiting[model.model]}, link)

    def _of_model(self, model: ModelFacts, file: str, about: Mapping[str, Any], link: Links) -> str:
        columns = columns_of(model)
        versions = list(shown_versions(model, columns))
        with_contents = [one.id for one in versions if one.groups]
        return self._render(
            "model.html",
            file,
            here="",
            model=model,
            spelled=model.model.replace(":", "="),
            repository=about,
            link=link,
            columns=columns,
            versions=versions,
            first_with_contents=with_contents[0] if with_contents else None,
            comparison=Markup(as_json(model.comparison)) if model.comparison else "",  # noqa: S704 -- no markup in it
            plots=Markup(plots_of(model, columns)),  # noqa: S704 -- drawings escape what they hold
            commands=list(_commands(model)),
        )

    def home(self, **values: Any) -> str:
        """The home page."""
        return self._render("home.html", "index.html", here="models", **values)

    def repositories(self, summaries: Sequence[Summary]) -> str:
        """The page with all repositories."""
        return self._render("repositories.html", "repositories.html", here="repositories", repositories=summaries)

    def rules(self) -> str:
        """The page with the explanations of all rules."""
        rules = [(rule, DEFAULT_LEVELS[rule], _paragraphs(rule)) for rule in RULES]
        return self._render("rules.html", "rules.html", here="", rules=rules)

    def _render(self, template: str, file: str, **values: Any) -> str:
        up = "../" if "/" in file else ""
        text = self._environment.get_template(template).render(page_file=file, up=up, **values)
        # Any name may contain a byte that is not UTF-8.
        return text.encode("utf-8", "backslashreplace").decode()


def _paragraphs(rule: str) -> list[str]:
    return [" ".join(part.split()) for part in (load_rule(rule).__doc__ or "").split("\n\n")]


def _commands(model: ModelFacts) -> Iterator[tuple[str, str]]:
    """Commands to copy for the likely next steps with a model."""
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
    ]
    for about, words in asked:
        command = shell_command(*words)
        if command is not None:
            yield about, command


def wants_approvals(facts: RepositoryFacts) -> bool:
    """Whether the policy requires any approvals."""
    return facts.policy is not None and any("approvals.require" in key for key, _, _ in facts.policy.settings)


def has_default_rules(facts: RepositoryFacts) -> bool:
    """Whether every rule has its default severity."""
    levels = {one.rule: one.severity for one in facts.policy.rules} if facts.policy is not None else {}
    return levels == {rule: level for rule, level in DEFAULT_LEVELS.items() if level != "off"}
