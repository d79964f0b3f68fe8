"""Every key of a policy file, in one table: its value's shape, the rules it governs, what it means.

The defaults stand where they act, in the records of `policy.py`. A key is
spelled with dots; `NAME` stands for a name of the user's, `[]` for each table
of an array: `people.allow[].who`.
"""

from __future__ import annotations

from . import policy_shapes as shapes
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .policy_shapes import Shape

# For a key that turns its rules on whenever it is given, and for one that never does.
NO_NEUTRAL = object()
ALL_NEUTRAL = object()


class Key(Record):
    """One key.

    `rules` are those that read it. They are errors, unless `[rules]` says
    otherwise, as soon as the value differs from `neutral`. `example` is what
    the commented policy shows where there is no default.
    """

    name: str
    shape: Shape
    doc: str
    example: object = None
    rules: tuple[str, ...] = ()
    neutral: object = NO_NEUTRAL


# What each table is for, in the order in which they are shown.
SECTIONS: dict[str, str] = {
    "": "",
    "scope": "Which tags are judged.",
    "models": "Which models may have tags.",
    "versions": "How versions may be numbered.",
    "stages": "Which stages there are, and how a version moves through them.",
    "message": "What a tag's message must look like.",
    "message.trailers.NAME": "A trailer (git-interpret-trailers(1)) that messages carry.",
    "target": "What may be tagged.",
    "time": "Whose clock counts, and how far it may be off.",
    "people": "Who may do what. Needs a server that knows who pushes.",
    "people.allow[]": "What an entry covers by kind, model and stage, only those whom such entries name may push.",
    "signing": "Which tags must be signed.",
    "signing.require[]": "Tags that an entry covers need a good signature.",
    "emergency": 'Who may break a rule with `git push -o tagwarden.emergency="RULE: REASON"`; the reason is logged.',
    "rules": 'Severity by rule: "error" refuses, "warning" tells, "off" is silent.',
    "override[]": "Other values for some models. Overrides apply in the order of the file, key by key; arrays replace.",
}

# Sections that an override may hold.
OVERRIDABLE = ("versions", "stages", "message", "target", "rules")

_WHAT = "The kinds of tag that are covered; all of them, or assign and unassign where `stages` is given."
_MODELS = "Globs over the models that are covered, spelled as in tags (`cv=seg`) or as in GTO (`cv:seg`)."
_STAGES = "Globs over the stages that are covered; kinds of tag that have no stage are covered whatever stands here."
_WHO = 'Names of pushers, "@group"s, and "signer:PRINCIPAL"s.'

_ROWS = (
    Key(
        "minimum-version",
        shapes.PROGRAM_VERSION,
        "The oldest tagwarden that may judge by this file; read before anything else.",
        "0.1",
    ),
    Key(
        "mode",
        shapes.choice(("enforce", "evaluate")),
        '"evaluate" reports and refuses nothing, but for what can\'t be judged.',
    ),
    Key(
        "scope.ignore",
        shapes.GLOBS,
        "Globs over tag names that are not the registry's business, whatever they look like.",
        ["release-*"],
    ),
    Key(
        "models.names",
        shapes.GLOBS,
        "Globs over the models that may have tags, spelled as in tags (`cv=seg`) or as in GTO (`cv:seg`).",
        ["churn", "cv:*"],
        ("model-known",),
        None,
    ),
    Key(
        "models.declared-in",
        shapes.PATH,
        "A file such as dvc.yaml in which the model must be an artifact, at the tagged commit.",
        "dvc.yaml",
        ("model-known",),
        None,
    ),
    Key(
        "versions.order",
        shapes.choice(("latest", "major", "minor", "any")),
        'A new version is above: "latest" every active one; "major", "minor" those of its line; "any" none.',
        rules=("version-order",),
        neutral="any",
    ),
    Key(
        "versions.prerelease",
        shapes.FLAG,
        "Whether pre-releases such as v1.0.0-rc.1 may be registered.",
        rules=("version-form",),
        neutral=True,
    ),
    Key(
        "versions.build-metadata",
        shapes.FLAG,
        "Whether versions may carry build metadata, such as v1.0.0+gpu.",
        rules=("version-form",),
        neutral=True,
    ),
    Key(
        "stages.names",
        shapes.STAGES,
        "The stages that there are; where this is not set, those that `.gto` names at the trusted ref, else any.",
        ["dev", "staging", "prod"],
        ("stage-known",),
        None,
    ),
    Key(
        "stages.path",
        shapes.STAGES,
        "A version may be assigned a stage of this path only if it was assigned the one before.",
        ["dev", "staging", "prod"],
        ("stage-path",),
        (),
    ),
    Key(
        "stages.once-assigned-permanent",
        shapes.STAGES,
        "A version that was ever in one of these stages can't be deregistered.",
        ["prod"],
        ("stage-permanent",),
        (),
    ),
    Key(
        "message.min-length",
        shapes.whole(0, 65536),
        "The least number of characters, outer white space and signature not counted.",
        rules=("message",),
        neutral=0,
    ),
    Key(
        "message.pattern",
        shapes.PATTERN,
        "A regular expression that the whole message must match, without signature and outer white space.",
        rules=("message",),
        neutral="",
    ),
    Key(
        "message.max-bytes",
        shapes.whole(1, 104857600),
        "The most bytes that a message may have.",
        rules=("tag-object",),
    ),
    Key("message.trailers.NAME.required", shapes.FLAG, "Whether a message without this trailer is refused."),
    Key(
        "message.trailers.NAME.type",
        shapes.choice(("string", "number", "integer")),
        "What its value must be.",
        "number",
    ),
    Key(
        "message.trailers.NAME.pattern",
        shapes.PATTERN,
        "A regular expression that its whole value must match.",
        "[0-9.]+",
    ),
    Key("message.trailers.NAME.min", shapes.NUMBER, "The least value of a number.", 0.8),
    Key("message.trailers.NAME.max", shapes.NUMBER, "The greatest value of a number.", 1.0),
    Key(
        "message.trailers.NAME.what",
        shapes.SOME_KINDS,
        "The kinds of tag that it is asked of.",
        ["register"],
    ),
    Key(
        "target.branches",
        shapes.GLOBS,
        "Globs over branches; the tagged commit must be on one of them, as they stand after the push.",
        ["main", "release/*"],
        ("target-branch",),
        (),
    ),
    Key(
        "target.files",
        shapes.PATHS,
        "Files that the tagged commit must hold.",
        ["MODEL_CARD.md"],
        ("target-files",),
        (),
    ),
    Key(
        "time.max-skew",
        shapes.DURATION,
        "How far a tagger's clock may be ahead of the judge's.",
        rules=("event-time",),
    ),
    Key(
        "people.groups.NAME",
        shapes.MEMBERS,
        "The members of a group, which is named `@NAME` elsewhere.",
        ["ada", "grace"],
    ),
    Key("people.allow[].who", shapes.WHO, _WHO + " Must be given.", ["@NAME"], ("who",)),
    Key("people.allow[].what", shapes.SOME_KINDS, _WHAT, ["assign", "unassign"], ("who",)),
    Key("people.allow[].models", shapes.SOME_GLOBS, _MODELS, rules=("who",)),
    Key("people.allow[].stages", shapes.SOME_GLOBS, _STAGES, ["prod"], ("who",)),
    Key(
        "signing.allowed-signers",
        shapes.SIGNERS,
        "The file of allowed signers (ssh-keygen(1)), on the server or in this repository.",
        "ref:HEAD:allowed_signers",
        ("signed",),
        ALL_NEUTRAL,
    ),
    Key("signing.require[].what", shapes.SOME_KINDS, _WHAT, ["assign"], ("signed",)),
    Key("signing.require[].models", shapes.SOME_GLOBS, _MODELS, rules=("signed",)),
    Key("signing.require[].stages", shapes.SOME_GLOBS, _STAGES, ["prod"], ("signed",)),
    Key("emergency.who", shapes.WHO, _WHO, ["@NAME"]),
    Key(
        "emergency.rules",
        shapes.BREAKABLE_RULES,
        "The rules that they may break; only such as leave the registry readable.",
        ["version-order", "who"],
    ),
    Key("rules.RULE", shapes.LEVEL, "The severity of this rule."),
    Key(
        "override[].models",
        shapes.SOME_GLOBS,
        "Globs over the models, as in `models.names`. Must be given.",
        ["legacy-*"],
    ),
)

KEYS: dict[str, Key] = {key.name: key for key in _ROWS}

TABLES = frozenset(name[:end] for name in KEYS for end, character in enumerate(name) if character == ".")

# What turns a rule on as soon as it holds anything.
ARRAYS: dict[str, str] = {"message.trailers": "message", "people.allow": "who", "signing.require": "signed"}

# Rules that refuse nothing until one of these is given.
NEEDED_OPTIONS: dict[str, tuple[str, ...]] = {
    "target-branch": ("target.branches",),
    "target-files": ("target.files",),
    "model-known": ("models.names", "models.declared-in"),
    "stage-path": ("stages.path",),
    "stage-permanent": ("stages.once-assigned-permanent",),
    "who": ("people.allow",),
    "signed": ("signing.require",),
}


def option_of(path: str) -> str:
    """What a given key belongs to that can turn a rule on: `people.allow[2].who` to `people.allow`."""
    section, _, rest = path.partition(".")
    return f"{section}.{rest.partition('.')[0].partition('[')[0]}"
