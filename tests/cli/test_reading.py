"""`show`, `history` and `resolve`: what they answer, where GTO answers and where it can't."""

from __future__ import annotations

import subprocess
from pathlib import Path

import gto.api
import pytest
from gto.registry import GitRegistry

from support import Repo, raw_tag
from support.command_line import tagwarden


@pytest.fixture
def registry(repo: Repo) -> Repo:
    """churn has v0.0.1 (prod), v0.0.2 (dev) and v1.10.10-rc.1; cv:seg has v1.0.0, deregistered; old is deprecated."""
    for version, stage in (("v0.0.1", "prod"), ("v0.0.2", "dev"), ("v1.10.10-rc.1", None)):
        repo.commit(message=version)
        repo.tag(f"churn@{version}")
        if stage:
            repo.tag(f"churn#{stage}#1")
    repo.tag("cv=seg@v1.0.0", message="Trained\n\nDataset: abc\nAUC: 0.9")
    repo.tag("cv=seg#prod#1")
    repo.tag("cv=seg@v1.0.0!")
    repo.tag("old@v3.0.0")
    repo.tag("old@deprecated")
    repo.lightweight("churn@v9.0.0")
    repo.tag("release-2024")
    return repo


def test_show_says_what_gto_says(registry: Repo) -> None:
    theirs = gto.api.show(str(registry.path))
    ours = tagwarden(registry.path, "show", "--json").json["models"]

    assert {one["model"]: (one["latest"], {s: v for s, v in one["stages"].items() if v}) for one in ours} == {
        model: (state["version"], {stage: held for stage, held in state["stage"].items() if held})
        for model, state in theirs.items()
    }


def test_versions_are_never_cut_off(registry: Repo) -> None:
    lines = tagwarden(registry.path, "show").out.splitlines()

    assert lines == [
        "MODEL   LATEST         VERSIONS  #dev    #prod",
        "churn   v1.10.10-rc.1  3         v0.0.2  v0.0.1",
        "cv:seg  -              0         -       -",
    ]


def test_what_is_deprecated_is_shown_when_asked_for(registry: Repo) -> None:
    shown = tagwarden(registry.path, "show", "--deprecated").out

    assert "old (deprecated)  v3.0.0" in shown
    assert "v1.0.0 (deregistered)" in tagwarden(registry.path, "show", "cv:seg", "-d").out
    assert tagwarden(registry.path, "show", "cv:seg").out.splitlines()[1:] == []
    assert "old is deprecated (old@deprecated)" in tagwarden(registry.path, "show", "old").err


def test_the_versions_of_a_model_are_numbered_as_they_came(registry: Repo) -> None:
    document = tagwarden(registry.path, "show", "churn", "--json").json

    assert [(one["number"], one["version"], one["in_stages"]) for one in document["versions"]] == [
        (3, "v1.10.10-rc.1", []),
        (2, "v0.0.2", ["dev"]),
        (1, "v0.0.1", ["prod"]),
    ]
    assert document["stages"] == {"dev": "v0.0.2", "prod": "v0.0.1"}


def test_the_stages_of_the_policy_come_first_and_in_its_order(registry: Repo) -> None:
    registry.commit({"tagwarden.toml": '[stages]\nnames = ["prod", "staging"]\n'})

    assert tagwarden(registry.path, "show").out.splitlines()[0].split() == [
        "MODEL", "LATEST", "VERSIONS", "#prod", "#staging", "#dev",
    ]  # fmt: skip


def test_a_policy_that_cannot_be_read_keeps_nobody_from_reading(registry: Repo) -> None:
    before = tagwarden(registry.path, "show").out
    registry.commit({"tagwarden.toml": "stages = 1\n"})

    assert tagwarden(registry.path, "show") == (0, before, "")


def test_history_lists_the_events_that_gto_lists(registry: Repo) -> None:
    theirs = [
        (
            event["timestamp"].timestamp(),
            event["artifact"],
            event["event"],
            event["version"],
            event["stage"],
            event["ref"],
        )
        for event in gto.api.history(str(registry.path))
    ]
    ours = tagwarden(registry.path, "history", "--json").json["events"]
    words = {"register": "registration", "deregister": "deregistration", "assign": "assignment"}
    words["deprecate"] = "deprecation"

    assert [(one["model"], words[one["kind"]], one["tag"]) for one in ours] == [
        (model, event, ref) for _, model, event, _, _, ref in theirs
    ]
    assert [one["version"] for one in ours if one["kind"] != "deprecate"] == [
        version for _, _, event, version, _, _ in theirs if event != "deprecation"
    ]


def test_history_has_message_trailers_and_number(registry: Repo) -> None:
    events = tagwarden(registry.path, "history", "cv:seg", "--ascending", "--json").json["events"]

    assert events[0]["message"] == "Trained\n\nDataset: abc\nAUC: 0.9"
    assert events[0]["trailers"] == [["Dataset", "abc"], ["AUC", "0.9"]]
    assert [event["number"] for event in events] == [1, 1, 1]
    text = tagwarden(registry.path, "history", "cv:seg").out
    assert "registration" in text.splitlines()[-1]
    assert "Dataset" not in text


@pytest.mark.parametrize(
    ("query", "version"),
    [
        ("churn@latest", "v1.10.10-rc.1"),
        ("churn@greatest", "v1.10.10-rc.1"),
        ("churn#prod", "v0.0.1"),
        ("churn@v0.0.2", "v0.0.2"),
        ("churn#dev#1", "v0.0.2"),
        ("refs/tags/churn@v0.0.2", "v0.0.2"),
        ("refs/tags/cv=seg@v1.0.0!", "v1.0.0"),
        ("cv:seg@v1.0.0!", "v1.0.0"),
    ],
)
def test_resolve_prints_one_version(registry: Repo, query: str, version: str) -> None:
    ran = tagwarden(registry.path, "resolve", query)

    assert (ran.status, ran.out) == (0, f"{version}\n")


def test_resolve_prints_the_commit_or_the_tag(registry: Repo) -> None:
    assert tagwarden(registry.path, "resolve", "churn#prod", "--tag").out == "churn#prod#1\n"
    assert tagwarden(registry.path, "resolve", "churn#prod", "--commit").out.strip() == registry.git(
        "rev-parse", "churn#prod#1^{commit}"
    )


def test_resolve_tells_a_script_what_a_tag_did(registry: Repo) -> None:
    document = tagwarden(registry.path, "resolve", "refs/tags/cv=seg#prod#1", "--json").json

    assert (document["kind"], document["model"], document["version"], document["stage"]) == (
        "assign", "cv:seg", "v1.0.0", "prod",
    )  # fmt: skip
    assert document["current"] is False
    deprecation = tagwarden(registry.path, "resolve", "old@deprecated", "--json").json
    assert (deprecation["kind"], deprecation["version"], deprecation["current"]) == ("deprecate", None, True)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("nobody@latest", "there is no model 'nobody'"),
        ("churn@v8.0.0", "'churn' has no version v8.0.0; the latest is v1.10.10-rc.1"),
        ("churn@v9.0.0", "has no version v9.0.0"),
        ("refs/tags/churn@v9.0.0", "is lightweight"),
        ("cv:seg@v1.0.0", "version v1.0.0 of 'cv:seg' was deregistered; no version of it is active"),
        ("cv:seg@latest", "no version of 'cv:seg' is active"),
        ("churn#qa", "no version of 'churn' is in 'qa'; versions are in dev, prod"),
        ("old@latest", "the model 'old' is deprecated ('old@deprecated')"),
        ("old@deprecated", "deprecates the model and names no version"),
        ("churn@1.2.0", "the 'v' at the beginning is missing"),
        ("churn#prod#7", "there is no tag 'churn#prod#7'"),
        ("release-2024", "is not a query"),
        ("refs/heads/main", "is not a tag"),
    ],
)
def test_resolve_stops_a_script_where_nothing_is_found(registry: Repo, query: str, said: str) -> None:
    ran = tagwarden(registry.path, "resolve", query)

    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err


def test_a_deprecated_model_is_resolved_when_asked_for(registry: Repo) -> None:
    assert tagwarden(registry.path, "resolve", "old@latest", "--deprecated").out == "v3.0.0\n"


def test_a_tag_that_changed_nothing_stops_a_script(registry: Repo) -> None:
    registry.tag("churn@v5.0.0!")
    registry.tag("churn#prod!#9")
    registry.tag("cv=seg#dev#9", "cv=seg@v1.0.0^{commit}")

    for tag in ("churn@v5.0.0!", "churn#prod!#9", "cv=seg#dev#9"):
        ran = tagwarden(registry.path, "resolve", f"refs/tags/{tag}")
        assert ran.status == 1
        assert "changed nothing" in ran.err


def test_an_assigned_commit_without_a_version_has_a_commit_only(repo: Repo) -> None:
    repo.tag("churn#prod#1")

    assert tagwarden(repo.path, "resolve", "churn#prod").status == 1
    commit = repo.git("rev-parse", "HEAD")
    assert tagwarden(repo.path, "resolve", "churn#prod", "--commit").out == f"{commit}\n"
    assert commit in tagwarden(repo.path, "show").out


def test_damage_that_kills_gto_is_read_past(registry: Repo) -> None:
    blob = registry.write_object(b"x", "blob")
    registry.raw_tag("churn@v7.0.0", raw_tag(object=blob, type="blob", tag="churn@v7.0.0"))
    registry.raw_tag("churn@v8.0.0", raw_tag(object=registry.git("rev-parse", "HEAD"), tag="churn@v8.0.0", tagger=None))
    with pytest.raises(Exception):  # noqa: B017 -- GTO has no exception of its own for it
        gto.api.show(str(registry.path))

    assert tagwarden(registry.path, "resolve", "churn@latest").out == "v1.10.10-rc.1\n"
    assert "points at a blob" in tagwarden(registry.path, "resolve", "refs/tags/churn@v7.0.0").err
    assert "no 'tagger' line" in tagwarden(registry.path, "resolve", "refs/tags/churn@v8.0.0").err


def test_a_bare_repository_and_a_url_are_read_like_a_clone(registry: Repo, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(registry.path), str(bare)], check=True)
    here = tagwarden(registry.path, "show").out

    for place in (str(bare), f"file://{bare}"):
        assert tagwarden(tmp_path, "show", "--repo", place).out == here
        assert tagwarden(tmp_path, "resolve", "-r", place, "churn#prod").out == "v0.0.1\n"
        assert len(tagwarden(tmp_path, "history", "churn", "-r", place).out.splitlines()) == 6


def test_a_repository_without_tags_is_read_by_its_url(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "repo")
    empty = tagwarden(tmp_path, "show", "-r", f"file://{repo.path}")
    repo.commit()
    without_tags = tagwarden(tmp_path, "show", "-r", f"file://{repo.path}")

    assert [(ran.status, ran.err) for ran in (empty, without_tags)] == 2 * [(0, "there is no model here\n")]


def test_a_sha256_repository_is_read_by_its_url(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "sha256", "--object-format=sha256")
    repo.commit()
    repo.tag("churn@v1.0.0")

    assert tagwarden(tmp_path, "resolve", "-r", f"file://{repo.path}", "churn@latest").out == "v1.0.0\n"


@pytest.mark.parametrize("place", ["nowhere", "file:///nowhere/at/all", "--upload-pack=x://y"])
def test_a_place_without_a_repository_cannot_be_judged(tmp_path: Path, place: str) -> None:
    ran = tagwarden(tmp_path, "show", f"--repo={place}")

    assert ran.status == 3
    assert ran.out == ""


def test_an_unknown_model_is_a_no_that_names_those_that_are_near(registry: Repo) -> None:
    for command in ("show", "history"):
        ran = tagwarden(registry.path, command, "chrun")
        assert (ran.status, ran.out) == (1, "")
        assert "there is no model 'chrun'; the models are: churn" in ran.err
    assert "can't be a model's name" in tagwarden(registry.path, "show", "a b").err


@pytest.mark.parametrize("words", [["show", "fraud"], ["history", "fraud"], ["resolve", "fraud@latest"]])
def test_a_model_of_which_no_tag_can_be_read_is_not_listed_as_one(registry: Repo, words: list[str]) -> None:
    registry.lightweight("fraud@v1.0.0")

    ran = tagwarden(registry.path, *words)

    assert ran == (1, "", "tagwarden: the registry can read no tag of 'fraud'; `tagwarden audit` says why\n")


def test_of_a_repository_with_deprecated_models_only_it_is_said_how_to_see_them(repo: Repo) -> None:
    repo.tag("churn@v1.0.0")
    repo.tag("churn@deprecated")

    ran = tagwarden(repo.path, "show")

    assert ran == (0, "", "every model here is deprecated; --deprecated shows them\n")
    assert "churn (deprecated)" in tagwarden(repo.path, "show", "--deprecated").out


def test_a_repository_without_models_shows_nothing(repo: Repo) -> None:
    assert tagwarden(repo.path, "show") == (0, "", "there is no model here\n")
    assert tagwarden(repo.path, "history") == (0, "", "there is no model here\n")
    assert tagwarden(repo.path, "show", "--json").json == {"schema": 1, "notes": [], "models": []}


def test_untrusted_text_does_not_reach_the_terminal_as_it_is(repo: Repo) -> None:
    repo.tag("churn@v1.0.0", message="\x1b[31mred")

    assert "\x1b" not in tagwarden(repo.path, "history").out


def test_gto_reads_the_registry_of_these_tests(registry: Repo) -> None:
    with GitRegistry.from_url(str(registry.path)) as state:
        assert sorted(state.get_artifacts()) == ["churn", "cv:seg", "old"]


def test_a_commit_that_is_dated_after_a_deprecation_takes_the_model_up_again_as_for_gto(repo: Repo) -> None:
    commit = repo.git("rev-parse", "HEAD")
    dated = int(repo.git("log", "-1", "--format=%ct"))
    repo.tag("churn@v1.0.0", at=dated - 20)
    repo.tag("churn@deprecated", at=dated - 10)

    assert tagwarden(repo.path, "show", "--json").json["models"][0]["deprecated"] is False
    assert tagwarden(repo.path, "resolve", "churn@latest", "--commit").out.strip() == commit
    assert "v1.0.0" in tagwarden(repo.path, "show", "churn").out
    assert "churn v1.0.0: active" in tagwarden(repo.path, "show", "churn@latest").out
    assert tagwarden(repo.path, "resolve", "churn@v1.0.0", "--event").out == "v1.0.0\n"
    assert tagwarden(repo.path, "resolve", "churn@deprecated", "--json").json["current"] is False
    assert tagwarden(repo.path, "diff", "churn@latest", "churn@v1.0.0").status == 0
    unknown = tagwarden(repo.path, "verify", str(repo.path / ".git" / "HEAD"), "churn@latest")
    assert "says what the artifact of churn v1.0.0 is" in unknown.err
    assert list(gto.api.show(str(repo.path))) == ["churn"]
    assert tagwarden(repo.path, "deprecate", "churn").status == 0
    assert list(gto.api.show(str(repo.path))) == []
    assert tagwarden(repo.path, "deprecate", "churn").status == 1
