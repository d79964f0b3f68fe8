"""Shell completion from the repository at hand (click's own completion)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from ..policy.errors import CannotJudge
from ..policy.grammar.names import gto_spelling, tag_spelling
from ..policy.rules import RULES
from ..repository.git.command import Git
from ..repository.git.program import GitProgram
from ..repository.registry import models_of, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from ..policy.grammar.tag_name import TagName


def complete_model(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The models with tags."""
    return _offer((gto_spelling(model) for model in _models()), incomplete)


def complete_stage(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The stages that the model's tags name."""
    return _offer((name.stage for name in _names(_model_before(context)) if name.stage), incomplete)


def complete_version(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The versions that the model's tags name."""
    return _offer((str(name.version) for name in _names(_model_before(context)) if name.version), incomplete)


def complete_model_or_query(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The models; after `@` or `#`, the queries about one."""
    asks = "@" in incomplete or "#" in incomplete
    return (complete_query if asks else complete_model)(context, parameter, incomplete)


def complete_query(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The queries with this beginning: first the models, then the queries about one."""
    model = incomplete.partition("@")[0].partition("#")[0]
    if model == incomplete:
        return _offer((f"{gto_spelling(one)}@latest" for one in _models()), incomplete)
    names = _names(model)
    versions = [f"{model}@{name.version}" for name in names if name.version]
    stages = [f"{model}#{name.stage}" for name in names if name.stage]
    of_many = [f"{model}@latest", *([f"{model}@stable"] if versions else [])]
    return _offer([*of_many, *versions, *stages], incomplete)


def complete_proposal(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The open proposals on the remote."""
    from ..repository.proposals.on_remote import ids_of_proposals
    from ..repository.remote.names import remote_to_push_to

    try:
        git = Git.here()
        return _offer(ids_of_proposals(git, context.params.get("remote") or remote_to_push_to(git)), incomplete)
    except CannotJudge:
        return []


def complete_tag(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The existing model tags, and near misses."""
    try:
        return _offer((tag.name for tag in GitProgram(Git.here()).all_tags()), incomplete)
    except CannotJudge:
        return []


def complete_rule(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules."""
    return _offer(RULES, incomplete)


def _offer(choices: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(choice) for choice in sorted(set(choices)) if choice.startswith(incomplete)]


def _model_before(context: click.Context) -> str | None:
    """The model on the command line: its first argument, which click has not parsed yet before an option's value."""
    model = context.params.get("model") or next(iter(context.args), None)
    return model if isinstance(model, str) else None


def _models() -> list[str]:
    try:
        return models_of(GitProgram(Git.here()))
    except CannotJudge:  # outside of a repository
        return []


def _names(model: str | None) -> list[TagName]:
    if not model:
        return []
    try:
        return names_of(GitProgram(Git.here()), tag_spelling(model))
    except CannotJudge:
        return []
