"""The tables of a policy file, and the purpose of each."""

from __future__ import annotations

# In the order in which they are shown; "" is the top of the file, `[]` marks an array of tables.
SECTIONS: dict[str, str] = {
    "": "",
    "scope": "Which tags are judged.",
    "models": "Which models may have tags.",
    "versions": "How versions may be numbered.",
    "stages": "Which stages there are, and how a version moves through them.",
    "message": "What a tag's message must look like.",
    "message.trailers.NAME": "A trailer (git-interpret-trailers(1)) that messages carry.",
    "target": "What may be tagged.",
    "target.version-file": "A file of the tagged commit that tells its version, which a registration must bear.",
    "artifact": "What a registration binds: trailers `Artifact: sha256:… PATH` in its message.",
    "time": "Whose clock counts, and how far it may be off.",
    "people": "Who may do what. Needs a server that knows who pushes.",
    "people.allow[]": "Only the people in the entries that cover an event, by kind, model and stage, may push it.",
    "signing": "Which tags must be signed.",
    "signing.require[]": "Tags that an entry covers need a good signature.",
    "approvals": "Which events need the approval of others, each given by a signed object, before they land.",
    "approvals.require[]": "Tags that entries cover land only with the approvals that each of these entries wants.",
    "show": "What is shown beside the versions; nothing is judged by it.",
    "metrics.NAME": "When a metric is worse than it was, for `tagwarden diff`; nothing is judged by it.",
    "emergency": 'Who may break a rule with `git push -o tagwarden.emergency="RULE: REASON"`; the reason is logged.',
    "rules": 'Severity by rule: "error" refuses, "warning" tells, "off" is silent.',
    "override[]": "Other values for some models. Overrides apply in the order of the file, key by key; arrays replace.",
}

# Tables whose keys stand in the section of the table around them: their names are the user's.
WITHIN = {"people.groups": "people", "people.principals": "people"}


def section_of(key: str) -> str:
    """The section that describes a key, by the key's full name."""
    table = key.rpartition(".")[0]
    return WITHIN.get(table, table)
