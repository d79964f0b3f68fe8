"""Refuses models that the policy does not list.

`models.names` lists the models as globs. `models.declared-in` requires the
model to be an artifact in that file (DVC's `dvc.yaml`) at the tagged commit.

Fix: correct the name, or have the model added to the list or the file.
"""

from __future__ import annotations

from ..grammar.globs import matches_model
from ..grammar.names import gto_spelling, is_model, tag_spelling
from ..objects.annotations import declares
from ..objects.needed_files import declaration
from ..verdict import Breach
from ..wording import some_of
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts

OPTIONS = ("models.names", "models.declared-in")
WHY = "a typo would start a new model that nobody watches."


def check(facts: ModelFacts) -> Iterator[Breach]:
    models = facts.settings.models
    if facts.model is None:
        return
    if models.names is not None and not matches_model(models.names, facts.model):
        from ..grammar.near_names import near_name

        meant = near_name(facts.model, map(tag_spelling, models.names))
        names = some_of(models.names) or "none"
        hint = f"; did you mean {gto_spelling(meant)!r}?" if meant and is_model(meant) else ""
        model = gto_spelling(facts.model)
        for push in facts.made:
            message = f"the model {model!r} of {push.tag!r} matches nothing in models.names ({names}){hint}"
            yield Breach(message, push.ref, facts.model)
    if models.declared_in is None:
        return
    path, artifact = declaration(facts.model, models.declared_in)
    for replayed in facts.events:
        if replayed.event.name.kind not in ("register", "assign"):
            continue
        problem = _undeclared(facts, replayed.event.commit, path, artifact)
        if problem:
            yield Breach(
                f"the model {gto_spelling(facts.model)!r} of {replayed.push.tag!r} is not declared at its commit:"
                f" {problem}",
                replayed.push.ref,
                facts.model,
                "models.declared-in",
            )


def _undeclared(facts: ModelFacts, commit: str, path: str, artifact: str) -> str | None:
    target = facts.targets.get(commit)
    if target is None or not target.readable:
        return "it can't be read"
    content = target.files.get(path)
    if content is None:
        return f"there is no {path!r}"
    try:
        return None if declares(content, artifact, facts.documents()) else f"{path!r} has no artifact {artifact!r}"
    except ValueError as problem:
        return f"{path!r} can't be read: {problem}"


LISTED = '[models]\nnames = ["churn", "cv:*"]\n'
DECLARED = '[models]\ndeclared-in = "dvc.yaml"\n'
EXAMPLES = (
    accepted("any model, without a list", "anything@v1.0.0"),
    accepted("a listed model", "churn@v1.0.0", policy=LISTED),
    accepted("a model matched by a glob", "cv=seg@v1.0.0", policy=LISTED),
    refused("a model that is not listed", "chrun@v1.0.0", policy=LISTED),
    accepted(
        "a declared model", "churn@v1.0.0 on c1 holding dvc.yaml=artifacts: {churn: {path: model.pkl}}", policy=DECLARED
    ),
    refused("an undeclared model", "churn@v1.0.0", policy=DECLARED),
    refused("a declaration that can't be read", "churn@v1.0.0 on c1 holding dvc.yaml=a: b: c", policy=DECLARED),
    accepted(
        "deregistering a version whose model is no longer declared",
        "churn@v1.0.0! at 2",
        existing=("churn@v1.0.0",),
        policy=DECLARED,
    ),
)
