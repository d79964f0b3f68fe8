"""`diff`: what changed between two versions, as text, JSON and Markdown; and when it exits with 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo
from support.command_line import tagwarden

SHA = "ab" * 32


@pytest.fixture
def registry(repo: Repo) -> Repo:
    """churn: v1.0.0 (prod) and v1.1.0, with another model file, parameter and AUC; a|b stays as it is."""
    policy = '[metrics.AUC]\nbetter = "higher"\n[metrics."by.loss"]\nbetter = "lower"\n'
    repo.commit(
        {
            "tagwarden.toml": policy,
            "artifacts.yaml": "churn: {path: m.bin}\n",
            "m.bin": "old",
            "metrics.json": '{"AUC": 0.9, "by": {"loss": 0.3}}',
            "params.yaml": 'lr: 0.1\n"a|b": 1\n',
        }
    )
    repo.tag("churn@v1.0.0")
    repo.tag("churn#prod#1")
    repo.commit({"m.bin": "newer", "metrics.json": '{"AUC": 0.95, "by": {"loss": 0.1}}'})
    repo.commit({"params.yaml": 'lr: 0.3\n"a|b": 1\n'})
    repo.tag("churn@v1.1.0", message="Better\n\nReviewed-by: Ada|Bob")
    return repo


def test_what_changed_is_told_side_by_side(registry: Repo) -> None:
    ran = tagwarden(registry.path, "diff", "churn#prod", "churn@latest")
    ids = [registry.git("rev-parse", f"{tag}:m.bin") for tag in ("churn@v1.0.0", "churn@v1.1.0")]
    commits = [registry.git("rev-parse", f"{tag}^{{commit}}")[:12] for tag in ("churn@v1.0.0", "churn@v1.1.0")]

    assert ran.status == 0
    assert [line.split() for line in ran.out.splitlines()] == [
        ["WHAT", "NAME", "churn", "v1.0.0", "churn", "v1.1.0", "CHANGE"],
        ["artifact", "git", f"git:{ids[0][:12]}", f"git:{ids[1][:12]}", "-"],
        ["artifact", "size", "3", "5", "+2"],
        ["code", "commit", *commits, "-"],
        ["code", "commits", "-", "+2", "-0", "-"],
        ["code", "m.bin", "-", "changed", "-"],
        ["code", "metrics.json", "-", "changed", "-"],
        ["code", "params.yaml", "-", "changed", "-"],
        ["param", "lr", "0.1", "0.3", "+0.2"],
        ["metric", "AUC", "0.9", "0.95", "+0.05"],
        ["metric", "by.loss", "0.3", "0.1", "-0.2"],
        ["trailer", "Reviewed-by", "-", "Ada|Bob", "-"],
    ]


def test_what_became_worse_is_marked_and_the_exit_status(registry: Repo) -> None:
    ran = tagwarden(registry.path, "diff", "churn@v1.1.0", "churn@v1.0.0")
    document = tagwarden(registry.path, "diff", "churn@v1.1.0", "churn@v1.0.0", "--json").json

    assert ran.status == 1
    assert "-0.05 (worse)" in ran.out
    assert {one["name"] for one in document["changes"] if one["worse"]} == {"AUC", "by.loss"}


def test_json_has_whole_digests_and_numbers(registry: Repo) -> None:
    document = tagwarden(registry.path, "diff", "churn@v1.0.0", "churn@v1.1.0", "--json").json
    changes = {(one["what"], one["name"]): one for one in document["changes"]}

    assert (document["from"]["version"], document["to"]["tag"]) == ("v1.0.0", "churn@v1.1.0")
    assert changes["artifact", "git"]["old"] == f"git:{registry.git('rev-parse', 'churn@v1.0.0:m.bin')}"
    assert changes["metric", "AUC"] == {
        "what": "metric", "name": "AUC", "old": 0.9, "new": 0.95, "diff": 0.05, "worse": False,
    }  # fmt: skip
    assert ("param", "a|b") not in changes


def test_all_shows_what_is_the_same_too_and_markdown_keeps_its_table(registry: Repo) -> None:
    ran = tagwarden(registry.path, "diff", "churn@v1.0.0", "churn@v1.1.0", "--all", "--format", "markdown")
    lines = ran.out.splitlines()

    assert "| `param` | `a\\|b` | `1` | `1` | `0` |" in lines
    assert "| `trailer` | `Reviewed-by` | - | `Ada\\|Bob` | - |" in lines
    assert lines[1] == "| --- | --- | --- | --- | --- |"


def test_two_that_hold_the_same_are_told_to(registry: Repo) -> None:
    ran = tagwarden(registry.path, "diff", "churn#prod", "churn@v1.0.0")

    assert ran == (0, "", "churn v1.0.0 and churn v1.0.0 hold the same, as far as known\n")


def test_of_a_url_the_tags_are_compared(registry: Repo) -> None:
    document = tagwarden(
        registry.path, "diff", "churn@v1.0.0", "churn@v1.1.0", "-r", registry.path.as_uri(), "--json"
    ).json

    assert [one["what"] for one in document["changes"]] == ["trailer"]
    assert any("only the tags are fetched" in note for note in document["notes"])


def test_versions_are_those_of_the_time_that_is_asked_for(registry: Repo) -> None:
    ran = tagwarden(registry.path, "diff", "churn@stable", "churn#prod", "--at", "now", "--json")

    assert ran.json["by"] == "tagger"
    assert ran.json["from"]["version"] == "v1.1.0"


def test_a_version_that_is_not_there_is_refused(registry: Repo) -> None:
    ran = tagwarden(registry.path, "diff", "churn@v1.0.0", "churn@v9.0.0")

    assert (ran.status, ran.out) == (1, "")
    assert "'churn' has no version v9.0.0" in ran.err


def test_a_shallow_clone_does_not_count_commits(registry: Repo, tmp_path: Path) -> None:
    url = registry.path.as_uri()
    registry.git("clone", "--quiet", "--depth=1", url, str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow")
    shallow.git("fetch", "--quiet", "--depth=1", "--tags")

    ran = tagwarden(shallow.path, "diff", "churn@v1.0.0", "churn@v1.1.0", "--offline")

    assert ran.status == 0
    assert "note: this clone is shallow, so how many commits lie between is not known" in ran.err
    assert "commits" not in ran.out
