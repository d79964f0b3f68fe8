"""Every key of a policy file, in one table: its meaning, the type of its value, the rules that read it.

The defaults are in the records of `settings.py`. A key is spelled with dots;
`NAME` stands for a name that users choose, `RULE` for a rule, `[]` for each table
of an array: `people.allow[].who`.
"""

from __future__ import annotations

from . import value_types as types
from .key import ANY_VALUE, Key
from .people_keys import PEOPLE_KEYS
from .tag_keys import TAG_KEYS

# The sections that an override may change.
OVERRIDABLE = ("versions", "stages", "message", "target", "rules")

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
        '"evaluate" only reports; it refuses only what can\'t be judged or would falsify approvals.',
    ),
    Key(
        "scope.ignore",
        types.GLOBS,
        "Globs for names of tags that don't belong to the registry. They are not judged, even if GTO reads them.",
        ["release-*"],
        ("tag-name",),
        ANY_VALUE,
        unset="none",
    ),
    Key(
        "models.names",
        types.GLOBS,
        "Globs for the models that may have tags, spelled as in tags (`cv=seg`) or as in GTO (`cv:seg`).",
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
        unset="not checked",
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
        "Whether versions may have build metadata, such as v1.0.0+gpu.",
        rules=("version-form",),
        turns_on_unless=True,
    ),
    Key(
        "stages.names",
        types.STAGES,
        "The stages that exist.",
        ["dev", "staging", "prod"],
        ("stage-known",),
        None,
        unset="those in `.gto`, or any stage without that file",
    ),
    Key(
        "stages.path",
        types.STAGES,
        "A version may be assigned to a stage of this path only if it was assigned to the previous one.",
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
    *TAG_KEYS,
    Key(
        "time.max-skew",
        types.DURATION,
        "How far a tagger's clock may be ahead of the judge's.",
        rules=("event-time",),
    ),
    *PEOPLE_KEYS,
    Key(
        "show.metrics",
        types.NAMES,
        "The metrics that get a column in `tagwarden show`.",
        ["AUC", "test.loss"],
        unset="none",
    ),
    Key(
        "metrics.NAME.better",
        types.choice(("higher", "lower")),
        "Which values are better; `tagwarden diff` exits with 1 if the metric has become worse.",
        "higher",
        unset="neither",
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
