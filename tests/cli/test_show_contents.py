"""`show MODEL@VERSION`, and the columns of the metrics that the policy names."""

from __future__ import annotations

import json

import pytest

from support import Repo
from support.command_line import tagwarden

SHA = "ab" * 32


@pytest.fixture
def registry(repo: Repo) -> Repo:
    """churn: v1.0.0 with metrics in a file, v1.1.0 (prod) with some in its tag, too; the policy names two."""
    repo.commit(
        {
            "tagwarden.toml": '[show]\nmetrics = ["AUC", "by.loss"]\n',
            "artifacts.yaml": "churn: {path: m.bin, type: model}\n",
            "m.bin": "x" * 7,
            "metrics.json": '{"AUC": 0.9, "by": {"loss": 0.1}}',
            "params.yaml": "lr: 0.5\n",
        }
    )
    repo.tag("churn@v1.0.0")
    repo.commit({"metrics.json": "{broken"})
    repo.tag("churn@v1.1.0", message=f"Better\n\nMetric: AUC=0.95\nArtifact: sha256:{SHA} m.bin\nReviewed-by: Ada")
    repo.tag("churn#prod#1")
    return repo


def test_a_version_is_shown_with_what_it_holds_and_what_says_so(registry: Repo) -> None:
    oid = registry.git("rev-parse", "HEAD:m.bin")
    ran = tagwarden(registry.path, "show", "churn#prod")

    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["churn", "v1.1.0:", "active,", "in", "prod"]
    assert lines[2] == ["commit", registry.git("rev-parse", "HEAD")]
    assert lines[4:] == [
        ["WHAT", "NAME", "VALUE", "SOURCE"],
        ["artifact", "m.bin", f"sha256:{SHA}", f"git:{oid}", "(7", "bytes)", "tag"],
        ["metric", "AUC", "0.95", "tag"],
        ["param", "lr", "0.5", "params.yaml"],
        ["trailer", "Reviewed-by", "Ada", "tag"],
    ]
    assert "note: 'metrics.json' was not read: it is not JSON" in ran.err


def test_the_command_that_made_it_is_shown_on_one_line_whatever_stands_in_it(repo: Repo) -> None:
    commands = ["python train.py\n--fast", "echo \x1b[2J\u202e"]
    lock = {"schema": "2.0", "stages": {"train": {"cmd": commands, "outs": [{"path": "m.pkl", "md5": "1" * 32}]}}}
    pipeline = {"artifacts": {"churn": {"path": "m.pkl"}}, "stages": {"train": {"cmd": commands}}}
    repo.commit({"dvc.yaml": json.dumps(pipeline), "dvc.lock": json.dumps(lock)})
    repo.tag("churn@v1.0.0")

    shown = tagwarden(repo.path, "show", "churn@v1.0.0").out
    document = tagwarden(repo.path, "show", "churn@v1.0.0", "--json").json

    assert r"command   train  python train.py\n--fast\necho \x1b[2J\u202e" in shown
    assert document["dvc_command"] == {"name": "train", "value": "\n".join(commands), "told_by": "dvc.lock"}


@pytest.mark.parametrize("query", ["churn@v1.0.0", "churn@1.0.x", "refs/tags/churn@v1.0.0"])
def test_whatever_resolve_takes_names_the_version(registry: Repo, query: str) -> None:
    document = tagwarden(registry.path, "show", query, "--json").json

    assert (document["model"], document["version"], document["in_stages"]) == ("churn", "v1.0.0", [])
    assert document["metrics"] == [
        {"name": "AUC", "value": 0.9, "told_by": "metrics.json"},
        {"name": "by.loss", "value": 0.1, "told_by": "metrics.json"},
    ]


def test_a_version_that_was_deregistered_is_shown_by_its_tag(registry: Repo) -> None:
    registry.tag("churn@v1.0.0!", "churn@v1.0.0^{commit}")

    assert tagwarden(registry.path, "show", "churn@v1.0.0").status == 1
    assert tagwarden(registry.path, "show", "refs/tags/churn@v1.0.0").out.startswith("churn v1.0.0: deregistered\n")


def test_what_names_no_version_is_refused(registry: Repo) -> None:
    registry.tag("churn#dev", registry.commit())

    for query, said in (
        ("churn@v9.0.0", "'churn' has no version v9.0.0"),
        ("churn@9.0", "is not a model tag"),
        ("churn#dev", "which has no version"),
        ("other@latest", "there is no model 'other'"),
    ):
        ran = tagwarden(registry.path, "show", query)
        assert (ran.status, ran.out) == (1, "")
        assert said in ran.err


def test_each_version_has_a_column_for_each_metric_of_the_policy(registry: Repo) -> None:
    lines = [line.split() for line in tagwarden(registry.path, "show", "churn").out.splitlines()]
    versions = tagwarden(registry.path, "show", "churn", "--json").json["versions"]

    assert lines[0][-2:] == ["AUC", "by.loss"]
    assert [line[-2:] for line in lines[1:]] == [["0.95", "-"], ["0.9", "0.1"]]
    assert [[one["value"] for one in version["metrics"]] for version in versions] == [[0.95], [0.9, 0.1]]


def test_each_model_has_them_of_its_latest_version(registry: Repo) -> None:
    lines = [line.split() for line in tagwarden(registry.path, "show").out.splitlines()]

    assert lines == [
        ["MODEL", "LATEST", "VERSIONS", "#prod", "AUC", "by.loss"],
        ["churn", "v1.1.0", "2", "v1.1.0", "0.95", "-"],
    ]


def test_a_metric_that_two_files_have_differently_is_named_with_its_file(repo: Repo) -> None:
    repo.commit(
        {
            "dvc.yaml": "metrics: [a.json, b.json]\n",
            "a.json": '{"AUC": 1}',
            "b.json": '{"AUC": 2}',
            "tagwarden.toml": '[show]\nmetrics = ["AUC", "b.json:AUC"]\n',
        }
    )
    repo.tag("m@v1.0.0")

    assert tagwarden(repo.path, "show", "m").out.split()[-2:] == ["-", "2"]


def test_of_a_url_only_the_tag_is_told(registry: Repo) -> None:
    document = tagwarden(registry.path, "show", "churn@v1.1.0", "-r", registry.path.as_uri(), "--json").json

    assert document["metrics"] == [{"name": "AUC", "value": 0.95, "told_by": "tag"}]
    assert "of a URL only the tags are fetched, so the files of the commit are not known" in document["notes"]


def test_what_a_version_held_is_shown_as_it_stood(registry: Repo) -> None:
    ran = tagwarden(registry.path, "show", "churn@latest", "--at", "now", "--json").json

    assert (ran["version"], ran["by"]) == ("v1.1.0", "tagger")
