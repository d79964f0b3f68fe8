"""The tables of a policy file, and the purpose of each."""

from __future__ import annotations

# In the order in which they are shown. "" is the top level of the file, `[]` marks an array of tables.
SECTIONS: dict[str, str] = {
    "": "",
    "scope": "Which tags are judged.",
    "models": "Which models may have tags.",
    "versions": "How versions may be numbered.",
    "stages": "Which stages there are, and how a version moves through them.",
    "message": "What a tag's message must look like.",
    "message.trailers.NAME": "A trailer (git-interpret-trailers(1)) of messages.",
    "target": "What may be tagged.",
    "target.version-file": "A file of the tagged commit with the version that a registration must have.",
    "artifact": "What a registration binds, by trailers `Artifact: sha256:… PATH` in its message.",
    "time": "How far clocks may differ.",
    "people": "Who may do what. This needs a server that knows who pushes.",
    "people.allow[]": "Only the people in the entries that cover an event, by kind, model and stage, may push it.",
    "signing": "Which tags must be signed.",
    "signing.require[]": "Tags that are covered by an entry need a good signature.",
    "approvals": "Which events need the signed approval of other people before they land.",
    "approvals.require[]": "A tag lands only with the approvals that each entry that covers it requires.",
    "show": "What is shown next to the versions; it has no effect on judging.",
    "metrics.NAME": "When a metric counts as worse, for `tagwarden diff`; it has no effect on judging.",
    "emergency": 'Who may break a rule with `git push -o tagwarden.emergency="RULE: REASON"`; the reason is logged.',
    "rules": 'Severity by rule: "error" refuses, "warning" only reports, "off" disables the rule.',
    "override[]": "Other values for some models. Overrides apply in the order of the file, key by key; arrays replace.",
}

# Tables whose keys are described in the section of the enclosing table, because users choose the names of these keys.
WITHIN = {"people.groups": "people", "people.principals": "people"}


def section_of(key: str) -> str:
    """The section that describes a key, by the key's full name."""
    table = key.rpartition(".")[0]
    return WITHIN.get(table, table)
