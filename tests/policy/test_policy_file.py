"""A policy file is read into the values that it names, overrides and severities included."""

from __future__ import annotations

import pytest

from tagwarden.policy.file import load
from tagwarden.policy.file.load import PolicyMistakes, load_policy
from tagwarden.policy.file.policy import built_in_policy
from tagwarden.policy.file.snapshot import from_plain, to_plain
from tagwarden.policy.judging.judge import Judge
from tagwarden.policy.program_version import VERSION
from tagwarden.policy.push import Circumstances
from tagwarden.policy.rules import DEFAULT_LEVELS
from tagwarden.policy.settings import Allow, Selector, Settings, Trailer

EVERYTHING = b"""
minimum-version = "0.1"
mode = "evaluate"
[scope]
ignore = ["release-*"]
[models]
names = ["churn", "cv:*"]
declared-in = "dvc.yaml"
[versions]
order = "minor"
prerelease = false
build-metadata = true
[stages]
names = ["dev", "staging", "prod"]
path = ["dev", "staging"]
once-assigned-permanent = ["prod"]
[message]
min-length = 3
pattern = "[A-Z].*"
max-bytes = 2000
[message.trailers.Dataset]
pattern = "[0-9a-f]{32}"
[message.trailers.AUC]
required = false
type = "number"
min = 0.8
max = 1
what = ["register"]
[target]
branches = ["main"]
files = ["docs/MODEL_CARD.md"]
max-depth = 50
max-paths = 20000
[target.version-file]
path = "pyproject.toml"
key = "project.version"
[time]
max-skew = "90s"
[people]
groups.releasers = ["ada", "signer:grace@example.com"]
[[people.allow]]
who = ["@releasers", "eve"]
what = ["assign", "unassign"]
models = ["cv=*"]
stages = ["prod"]
[signing]
allowed-signers = "ref:refs/heads/main:keys/allowed"
[[signing.require]]
what = ["assign"]
[emergency]
who = ["@releasers"]
rules = ["version-order", "who"]
[rules]
version-step = "warning"
[[override]]
models = ["legacy-*"]
versions.order = "any"
"""

KINDS = ("register", "deregister", "assign", "unassign", "deprecate")


def test_every_key_reaches_its_field() -> None:
    policy = load_policy(EVERYTHING)
    settings = policy.for_model("churn")

    assert (policy.mode, policy.ignore) == ("evaluate", ("release-*",))
    assert settings.models == (("churn", "cv:*"), "dvc.yaml")
    assert settings.versions == ("minor", False, True)
    assert settings.stages == (("dev", "staging", "prod"), ("dev", "staging"), ("prod",))
    assert settings.message[:3] == (3, "[A-Z].*", 2000)
    assert settings.message.trailers == (
        Trailer("Dataset", pattern="[0-9a-f]{32}"),
        Trailer("AUC", required=False, type="number", min=0.8, max=1, what=("register",)),
    )
    assert settings.target == (("main",), ("docs/MODEL_CARD.md",), ("pyproject.toml", "project.version"), 50, 20_000)
    assert settings.time.max_skew == 90
    assert settings.people.groups == {"releasers": ("ada", "signer:grace@example.com")}
    assert settings.people.allow == (
        Allow(("@releasers", "eve"), Selector(("assign", "unassign"), ("cv=*",), ("prod",))),
    )
    assert settings.signing == ("ref:refs/heads/main:keys/allowed", (Selector(("assign",), ("*",), ("*",)),))
    assert policy.emergency == (("@releasers",), ("version-order", "who"))


@pytest.mark.parametrize("data", [b"", b"\n# nothing\n", b"[versions]\n[rules]\n", b"[people]\n"])
def test_an_empty_file_is_the_built_in_policy(data: bytes) -> None:
    assert load_policy(data).for_model("churn") == built_in_policy().for_model("churn") == Settings(DEFAULT_LEVELS)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("90s", 90), ("5m", 300), ("1h", 3600), ("2d", 172800), ("007s", 7)]
)
def test_a_duration_has_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert load_policy(f'[time]\nmax-skew = "{text}"'.encode()).base.time.max_skew == seconds


def test_ignored_tags_are_matched_by_glob() -> None:
    policy = load_policy(EVERYTHING)

    assert policy.ignores("release-1@x")
    assert not policy.ignores("churn@v1.0.0")


@pytest.mark.parametrize(
    "tag", ["pkg@created", "pkg@created#3", "cv=seg@created", "0123456789" * 4, "x/" * 50 + "x", "refs/tags/m@created"]
)
def test_what_stops_gto_by_its_name_is_never_ignored(tag: str) -> None:
    policy = load_policy(b'[scope]\nignore = ["*"]\n')

    assert not policy.ignores(tag)
    assert policy.ignores("pkg@created!")
    assert policy.ignores("pkg@1.2.3")


@pytest.mark.parametrize(
    ("entry", "kind", "stage", "covered"),
    [
        pytest.param("", "register", None, True, id="an entry without selectors covers everything"),
        pytest.param('stages = ["prod"]', "assign", "prod", True, id="a stage covers assigning to it"),
        pytest.param('stages = ["prod"]', "unassign", "prod", True, id="a stage covers unassigning from it"),
        pytest.param('stages = ["prod"]', "assign", "dev", False, id="a stage does not cover another"),
        pytest.param('stages = ["prod"]', "register", None, False, id="a stage alone does not cover registering"),
        pytest.param(
            'stages = ["prod"]\nwhat = ["register", "assign"]', "register", None, True,
            id="a kind without stages is covered where it is named beside a stage",
        ),
        pytest.param('what = ["deregister"]', "register", None, False, id="a kind does not cover another"),
        pytest.param('models = ["other"]', "register", None, False, id="a model does not cover another"),
        pytest.param('models = ["cv:s*"]', "register", None, True, id="models match in GTO's spelling"),
    ],
)  # fmt: skip
def test_a_selector_covers(entry: str, kind: str, stage: str | None, covered: bool) -> None:
    policy = load_policy(f"[[signing.require]]\n{entry}".encode())

    assert policy.signing.require[0].covers(kind, "cv=seg", stage) is covered


OVERRIDES = b"""
[versions]
order = "latest"
[stages]
names = ["dev", "prod"]
[message.trailers.AUC]
type = "number"
min = 0.8
[[override]]
models = ["legacy-*", "cv:*"]
versions.order = "any"
stages.names = ["old"]
[override.message.trailers.AUC]
min = 0.5
[[override]]
models = ["*-x"]
[override.versions]
order = "major"
build-metadata = true
[override.rules]
version-once = "off"
"""


def test_overrides_apply_in_the_order_of_the_file_and_key_by_key() -> None:
    settings = load_policy(OVERRIDES).for_model("legacy-x")

    assert settings.versions == ("major", True, True)
    assert settings.stages.names == ("old",), "arrays replace"
    assert settings.message.trailers == (Trailer("AUC", type="number", min=0.5),)
    assert settings.levels["version-once"] == "off"


@pytest.mark.parametrize(
    ("model", "order"),
    [("churn", "latest"), ("legacy-1", "any"), ("cv=seg", "any"), ("cv:seg", "any"), ("1-x", "major")],
)
def test_an_override_applies_to_the_models_that_it_matches(model: str, order: str) -> None:
    assert load_policy(OVERRIDES).for_model(model).versions.order == order


def test_an_override_changes_the_file_of_a_version_key_by_key() -> None:
    text = """
[target.version-file]
path = "pyproject.toml"
key = "project.version"
[[override]]
models = ["seg"]
target.version-file.path = "seg/pyproject.toml"
"""
    policy = load_policy(text.encode())

    assert policy.for_model("churn").target.version_file == ("pyproject.toml", "project.version")
    assert policy.for_model("seg").target.version_file == ("seg/pyproject.toml", "project.version")


def test_models_under_the_same_overrides_share_their_settings() -> None:
    policy = load_policy(OVERRIDES)

    assert policy.for_model("a") is policy.for_model("b")
    assert policy.for_model("legacy-1") is policy.for_model("cv:x")
    assert policy.for_model("a") is not policy.for_model("legacy-1")


def test_a_judge_asks_once_for_models_under_the_same_overrides() -> None:
    policy = load_policy(OVERRIDES)
    judge = Judge(policy, Circumstances(0, "server"))

    for model in ("a", "legacy-1", "1-x", "legacy-x", "legacy-y-x", None):
        assert judge.settings_of(model) == policy.for_model(model or "")
    assert judge.settings_of("legacy-x") is judge.settings_of("legacy-y-x")


def test_nothing_that_is_asked_of_a_policy_changes_it() -> None:
    policy = load_policy(OVERRIDES)
    before = to_plain(policy)

    for model in ("a", "legacy-1", "1-x", "legacy-x"):
        policy.for_model(model)

    assert to_plain(policy) == before
    assert from_plain(before) == policy


def test_a_severity_that_needs_an_option_may_have_it_from_an_override() -> None:
    text = b'[rules]\ntarget-branch = "warning"\n[[override]]\nmodels = ["a"]\ntarget.branches = ["main"]\n'

    assert load_policy(text).for_model("a").levels["target-branch"] == "warning"


@pytest.mark.parametrize("version", ["0", "0.1", "0.1.0", "0.2", VERSION])
def test_a_policy_for_this_version_or_an_older_one_is_read(version: str) -> None:
    assert load_policy(f'minimum-version = "{version}"'.encode())


@pytest.mark.parametrize("rest", ["", "mode = 3", "[nonsense]", "order = 1"])
@pytest.mark.parametrize("version", ["0.3", "1", "0.2.1", "0.10"])
def test_a_policy_for_a_newer_version_says_only_that(version: str, rest: str) -> None:
    with pytest.raises(PolicyMistakes) as refused:
        load_policy(f'minimum-version = "{version}"\n{rest}'.encode())

    assert refused.value.mistakes == (f"This policy needs tagwarden ≥ {version}; this is {VERSION}.",)


def test_the_built_in_policy_judges_by_the_default_of_every_rule() -> None:
    assert built_in_policy().for_model("churn").levels == DEFAULT_LEVELS


def many(count: int, line: str) -> str:
    return "".join(line.format(number) for number in range(count))


def array(count: int, name: str) -> str:
    return ", ".join(f'"{name}{number}"' for number in range(count))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[models]\nnames = [{array(10_001, 'm')}]", "models.names: found one of 10001 entries"),
        (f'[models]\nnames = ["{"a*" * 501}"]', "models.names: found one of 1002 characters"),
        (many(201, '[[override]]\nmodels = ["m{}"]\nversions.order = "any"\n'), "override: found 201 entries"),
        (many(201, '[[people.allow]]\nwho = ["u{}"]\n'), "people.allow: found 201 entries"),
        (many(201, '[[signing.require]]\nstages = ["s{}"]\n'), "signing.require: found 201 entries"),
        (many(101, "[message.trailers.T{}]\n"), "message.trailers: found 101 names"),
        ("[people.groups]\n" + many(1001, 'g{} = ["u"]\n'), "people.groups: found 1001 names"),
        (f"[message]\nmin-length = 0x{'f' * 5000}", "message.min-length: found a number of more than 64 bits"),
    ],
)
def test_a_policy_that_would_make_every_push_slow_is_none(text: str, expected: str) -> None:
    with pytest.raises(PolicyMistakes) as raised:
        load_policy(text.encode())
    assert raised.value.mistakes[0].startswith(expected)


def test_a_policy_that_takes_too_long_to_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SECONDS", 0.05)  # a fortieth of what this pattern takes
    pattern = "(?i)" + "[\u0100-\U0010ffff]" * 450
    with pytest.raises(PolicyMistakes) as raised:
        load_policy(f"[message]\npattern = '{pattern}'".encode())
    assert raised.value.mistakes[0].startswith("it takes more than 0.05 seconds to read")


def test_mistakes_about_groups_name_some_of_the_groups() -> None:
    text = "[people.groups]\n" + many(1000, 'g{} = ["u"]\n') + many(150, '[[people.allow]]\nwho = ["@x{}"]\n')
    with pytest.raises(PolicyMistakes) as raised:
        load_policy(text.encode())
    assert len(raised.value.mistakes) == 101
    assert len(str(raised.value)) < 20_000
