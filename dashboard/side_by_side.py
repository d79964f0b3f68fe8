"""Adds to all models of a repository the comparison of their versions, asking Git only once."""

from __future__ import annotations

from ..policy.errors import CannotJudge
from ..repository.git.between import changed_files, lineage_of
from .comparing import Compared, comparison_of, steps_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..contents.record import Contents
    from ..policy.file.policy import Policy
    from ..repository.git.between import Lineage
    from ..repository.git.command import Git
    from .comparing import Steps
    from .records import Comparison, ModelFacts


def with_comparisons(
    models: Sequence[ModelFacts],
    held: Mapping[str, Mapping[str, Contents]],
    policy: Policy | None,
    git: Git | None,
    notes: list[str],
) -> list[ModelFacts]:
    """The models, each with the comparison of its versions if it has several.

    `held` are the contents of versions, by model and tag; `git` is None if only tags are available. `notes` gets
    sentences on what could not be determined.
    """
    commits = {
        model.model: [version.registered.commit for version in model.versions]
        for model in models
        if len(model.versions) > 1
    }
    lineage, steps = _from_git(git, commits, notes) if git is not None and commits else (None, None)
    return [
        model._replace(comparison=_comparison(model, held[model.model], policy, lineage, steps))
        if model.model in commits
        else model
        for model in models
    ]


def _comparison(
    model: ModelFacts,
    held: Mapping[str, Contents],
    policy: Policy | None,
    lineage: Lineage | None,
    steps: Steps | None,
) -> Comparison:
    versions = [
        Compared(held.get(version.registered.tag), version.trailers, version.registered.commit)
        for version in model.versions
    ]
    better = policy.for_model(model.model.replace(":", "=")).show.better if policy is not None else {}
    return comparison_of(versions, better, lineage, steps)


def _from_git(git: Git, commits: Mapping[str, Sequence[str]], notes: list[str]) -> tuple[Lineage | None, Steps | None]:
    steps = list(dict.fromkeys(step for of_model in commits.values() for step in steps_of(of_model)))
    try:
        every = [one for of_model in commits.values() for one in of_model]
        lineage = None if git.is_shallow() else lineage_of(git, every)
        files = changed_files(git, steps)
        return lineage, dict(zip(steps, files, strict=True)) if files is not None else None
    except CannotJudge as problem:
        notes.append(f"What lies between the commits of versions can't be told here: {problem}")
        return None, None
