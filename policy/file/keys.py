"""Every key of a policy file, in one table: its value's type, the rules that read it, what it means.

The defaults stand where they act, in the records of `settings.py`. A key is
spelled with dots; `NAME` stands for a name of the user's, `[]` for each table
of an array: `people.allow[].who`.
"""

from __future__ import annotations

from . import value_types as types
from .key import ANY_VALUE, Key

# Sections that an override may hold.
OVERRIDABLE = ("versions", "stages", "message", "target", "rules")

_WHAT = "The kinds of tag that are covered."
_MODELS = "Globs over the models that are covered, spelled as in tags (`cv=seg`) or as in GTO (`cv:seg`)."
_STAGES = "Globs over the stages that are covered; they don't matter to kinds of tag without a stage."
_WHO = 'Names of pushers, "@group"s, and "signer:PRINCIPAL"s.'

_ROWS = (
    Key(
        "minimum-version",
        types.PROGRAM_VERSION,
        "The oldest tagwarden that may judge by this file; read before anything else.",
        "0.1",
        unset="any",
    ),
    Key(
        "mode",
        types.choice(("enforce", "evaluate")),
        '"evaluate" reports and refuses nothing, but for what can\'t be judged.',
    ),
    Key(
        "scope.ignore",
        types.GLOBS,
        "Globs over tag names that are not the registry's business. Nobody judges what GTO reads of such tags.",
        ["release-*"],
        ("tag-name",),
        ANY_VALUE,
        unset="none",
    ),
    Key(
        "models.names",
        types.GLOBS,
        "Globs over the models that may have tags, spelled as in tags (`cv=seg`) or as in GTO (`cv:seg`).",
        ["churn", "cv:*"],
        ("model-known",),
        None,
        unset="any model",
    ),
    Key(
        "models.declared-in",
        types.PATH,
        "A file such as dvc.yaml in which the model must be an artifact, at the tagged commit.",
        "dvc.yaml",
        ("model-known",),
        None,
        unset="not asked",
    ),
    Key(
        "versions.order",
        types.choice(("latest", "major", "minor", "any")),
        'A new version is above: "latest" every active one; "major", "minor" those of its line; "any" none.',
        rules=("version-order",),
        turns_on_unless="any",
    ),
    Key(
        "versions.prerelease",
        types.FLAG,
        "Whether pre-releases such as v1.0.0-rc.1 may be registered.",
        rules=("version-form",),
        turns_on_unless=True,
    ),
    Key(
        "versions.build-metadata",
        types.FLAG,
        "Whether versions may carry build metadata, such as v1.0.0+gpu.",
        rules=("version-form",),
        turns_on_unless=True,
    ),
    Key(
        "stages.names",
        types.STAGES,
        "The stages that there are.",
        ["dev", "staging", "prod"],
        ("stage-known",),
        None,
        unset="those in `.gto`, else any",
    ),
    Key(
        "stages.path",
        types.STAGES,
        "A version may be assigned a stage of this path only if it was assigned the one before.",
        ["dev", "staging", "prod"],
        ("stage-path",),
        (),
        unset="any order",
    ),
    Key(
        "stages.once-assigned-permanent",
        types.STAGES,
        "A version that was ever in one of these stages can't be deregistered.",
        ["prod"],
        ("stage-permanent",),
        (),
        unset="none",
    ),
    Key(
        "message.min-length",
        types.whole(0, 65536),
        "The least number of characters, outer white space and signature not counted.",
        rules=("message",),
        turns_on_unless=0,
    ),
    Key(
        "message.pattern",
        types.PATTERN,
        "A regular expression that the whole message must match, without signature and outer white space.",
        rules=("message",),
        turns_on_unless="",
        unset="any text",
    ),
    Key(
        "message.max-bytes",
        types.whole(1, 104857600),
        "The most bytes that a message may have.",
        rules=("tag-object",),
    ),
    Key(
        "message.trailers.NAME.required",
        types.FLAG,
        "Whether a message without this trailer is refused.",
        rules=("message",),
    ),
    Key(
        "message.trailers.NAME.type",
        types.choice(("string", "number", "integer")),
        "What its value must be.",
        "number",
        ("message",),
    ),
    Key(
        "message.trailers.NAME.pattern",
        types.PATTERN,
        "A regular expression that its whole value must match.",
        "[0-9.]+",
        rules=("message",),
        unset="any text",
    ),
    Key(
        "message.trailers.NAME.min",
        types.NUMBER,
        "The least value of a number.",
        0.8,
        rules=("message",),
        unset="none",
    ),
    Key(
        "message.trailers.NAME.max",
        types.NUMBER,
        "The greatest value of a number.",
        1.0,
        rules=("message",),
        unset="none",
    ),
    Key(
        "message.trailers.NAME.what",
        types.SOME_KINDS,
        "The kinds of tag that it is asked of.",
        ["register"],
        rules=("message",),
        unset="all kinds",
    ),
    Key(
        "target.branches",
        types.GLOBS,
        "Globs over branches; the tagged commit must be on one of them, as they stand after the push.",
        ["main", "release/*"],
        ("target-branch",),
        (),
        unset="not asked",
    ),
    Key(
        "target.files",
        types.PATHS,
        "Files that the tagged commit must hold.",
        ["MODEL_CARD.md"],
        ("target-files",),
        (),
        unset="none",
    ),
    Key(
        "target.max-depth",
        types.whole(1, 900),
        "How deep folders may lie in each other in a tagged commit; GTO fails at some 950.",
        rules=("target-tree",),
    ),
    Key(
        "target.max-paths",
        types.whole(1, 100000000),
        "How many files and folders a tagged commit may have, each path counted; GTO walks them all.",
        rules=("target-tree",),
    ),
    Key(
        "time.max-skew",
        types.DURATION,
        "How far a tagger's clock may be ahead of the judge's.",
        rules=("event-time",),
    ),
    Key(
        "people.groups.NAME",
        types.MEMBERS,
        "The members of a group, which is named `@NAME` elsewhere.",
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
        unset="all kinds, or assign and unassign where `stages` is given",
    ),
    Key("people.allow[].models", types.SOME_GLOBS, _MODELS, rules=("who",), unset="all"),
    Key("people.allow[].stages", types.SOME_GLOBS, _STAGES, ["prod"], ("who",), unset="all"),
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
        unset="all kinds, or assign and unassign where `stages` is given",
    ),
    Key("signing.require[].models", types.SOME_GLOBS, _MODELS, rules=("signed",), unset="all"),
    Key("signing.require[].stages", types.SOME_GLOBS, _STAGES, ["prod"], ("signed",), unset="all"),
    Key(
        "show.metrics",
        types.NAMES,
        "The metrics that `tagwarden show` has a column for.",
        ["AUC", "test.loss"],
        unset="none",
    ),
    Key(
        "metrics.NAME.better",
        types.choice(("higher", "lower")),
        "Which values are better; `tagwarden diff` exits with 1 where the metric has become worse.",
        "higher",
        unset="not said",
    ),
    Key("emergency.who", types.WHO, _WHO, ["@NAME"], unset="nobody"),
    Key(
        "emergency.rules",
        types.BREAKABLE_RULES,
        "The rules that they may break; the registry stays readable without these.",
        ["version-order", "who"],
        unset="none",
    ),
    Key(
        "rules.RULE",
        types.LEVEL,
        "The severity of this rule.",
        unset="as docs/rules.md says, or error once an option of the rule is set",
    ),
    Key(
        "override[].models",
        types.SOME_GLOBS,
        "Globs over the models, as in `models.names`.",
        ["legacy-*"],
        unset="must be given",
    ),
)

KEYS: dict[str, Key] = {key.name: key for key in _ROWS}

TABLES = frozenset(name[:end] for name in KEYS for end, character in enumerate(name) if character == ".")
