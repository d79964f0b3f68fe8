"""The bad states that a push of tags can bring into a registry: a table for the tests and for the docs.

The registry that they are pushed to holds `m@v1.0.0` on c0 (second 0),
`m@v1.1.0` on c1 (second 10) and `m#prod` on c1 (second 20); c2 is free.
"""

from __future__ import annotations

from typing import NamedTuple

ADA = "Ada Lovelace <ada@example.com>"

BREAKS = "every GTO command fails, for all models"
OVERSHADOWED = "`gto check-ref` reports it; in `gto show` the older assignment still counts"
IGNORES = "GTO silently skips it, and so does `gto check-ref` (exit 0)"
DISAGREES = "`gto check-ref`, which CI jobs use, reports it; `gto show` ignores it"


class BadTag(NamedTuple):
    """A tag to push. `at` counts from the registry's first second; `type` is the type that the tag claims for `on`."""

    name: str
    on: str = "c2"
    at: int = 100
    says: str | None = None
    type: str = "commit"
    tagger: str | None = ADA
    zone: str = "+0000"
    message: bytes | None = b"Because"
    lightweight: bool = False


class BadState(NamedTuple):
    """A push that is refused, the rule, and what GTO would make of it if it were accepted."""

    title: str
    tag: BadTag
    rule: str
    gto: str
    before: tuple[BadTag, ...] = ()
    delete: bool = False


class Allowed(NamedTuple):
    """A push that the built-in policy accepts, and a policy that refuses it."""

    title: str
    tag: BadTag
    why: str
    policy: str
    rule: str
    before: tuple[BadTag, ...] = ()


REFUSED = (
    BadState("a registration on a file", BadTag("m@v2.0.0", on="blob", type="blob"), "target-commit", BREAKS),
    BadState("an assignment on a tree", BadTag("m#prod#2", on="tree", type="tree"), "target-commit", BREAKS),
    BadState(
        "a registration on a commit with an unknown `encoding`",
        BadTag("m@v2.0.0", on="klingon"),
        "target-commit",
        BREAKS,
    ),
    BadState(
        "a registration on a commit dated in the year 3170843", BadTag("m@v2.0.0", on="ages"), "target-commit", BREAKS
    ),
    BadState(
        "a tag of a tag",
        BadTag("m@v2.0.0", on="tag", type="tag"),
        "target-commit",
        "GTO shows the id of the inner tag as the commit",
    ),
    BadState("a second version under an assignment", BadTag("m@v2.0.0", on="c1"), "state-exists", BREAKS),
    BadState(
        "two versions on one commit",
        BadTag("m@v2.0.0", on="c0"),
        "version-per-commit",
        "GTO shows both, and fails for all models as soon as a stage is assigned there",
    ),
    BadState("`@created`", BadTag("x@created"), "tag-name", BREAKS),
    BadState("`@created`, lightweight", BadTag("x@created", lightweight=True), "tag-name", BREAKS),
    BadState("a tag object without a tagger", BadTag("m@v2.0.0", tagger=None), "tag-object", BREAKS),
    BadState("a tagger without a name", BadTag("m@v2.0.0", tagger="<ada@example.com>"), "tag-object", BREAKS),
    BadState(
        "a tagger who is not UTF-8", BadTag("m@v2.0.0", tagger="Zo\udceb <zoe@example.com>"), "tag-object", BREAKS
    ),
    BadState("a message that is not UTF-8", BadTag("m@v2.0.0", message=b"Zo\xeb"), "tag-object", BREAKS),
    BadState("a tag object without a body", BadTag("m@v2.0.0", message=None), "tag-object", BREAKS),
    BadState("a time zone of more than a day", BadTag("m@v2.0.0", zone="+9999"), "tag-object", BREAKS),
    BadState("a date in the year 3170843", BadTag("m@v2.0.0", at=99999999999999), "tag-object", BREAKS),
    BadState("a tag object with a name unknown to GTO", BadTag("m@v2.0.0", says="hello"), "tag-name-in-object", BREAKS),
    BadState(
        "a tag object with the name of another model",
        BadTag("m@v2.0.0", says="other@v9.9.9"),
        "tag-name-in-object",
        "GTO registers v9.9.9 of the model `other`",
    ),
    BadState(
        "an old tag object under a new name",
        BadTag("m@v2.0.0", says="m@v1.0.0", on="c0", at=0),
        "tag-name-in-object",
        "GTO sees no v2.0.0; the signature of the old tag, if any, is still good",
    ),
    BadState(
        "a commit whose `artifacts.yaml` GTO can't read", BadTag("m@v2.0.0", on="garbled"), "target-annotations", BREAKS
    ),
    BadState(
        "a commit where `artifacts.yaml` is a folder", BadTag("m@v2.0.0", on="folder"), "target-annotations", BREAKS
    ),
    BadState("a lightweight registration", BadTag("m@v2.0.0", lightweight=True), "annotated", IGNORES),
    BadState("a lightweight assignment", BadTag("m#prod#2", on="c0", lightweight=True), "annotated", IGNORES),
    BadState("the `v` is missing", BadTag("m@1.2.0"), "tag-name", IGNORES),
    BadState("the patch number is missing", BadTag("m@v1.2"), "tag-name", IGNORES),
    BadState(
        "a digit that is not ASCII",
        BadTag("m@v1٣.0.0"),
        "tag-name",
        "GTO registers it, and sorts it after all others because it is not a valid version",
    ),
    BadState("a lower version than the latest", BadTag("m@v0.9.0"), "version-order", "the latest version stays v1.1.0"),
    BadState(
        "a version a second time, on another commit",
        BadTag("m@v1.0.0#7"),
        "version-once",
        "GTO shows v1.0.0 twice, on two commits",
    ),
    BadState(
        "a version a second time, on the same commit",
        BadTag("m@v1.0.0#7", on="c0"),
        "version-once",
        "`gto show m` fails",
    ),
    BadState(
        "build metadata",
        BadTag("m@v1.1.0+a"),
        "version-form",
        "GTO ignores it when it compares, so which of two such versions is the latest is arbitrary",
    ),
    BadState(
        "a model whose name differs only in case",
        BadTag("M@v1.0.0"),
        "model-case",
        "GTO sees two models, but macOS and Windows store only one file",
    ),
    BadState(
        "a version tag that is moved",
        BadTag("m@v1.0.0"),
        "tag-immutable",
        "v1.0.0 means something else to everybody who has not fetched it yet",
    ),
    BadState(
        "a stage tag that is moved",
        BadTag("m#prod", on="c0"),
        "tag-immutable",
        "another version is in prod, and nothing records the change",
    ),
    BadState(
        "a version tag that is deleted",
        BadTag("m@v1.1.0"),
        "tag-permanent",
        "the latest version drops, prod holds a bare commit, and the version can be registered again",
        delete=True,
    ),
    BadState(
        "an assignment on a commit without a version",
        BadTag("m#prod#2"),
        "state-exists",
        "GTO shows the bare commit in the stage",
    ),
    BadState(
        "an assignment of a version that was deregistered",
        BadTag("m#dev#3", on="c0"),
        "state-exists",
        DISAGREES,
        before=(BadTag("m@v1.0.0!", on="c0", at=50),),
    ),
    BadState("a deregistration on the wrong commit", BadTag("m@v1.1.0!", on="c0"), "state-exists", DISAGREES),
    BadState("a deregistration of a version that was never registered", BadTag("m@v5.0.0!"), "state-exists", DISAGREES),
    BadState("an unassignment of a stage that nothing holds", BadTag("m#dev!", on="c1"), "state-exists", DISAGREES),
    BadState("an unassignment of the wrong version", BadTag("m#prod!", on="c0"), "state-exists", DISAGREES),
    BadState(
        "an assignment in the same second as another of that stage",
        BadTag("m#prod#2", on="c0", at=20),
        "event-time",
        "the version that was registered first holds the stage, regardless of which was assigned last",
    ),
    BadState("a backdated assignment", BadTag("m#prod#2", on="c0", at=15), "event-time", OVERSHADOWED),
    BadState(
        "an unassignment and a new assignment in the same second",
        BadTag("m#prod#3", on="c1", at=50),
        "event-time",
        DISAGREES,
        before=(BadTag("m#prod!#2", on="c1", at=50),),
    ),
    BadState("a backdated deregistration", BadTag("m@v1.1.0!", on="c1", at=5), "event-time", DISAGREES),
    BadState("a backdated deprecation", BadTag("m@deprecated", on="c1", at=15), "event-time", DISAGREES),
    BadState(
        "a deprecation dated before a version's commit",
        BadTag("m@deprecated", on="c2", at=100),
        "event-time",
        DISAGREES,
        before=(BadTag("m@v1.2.0", on="ahead", at=60),),
    ),
    BadState(
        "an assignment dated years ahead",
        BadTag("m#prod#2", on="c0", at=1_000_000_000),
        "event-time",
        "no later assignment counts until then",
    ),
    BadState(
        "an empty message", BadTag("m@v2.0.0", message=b""), "message", "nobody can tell why the version was registered"
    ),
)

ALLOWED = (
    Allowed(
        "a version that skips numbers",
        BadTag("m@v999.0.0"),
        "GTO continues from v999.0.1",
        '[rules]\nversion-step = "error"\n',
        "version-step",
    ),
    Allowed(
        "a pre-release",
        BadTag("m@v2.0.0-rc.1"),
        "it is the latest version for GTO",
        "[versions]\nprerelease = false\n",
        "version-form",
    ),
    Allowed(
        "a stage that is spelled wrong",
        BadTag("m#prdo#2", on="c1"),
        "nothing deploys to it",
        '[stages]\nnames = ["dev", "prod"]\n',
        "stage-known",
    ),
    Allowed(
        "a stage in another case",
        BadTag("m#Prod#2", on="c1"),
        "GTO treats it as another stage",
        '[stages]\nnames = ["dev", "prod"]\n',
        "stage-known",
    ),
    Allowed(
        "a stage that skips those before it",
        BadTag("m#prod#2", on="c0"),
        "GTO has no order of stages",
        '[stages]\npath = ["dev", "prod"]\n',
        "stage-path",
    ),
    Allowed(
        "the deregistration of the version in production",
        BadTag("m@v1.1.0!", on="c1"),
        "the stage is empty afterwards",
        '[stages]\nonce-assigned-permanent = ["prod"]\n',
        "stage-permanent",
    ),
    Allowed(
        "a counter that is already used, or lower",
        BadTag("m#dev#2", on="c1"),
        "GTO ignores counters when it reads",
        '[rules]\ncounter = "error"\n',
        "counter",
        before=(BadTag("m#dev#5", on="c0", at=60),),
    ),
    Allowed(
        "a commit that no branch contains",
        BadTag("m@v2.0.0", on="stray"),
        "the tagged commit may be on no branch",
        '[target]\nbranches = ["main"]\n',
        "target-branch",
    ),
    Allowed(
        "a commit without the required files",
        BadTag("m@v2.0.0"),
        "GTO does not look into the commit",
        '[target]\nfiles = ["MODEL_CARD.md"]\n',
        "target-files",
    ),
    Allowed(
        "a model that nobody declared",
        BadTag("typo@v0.0.1"),
        "GTO creates the model",
        '[models]\nnames = ["m"]\n',
        "model-known",
    ),
    Allowed(
        "a deprecation by just anybody",
        BadTag("m@deprecated", on="c1"),
        "`gto show` hides the model",
        '[[people.allow]]\nwho = ["ada"]\nwhat = ["deprecate"]\n',
        "who",
    ),
)

# Tags that the `gto` command creates and the built-in policy deliberately refuses: description, rule, policy key.
WRITTEN_BY_GTO = (
    ("a version below the latest", "version-order", "versions.order"),
    ("build metadata", "version-form", "versions.build-metadata"),
    ("a second model that differs only in case", "model-case", "rules.model-case"),
    ("an assignment on an unregistered commit", "state-exists", "rules.state-exists"),
    ("an assignment of a deregistered version", "state-exists", "rules.state-exists"),
    ("a second unassignment", "state-exists", "rules.state-exists"),
    ("a deregistered version", "version-once", "rules.version-once"),
    ("a deletion", "tag-permanent", "rules.tag-permanent"),
    ("an event in the same second as one that it must follow", "event-time", "rules.event-time"),
    ("with the update hook, a registration and its assignment in one push", "state-exists", "rules.state-exists"),
)


def page() -> str:
    """docs/bad-states.md without its first line."""
    return "\n".join(
        [
            "# Bad states",
            "",
            "What a `git push` of tags can do to a registry that GTO reads. Git itself accepts all of it.",
            "Each row is a test: the push goes to a server with the hook, and to one without.",
            "",
            "## Refused by the built-in policy",
            "",
            "The hook exits with 1 and names the rule; `git push` prints that and exits with 1; no ref changes.",
            "",
            "| pushed | without the hook | rule |",
            "|---|---|---|",
            *(
                f"| {state.title}: `{_shown(state.tag.name)}` | {state.gto} | {_link(state.rule)} |"
                for state in REFUSED
            ),
            "",
            "## Accepted by the built-in policy",
            "",
            "Teams handle these differently. The policy in the last column refuses them.",
            "",
            "| pushed | why it can matter | rule | policy |",
            "|---|---|---|---|",
            *(
                f"| {state.title}: `{state.tag.name}` | {state.why} | {_link(state.rule)} | {_policy(state.policy)} |"
                for state in ALLOWED
            ),
            "",
            "## Written by GTO, and refused",
            "",
            "Everything else that the `gto` command writes is accepted in the order in which it was made",
            "(`tests/gto/test_honest_tags.py`).",
            "",
            "| what | rule | policy key |",
            "|---|---|---|",
            *(f"| {what} | {_link(rule)} | `{key}` |" for what, rule, key in WRITTEN_BY_GTO),
            "",
            "## Neither",
            "",
            "An assignment may be dated before the registration of its version: GTO reads that correctly.",
            "",
            "Some states don't come from tags, so the hook can't refuse them: a `.gto` in the work tree, or an",
            "`artifacts.yaml` at HEAD, that GTO can't read; a model that `artifacts.yaml` at HEAD lists, which GTO",
            "takes up again after its deprecation if that commit is dated later.",
            "",
        ]
    )


def _shown(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()


def _link(rule: str) -> str:
    return f"[{rule}](rules.md#{rule})"


def _policy(text: str) -> str:
    return " ".join(f"`{line}`" for line in text.splitlines())
