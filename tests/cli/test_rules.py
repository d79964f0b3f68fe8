"""`tagwarden rules`: what is listed, by which policy, and what is told about one rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Repo, Server
from tagwarden.cli.run import run

ORDER_OFF = 'rules.version-order = "off"\n'


@pytest.fixture
def listed(capsys: pytest.CaptureFixture[str]):
    """The severities that are listed for a folder, and the policy that is named."""

    def look(folder: Path) -> tuple[dict[str, str], str]:
        assert run(["-C", str(folder), "rules", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        return {row["rule"]: row["severity"] for row in document["rules"]}, document["policy"]["source"]

    return look


def test_outside_of_a_repository_the_built_in_severities_are_listed(listed, tmp_path: Path) -> None:
    severities, policy = listed(tmp_path)

    assert policy == "built-in"
    assert severities["version-order"] == "error"
    assert severities["target-branch"] == "off"


def test_a_clone_goes_by_its_work_tree_until_the_remote_has_a_policy(listed, new_server) -> None:
    server: Server = new_server(hook=None)
    clone = server.clone()
    (clone.path / "tagwarden.toml").write_text('rules.version-step = "warning"\n')
    severities, policy = listed(clone.path)
    assert (policy, severities["version-step"]) == ("tagwarden.toml", "warning")

    server.commit_on_main({"tagwarden.toml": ORDER_OFF})
    clone.git("fetch", "--quiet")
    severities, policy = listed(clone.path)
    assert policy == "refs/remotes/origin/HEAD:tagwarden.toml"
    assert (severities["version-order"], severities["version-step"]) == ("off", "off")


def test_a_clone_goes_by_the_remote_that_it_pushes_to(listed, new_server) -> None:
    server: Server = new_server(hook=None)
    clone = server.clone()
    server.commit_on_main({"tagwarden.toml": ORDER_OFF})
    clone.git("remote", "rename", "origin", "upstream")
    clone.git("fetch", "--quiet", "upstream")
    clone.git("remote", "set-head", "upstream", "main")
    clone.git("config", "remote.pushDefault", "upstream")

    assert listed(clone.path)[1] == "refs/remotes/upstream/HEAD:tagwarden.toml"


def test_a_bare_repository_goes_by_its_head(listed, new_server) -> None:
    server: Server = new_server(hook=None)
    server.commit_on_main({"tagwarden.toml": ORDER_OFF})

    severities, policy = listed(server.path)
    assert (policy, severities["version-order"]) == ("HEAD:tagwarden.toml", "off")


def test_a_policy_with_mistakes_can_not_be_judged_by(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    (repo.path / "tagwarden.toml").write_text("colour = 1\nmodus = 2\n")

    assert run(["-C", str(repo.path), "rules"]) == 3
    said = capsys.readouterr().err
    assert "colour" in said
    assert "modus" in said


def test_one_rule_is_explained_with_its_severity_keys_and_examples(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo.path / "tagwarden.toml").write_text(ORDER_OFF)

    assert run(["-C", str(repo.path), "rules", "version-order"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("version-order (off here)\n")
    assert "Fix: " in page
    assert "versions.order" in page
    assert "refused: " in page
    assert "accepted: " in page


def test_an_explanation_is_one_json_document_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "rules", "version-order", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["rule"], document["severity"]) == (1, "version-order", "error")
    assert {example["refused"] for example in document["examples"]} == {True, False}


def test_an_unknown_rule_is_not_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "rules", "no-such-rule"]) == 1

    assert "there is no rule 'no-such-rule'" in capsys.readouterr().err
