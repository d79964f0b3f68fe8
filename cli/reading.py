"""What commands that read a registry share: parsing names, its policy, how the clone differs from its remote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.errors import CannotJudge
from ..policy.grammar.query import checked_stage, model_in_tags
from ..policy.grammar.versions import parse_version
from ..report.escape import display
from ..repository.git.command import Git
from ..repository.open_repository import is_url
from ..repository.remote.out_of_date import notes_on_remote
from .errors import Refused
from .lines import echo_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..policy.grammar.versions import Version
    from ..repository.git.program import GitProgram
    from ..repository.trusted.loaded_policy import LoadedPolicy


def report_remote_differences(repo: str | None, models: Sequence[str] | None, *, offline: bool) -> list[str]:
    """Report on stderr how the current clone differs from its remote; returns the sentences.

    If a repository was named, it is read as it is, and nothing is reported.
    """
    if repo is not None or offline:
        return []
    notes = [display(note) for note in notes_on_remote(Git.here(), models)]
    echo_notes(notes)
    return notes


def model_of(text: str) -> str:
    """The model as tags spell it. Raises Refused if `text` can't be one."""
    try:
        return model_in_tags(text)
    except ValueError as problem:
        from .hints import separate_arguments_hint

        raise Refused(separate_arguments_hint(text) or str(problem)) from None


def stage_of(text: str) -> str:
    """The stage. Raises Refused if `text` can't be one."""
    try:
        return checked_stage(text)
    except ValueError as problem:
        raise Refused(str(problem)) from None


def version_of(text: str) -> Version:
    """The version that `text` names. Raises Refused if it is not valid."""
    try:
        return parse_version(text)
    except ValueError as problem:
        said = str(problem)
        said = said if repr(text) in said else f"{text!r} is not a valid version: {said}"
        raise Refused(said + _suggestion(text)) from None


def _suggestion(text: str) -> str:
    try:
        return f"; did you mean {parse_version(f'v{text}')}?"
    except ValueError:
        return ""


def policy_at(reader: GitProgram, repo: str | None) -> LoadedPolicy | None:
    """The policy of the repository that is read; None if it is unknown or can't be read.

    From a URL only tags are fetched, so its policy is unknown. Tags can be read even if the policy can't.
    """
    if repo is not None and is_url(repo):
        return None
    from .policy_in_force import policy_in_force

    try:
        return policy_in_force(reader=reader)
    except CannotJudge:
        return None


def declared_in(loaded: LoadedPolicy | None) -> tuple[str, ...] | None:
    """The stages that the policy or `.gto` names, in that order; None if they name none."""
    return None if loaded is None else loaded.policy.base.stages.names or loaded.declared_stages


def no_such_model(model: str, known: list[str]) -> Refused:
    """The refusal for a model without events, naming models with similar names. `known` are those that have tags."""
    import difflib

    from ..policy.grammar.names import gto_spelling

    if model in known:
        return Refused(f"the registry can read no tag of {gto_spelling(model)!r}; `tagwarden audit` says why")
    near = difflib.get_close_matches(model, known, n=3)
    listed = ", ".join(gto_spelling(one) for one in near or known[:5])
    return Refused(f"there is no model {gto_spelling(model)!r}" + (f"; the models are: {listed}" if listed else ""))
