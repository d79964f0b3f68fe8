"""Reads one repository: its models, the policy in force, the findings of an audit, its push log and hooks."""

from __future__ import annotations

import os

from ..policy.errors import CannotJudge
from ..policy.file.origins import BUILT_IN, effective_values
from ..policy.file.toml_text import toml_text
from ..policy.grammar.names import gto_spelling
from ..policy.grammar.near_miss import NearMiss
from ..policy.grammar.tag_name import parse_tag_name
from ..policy.registry.overview import stages_in_order
from ..policy.rules import RULES, load_rule
from ..repository.git.objects import TagRef
from ..repository.judging.audit import audit
from ..repository.open_repository import is_url, open_repository
from ..repository.registry import model_from_tags, read_refs, tags_by_model
from .approvals import approvals_of, proposals_of
from .guard import guard_of
from .landings import landings_of
from .model import Past, model_facts
from .records import FindingRow, PolicyFacts, RepositoryFacts, RuleRow
from .shown_contents import ContentsReader
from .side_by_side import with_comparisons

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..policy.verdict import Verdict
    from ..repository.git.program import GitProgram
    from ..repository.trusted.loaded_policy import LoadedPolicy
    from .contents_cache import ContentsCache
    from .landings import Landings
    from .model import NamedTag

    # Returns the policies by which a repository's tags are judged, its own and the site's. Raises CannotJudge if
    # one can't be read.
    PolicyOf = Callable[[GitProgram], tuple[LoadedPolicy, LoadedPolicy | None]]

ONLY_TAGS = "Of a URL only the tags are read, so neither its policy nor an audit is shown here."


def read_repository(place: str, name: str, policy_of: PolicyOf, kept: ContentsCache | None = None) -> RepositoryFacts:
    """All that is known of the repository at `place`, to be shown as `name`; `kept` is what its versions hold."""
    try:
        with open_repository(place, approvals=True) as reader:
            return _read(reader, name, policy_of, kept, only_tags=is_url(place))
    except (CannotJudge, OSError) as problem:
        return RepositoryFacts(name, (), (), None, False, (), None, (), str(problem))


def _read(
    reader: GitProgram, name: str, policy_of: PolicyOf, kept: ContentsCache | None, *, only_tags: bool
) -> RepositoryFacts:
    tags = dict(tags_by_model(reader))
    loaded, verdict, notes = None, None, [ONLY_TAGS] if only_tags else []
    if not only_tags:
        try:
            loaded, site = policy_of(reader)
            verdict = audit(reader.git, loaded, site=site).verdict
            notes = list(verdict.notes)
        except CannotJudge as problem:
            notes.append(f"The tags could not be judged: {problem}")
    declared = (loaded.policy.base.stages.names or loaded.declared_stages or ()) if loaded else ()
    findings = _findings(verdict) if verdict else []
    by_model: dict[str | None, list[FindingRow]] = {}
    for finding in findings:
        by_model.setdefault(finding.model, []).append(finding)
    landings = None if only_tags else _landings(reader, notes)
    policy = loaded.policy if loaded else None
    making = ContentsReader(None if only_tags else reader, kept)
    approvals = approvals_of(reader, policy, notes)
    models, held = [], {}
    for model, found in tags.items():
        known = model_from_tags(reader, found)
        past = _past(reader, model, found, landings) if landings is not None else None
        holding = making.of(model, known, policy.for_model(model).show.metrics if policy else ())
        shown = {tag: shown for tag, (_, shown) in holding.items()}
        spelled = gto_spelling(model)
        facts = model_facts(known, declared, by_model.get(spelled, ()), past, shown, approvals)
        if facts is not None:
            models.append(facts)
            held[facts.model] = {tag: contents for tag, (contents, _) in holding.items()}
    models = with_comparisons(models, held, policy, None if only_tags else reader.git, notes)
    notes += making.notes()
    proposals = proposals_of(reader, loaded, notes) if loaded else []
    return RepositoryFacts(
        name,
        sorted(models, key=lambda one: one.model),
        stages_in_order({row.stage for one in models for row in one.stages}, declared),
        _policy(loaded) if loaded else None,
        verdict is not None,
        findings,
        None if only_tags else guard_of(os.path.abspath(reader.git.common_folder())),
        notes,
        None,
        proposals,
    )


def _landings(reader: GitProgram, notes: list[str]) -> Landings | None:
    try:
        return landings_of(reader.git.common_folder())
    except OSError as problem:
        notes.append(f"The push log can't be read, so the dates of the tags tell what stood when: {problem.strerror}")
        return None


def _past(reader: GitProgram, model: str, tags: Sequence[NamedTag], landings: Landings) -> Past:
    """What the log knows about the model's tags; tags that no longer exist are read from objects that Git still has."""
    existing = {(tag.name, tag.oid) for _, tag in tags}
    histories = landings.histories.get(model, {})
    logged = {
        (name, oid)
        for name, tag_history in histories.items()
        for oid in (tag_history.first, *(new for _, new in tag_history.later))
    }
    others = [TagRef(name, oid) for name, oid in sorted((name, oid) for name, oid in logged - existing if oid)]
    read = list(read_refs(reader, others)) if others else []
    return Past(landings, read, frozenset(tag.name for _, tag in read if tag.type is None))


def _findings(verdict: Verdict) -> list[FindingRow]:
    return [
        FindingRow(
            found.rule,
            found.severity,
            found.tag,
            _model_of(found.model, found.tag),
            found.message,
            found.key,
            found.fix,
        )
        for found in verdict.findings
    ]


def _model_of(model: str | None, tag: str | None) -> str | None:
    if model is None and tag is not None:
        name = parse_tag_name(tag)
        model = name.model if name is not None and not isinstance(name, NearMiss) else None
    return None if model is None else gto_spelling(model)


def _policy(loaded: LoadedPolicy) -> PolicyFacts:
    levels = loaded.policy.base.levels
    settings = [
        (value.key, toml_text(value.value), f"{value.origin}, by {value.because}" if value.because else value.origin)
        for value in effective_values(loaded.policy, None, loaded.declared_stages)
        if value.origin != BUILT_IN
    ]
    for number, override in enumerate(loaded.policy.overrides, 1):
        models = ", ".join(override.models)
        settings += [
            (path, toml_text(value), f"override {number}, for {models}")
            for path, value in override.given.items()
            if path != "models"
        ]
    rules = [RuleRow(rule, levels[rule], summary_of(rule)) for rule in RULES if levels[rule] != "off"]
    return PolicyFacts(loaded.source.source, loaded.source.id, loaded.policy.mode, rules, settings)


def summary_of(rule: str) -> str:
    """What the rule refuses, from its docstring."""
    return " ".join((load_rule(rule).__doc__ or "").split("\n\n")[0].split())
