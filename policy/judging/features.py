"""Names the features of a push, by which the judge selects the rules to run.

Each imported rule makes a hook slower. So the table of rules names the features
that a rule looks at (`RuleRow.looks_at`); without one of them, the rule can't
find anything. The only feature of most tags is the kind of their event. A
superfluous feature does no harm, because the rule itself decides; but a feature
must never be missing if a rule would find something.
"""

from __future__ import annotations

from ..facts.model_facts import new_stages
from ..grammar.names import MOST_COUNTER_DIGITS, REPLACEMENTS, ROOMY_BYTES
from ..grammar.tag_name import TagName
from ..objects.needed_files import ANNOTATIONS_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts.model_facts import ModelFacts
    from ..push import Tag, WholePush


def features_of(facts: ModelFacts) -> set[str]:
    """The features of one model's part of a push: the kinds of its events, and what is unusual about its tags."""
    of_the_model = {
        "delete": len(facts.made) < len(facts.pushes),
        "obstacle": bool(facts.obstacles),
        "case-twin": facts.similar.case_twin is not None,
        "near-model": facts.similar.near is not None,
    }
    features = {feature for feature, there in of_the_model.items() if there}
    for push in facts.made:
        name = push.name
        if not isinstance(name, TagName):
            features.add("near-miss")
            continue
        features.add(name.kind)
        if name.version is not None and (name.version.prerelease or name.version.build):
            features.add("suffix")
        if len(push.tag) > ROOMY_BYTES or (name.counter is not None and len(name.counter) > MOST_COUNTER_DIGITS):
            features.add("long-name")
        if push.old is not None:
            features.add("move")
        if push.new is not None:
            _add_those_of(push.new, facts, features)
    if "assign" in features and new_stages(facts):
        features.add("new-stage")
    for replayed in facts.events:
        if replayed.versions_here > 1 or len(facts.history.registrations_at.get(replayed.event.commit, ())) > 1:
            features.add("crowded-commit")
            break
    return features


def features_of_push(push: WholePush) -> set[str]:
    """The features of a push as a whole, for the rules of scope "push"."""
    features: set[str] = set()
    if push.circumstances.place == "client":
        features.add("from-client")
    if push.policy_problem is not None:
        features.add("policy-problem")
    if any(update.ref.startswith(REPLACEMENTS) for update in push.updates):
        features.add("replacement")
    if push.guard is not None:
        features.add("approval-ref")
    return features


def _add_those_of(tag: Tag, facts: ModelFacts, features: set[str]) -> None:
    found = tag.object
    if found is None:
        features.add("lightweight")
        return
    if found.name != tag.name:
        features.add("other-name")
    if found.defects or found.message_bytes > facts.settings.message.max_bytes:
        features.add("defect")
    target = facts.targets.get(found.target)
    if (
        target is None
        or target.type != "commit"
        or found.target_type != "commit"
        or (target.commit is not None and target.commit.defect is not None)
    ):
        features.add("odd-target")
        return
    if target.files.get(ANNOTATIONS_FILE) is not None:
        features.add("annotations")
    shape, bounds = target.shape, facts.settings.target
    if shape is not None and (
        shape.defect or not shape.whole or shape.paths > bounds.max_paths or shape.depth > bounds.max_depth
    ):
        features.add("odd-tree")
