"""The keys of a policy file that say who may do what, who must sign, and who must approve; `keys.py` includes them."""

from __future__ import annotations

from . import value_types as types
from .key import ANY_VALUE, Key

_WHAT = "The kinds of tag that are covered."
_MODELS = "Globs for the models that are covered, spelled as in tags (`cv=seg`) or as in GTO (`cv:seg`)."
_STAGES = "Globs for the stages that are covered; kinds of tag without a stage ignore this."
_APPROVERS = 'Principals of the allowed signers ("ada@example.com", "signer:ada@example.com"), and "@group"s of them.'
_WHO = 'Names of pushers, "@group"s, and "signer:PRINCIPAL"s.'

PEOPLE_KEYS = (
    Key(
        "people.groups.NAME",
        types.MEMBERS,
        "The members of a group, which other keys name as `@NAME`.",
        ["ada", "grace"],
        unset="no groups",
    ),
    Key("people.allow[].who", types.SOME_WHO, _WHO, ["@NAME"], ("who",), unset="must be given"),
    Key(
        "people.allow[].what",
        types.SOME_KINDS,
        _WHAT,
        ["assign", "unassign"],
        ("who",),
        unset="all kinds, or assign and unassign if `stages` is given",
    ),
    Key("people.allow[].models", types.SOME_GLOBS, _MODELS, rules=("who",), unset="all"),
    Key("people.allow[].stages", types.SOME_GLOBS, _STAGES, ["prod"], ("who",), unset="all"),
    Key(
        "people.principals.NAME",
        types.PRINCIPALS,
        'The principals with which the pusher of this name signs, for `not = ["pusher"]`; [] for a robot.',
        ["ada@example.com"],
        ("approved",),
        ANY_VALUE,
        unset="those whose name or e-mail address begins like the pusher's, up to an `@`",
    ),
    Key(
        "signing.allowed-signers",
        types.SIGNERS,
        "The file of allowed signers (ssh-keygen(1)), on the server or in this repository.",
        "ref:HEAD:allowed_signers",
        ("signed",),
        ANY_VALUE,
        unset="none",
    ),
    Key(
        "signing.require[].what",
        types.SOME_KINDS,
        _WHAT,
        ["assign"],
        ("signed",),
        unset="all kinds, or assign and unassign if `stages` is given",
    ),
    Key("signing.require[].models", types.SOME_GLOBS, _MODELS, rules=("signed",), unset="all"),
    Key("signing.require[].stages", types.SOME_GLOBS, _STAGES, ["prod"], ("signed",), unset="all"),
    Key(
        "approvals.repository",
        types.NAME,
        "The id that approvals contain, so that none counts in a fork: the server's setting `tagwarden.repositoryId`.",
        "acme/models",
        ("approved",),
        ANY_VALUE,
        unset="required with `approvals.require`, except in a site policy",
    ),
    Key(
        "approvals.expire",
        types.DURATION,
        "How long after its tagger's time a proposal may still land.",
        "30d",
        ("approved",),
        ANY_VALUE,
        unset="forever",
    ),
    Key("approvals.require[].who", types.APPROVERS, _APPROVERS, ["@NAME"], ("approved",), unset="must be given"),
    Key(
        "approvals.require[].count",
        types.whole_number(1, 100),
        "How many of them must approve.",
        2,
        ("approved",),
        unset="1",
    ),
    Key(
        "approvals.require[].not",
        types.PARTIES,
        'Whose approval does not count: "tagger", the person who signed the tag; "pusher", the person who lands it.',
        ["tagger", "pusher"],
        ("approved",),
        unset="every approval counts",
    ),
    Key(
        "approvals.require[].what",
        types.SOME_KINDS,
        _WHAT,
        ["assign"],
        ("approved",),
        unset="all kinds, or assign and unassign if `stages` is given",
    ),
    Key("approvals.require[].models", types.SOME_GLOBS, _MODELS, rules=("approved",), unset="all"),
    Key("approvals.require[].stages", types.SOME_GLOBS, _STAGES, ["prod"], ("approved",), unset="all"),
    Key("emergency.who", types.WHO, _WHO, ["@NAME"], unset="nobody"),
    Key(
        "emergency.rules",
        types.BREAKABLE_RULES,
        "The rules that they may break: only rules without which the registry stays readable.",
        ["version-order", "who"],
        unset="none",
    ),
)
