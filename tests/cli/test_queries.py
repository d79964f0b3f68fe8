"""What `resolve` answers beyond the latest version: @stable, lines, --on a commit, --all of a stage."""

from __future__ import annotations

import pytest

from support import Repo
from support.command_line import tagwarden


@pytest.fixture
def registry(repo: Repo) -> Repo:
    """churn: v1.0.0 (prod), v1.2.3 (prod, the newest), v1.2.4-rc.1, v1.10.0 (taken back), v2.0.0-rc.1."""
    for version in ("v1.0.0", "v1.2.3", "v1.2.4-rc.1", "v1.10.0", "v2.0.0-rc.1"):
        repo.commit(message=version)
        repo.tag(f"churn@{version}")
    repo.tag("churn@v1.10.0!", "churn@v1.10.0^{commit}")
    repo.tag("churn#prod#1", "churn@v1.0.0^{commit}")
    repo.tag("churn#prod#2", "churn@v1.2.3^{commit}")
    return repo


@pytest.mark.parametrize(
    ("query", "version"),
    [
        ("churn@latest", "v2.0.0-rc.1"),
        ("churn@stable", "v1.2.3"),
        ("churn@1.x", "v1.2.4-rc.1"),
        ("churn@v1.x", "v1.2.4-rc.1"),
        ("churn@1.0.x", "v1.0.0"),
        ("churn@1.2.x", "v1.2.4-rc.1"),
        ("churn@2.x", "v2.0.0-rc.1"),
    ],
)
def test_the_greatest_of_some_versions(registry: Repo, query: str, version: str) -> None:
    assert tagwarden(registry.path, "resolve", query).out == f"{version}\n"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("churn@3.x", "no version of 'churn' is active in the line 3.x; the latest is v2.0.0-rc.1"),
        ("churn@1.10.x", "no version of 'churn' is active in the line 1.10.x"),
        ("other@stable", "there is no model 'other'"),
        ("churn@01.x", "'churn@01.x' is not a model tag"),
        ("churn@1.2.3.x", "'churn@1.2.3.x' is not a model tag"),
        ("churn@latst", "'latst' is not a version (in 'latst'); 'churn@latest' may have been meant"),
        ("churn@Stable", "'churn@stable' may have been meant"),
        ("churn", "is not a query: write MODEL@latest, MODEL@stable, MODEL@1.x,"),
    ],
)
def test_where_there_is_none_it_is_said_and_nothing_printed(registry: Repo, query: str, said: str) -> None:
    ran = tagwarden(registry.path, "resolve", query)

    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err


def test_a_model_of_pre_releases_only_has_no_stable_version(repo: Repo) -> None:
    repo.tag("m@v1.0.0-rc.1")

    assert "every active version of 'm' is a pre-release; the latest is v1.0.0-rc.1" in (
        tagwarden(repo.path, "resolve", "m@stable").err
    )

    repo.tag("m@v1.0.0-rc.1!")
    assert "no version of 'm' is active\n" in tagwarden(repo.path, "resolve", "m@stable").err


def test_a_message_names_the_build_that_is_the_latest(repo: Repo) -> None:
    for build in "dbeacf":
        repo.commit()
        repo.tag(f"m@v1.0.0+{build}")

    assert tagwarden(repo.path, "resolve", "m@latest").out == "v1.0.0+f\n"
    assert "'m' has no version v2.0.0; the latest is v1.0.0+f" in tagwarden(repo.path, "resolve", "m@v2.0.0").err
    choice = "v1.0.0+f, v1.0.0+c, v1.0.0+a, v1.0.0+e, v1.0.0+b or one of 1 older"
    assert choice in tagwarden(repo.path, "deregister", "m", "v2.0.0").err


def test_the_version_on_a_commit(registry: Repo) -> None:
    on = registry.git("rev-parse", "churn@v1.2.3^{commit}")

    assert tagwarden(registry.path, "resolve", "churn", "--on", "HEAD").out == "v2.0.0-rc.1\n"
    assert tagwarden(registry.path, "resolve", "churn", "--on", "churn@v1.2.3", "--tag").out == "churn@v1.2.3\n"
    assert tagwarden(registry.path, "resolve", "churn", "--on", on, "-r", registry.path.as_uri()).out == "v1.2.3\n"


def test_a_commit_without_an_active_version_has_none(registry: Repo) -> None:
    taken_back = tagwarden(registry.path, "resolve", "churn", "--on", "churn@v1.10.0")
    registry.commit()
    bare = tagwarden(registry.path, "resolve", "churn", "--on", "HEAD")
    unknown = tagwarden(registry.path, "resolve", "churn", "--on", "nowhere")

    assert [one.status for one in (taken_back, bare, unknown)] == [1, 1, 1]
    assert "no active version of 'churn' is on commit" in taken_back.err
    assert "no active version of 'churn' is on commit" in bare.err
    assert "there is no commit 'nowhere' here" in unknown.err


def test_all_that_a_stage_holds_the_one_that_counts_first(registry: Repo) -> None:
    document = tagwarden(registry.path, "resolve", "churn#prod", "--all", "--json").json

    assert tagwarden(registry.path, "resolve", "churn#prod", "--all").out == "v1.2.3\nv1.0.0\n"
    assert [(one["version"], one["tag"], one["current"]) for one in document["answers"]] == [
        ("v1.2.3", "churn#prod#2", True),
        ("v1.0.0", "churn#prod#1", False),
    ]
    assert tagwarden(registry.path, "resolve", "churn#qa", "--all").status == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["churn@latest", "--all"], "--all needs a query of the form MODEL#STAGE"),
        (["churn", "--on", "HEAD", "--all"], "--all needs a query of the form MODEL#STAGE"),
        (["churn#prod#1", "--event", "--all"], "--event can't be combined with --all or --on"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(registry: Repo, args: list[str], said: str) -> None:
    ran = tagwarden(registry.path, "resolve", *args)

    assert ran.status == 2
    assert said in ran.err


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("churn@v1.10.0!", "churn@v1.10.0! withdraws v1.10.0; what is to be deployed is told by"),
        ("churn#prod!#3", "churn#prod!#3 takes v1.2.3 out of 'prod'; what is to be deployed is told by"),
        ("churn@v1.10.0", "churn@v1.10.0 no longer holds; what is to be deployed is told by"),
        ("churn#prod#1", None),
    ],
)
def test_of_a_tag_that_deploys_nothing_it_is_said(registry: Repo, tag: str, said: str | None) -> None:
    registry.tag("churn#prod!#3", "churn@v1.2.3^{commit}")

    ran = tagwarden(registry.path, "resolve", f"refs/tags/{tag}", "--json")

    assert ran.status == 0
    assert (said in ran.err and said in ran.json["notes"][0]) if said else (ran.err, ran.json["notes"]) == ("", [])
