"""`audit`: every tag that exists, judged in the order of time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.played_examples import run_printed
from tagwarden.cli.progress import Progress
from tagwarden.repository.judging.pipeline import MOST_COMPARED


def test_honest_history_is_accepted(repo: Repo) -> None:
    for version in ("v0.0.1", "v0.0.2"):
        repo.commit()
        repo.tag(f"churn@{version}")
        repo.tag(f"churn#prod#{version[-1]}")
    repo.tag("churn@deprecated")
    repo.tag("release-2024")

    ran = tagwarden(repo.path, "audit")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "tagwarden: accepted: 5 tags judged; policy: built-in\n"


def test_a_tag_that_is_ignored_stands_for_those_that_need_it(repo: Repo) -> None:
    (repo.path / "tagwarden.toml").write_text('[scope]\nignore = ["churn@v1.*"]\n')
    repo.tag("churn@v1.0.0")
    repo.tag("churn#prod")

    ran = tagwarden(repo.path, "audit")

    assert (ran.status, ran.out.count("1 tag judged")) == (0, 1)


def test_what_stands_gets_no_fix_that_moves_it(repo: Repo) -> None:
    repo.lightweight("churn@v1.0.0")
    repo.tag("churn@v2.0.0")
    repo.tag("churn#prod", repo.commit())

    fixes = {one["tag"]: one["fix"] for one in tagwarden(repo.path, "audit", "--json").json["findings"]}

    assert fixes == {"churn@v1.0.0": "git tag -d churn@v1.0.0", "churn#prod": None}


def test_every_violation_is_listed_and_counted(repo: Repo) -> None:
    repo.tag("churn@v1.0.0")
    repo.lightweight("churn@v1.1.0")
    repo.tag("churn@1.2.0")
    repo.tag("churn#prod!#1")

    ran = tagwarden(repo.path, "audit")

    assert ran.status == 1
    *counts, way_out = ran.out.splitlines()[-4:]
    assert counts == ["     1  tag-name", "     1  annotated", "     1  state-exists"]
    assert "`tagwarden audit --plan` prints a script" in way_out
    document = tagwarden(repo.path, "audit", "--json").json
    assert document["counts"] == {"tag-name": 1, "annotated": 1, "state-exists": 1}
    assert document["accepted"] is False
    assert "::error title=annotated" in tagwarden(repo.path, "audit", "--format", "github").out


def test_a_lower_version_is_a_warning_for_the_pushes_are_not_known(repo: Repo) -> None:
    repo.tag("churn@v2.0.0")
    repo.commit()
    repo.tag("churn@v1.0.0")

    ran = tagwarden(repo.path, "audit")

    assert ran.status == 0
    assert "warning [version-order]" in ran.out


def test_events_are_taken_in_the_order_of_their_times(repo: Repo) -> None:
    repo.tag("churn@v1.0.0", at=1_700_000_100)
    repo.tag("churn#prod#1", at=1_700_000_200)
    repo.tag("churn#prod!#2", at=1_700_000_300)
    repo.tag("churn#prod#3", at=1_700_000_400)
    assert tagwarden(repo.path, "audit").status == 0

    repo.tag("churn#dev!#4", at=1_700_000_200)
    repo.tag("churn#dev#5", at=1_700_000_300)
    assert "[state-exists] 'churn#dev!#4'" in tagwarden(repo.path, "audit").out


def test_replaced_objects_are_reported(repo: Repo) -> None:
    repo.tag("churn@v1.0.0")
    repo.git("replace", repo.git("rev-parse", "HEAD"), repo.git("commit-tree", "-m", "x", "HEAD^{tree}"))

    ran = tagwarden(repo.path, "audit")

    assert ran.status == 1
    assert "[replace-refs]" in ran.out


def test_what_stands_is_wrong_in_mode_evaluate_too(repo: Repo) -> None:
    repo.commit({"tagwarden.toml": 'mode = "evaluate"\n'})
    repo.tag("churn@v1.0.0")
    assert tagwarden(repo.path, "audit").status == 0

    repo.lightweight("churn@v1.1.0")
    ran = tagwarden(repo.path, "audit")
    found = tagwarden(repo.path, "audit", "--json").json

    assert ran.status == 1
    assert "tagwarden: refused: 1 error" in ran.out
    assert 'note: the policy\'s mode is "evaluate"' in ran.out
    assert (found["accepted"], found["mode"]) == (False, "enforce")


def test_a_bare_repository_is_judged_by_the_policy_of_its_server(server: Server) -> None:
    server.commit_on_main({"tagwarden.toml": "[versions]\nprerelease = false\n"})
    server.tag("churn@v1.0.0-rc.1", "main")

    ran = tagwarden(server.path.parent, "audit", str(server.path))

    assert ran.status == 1
    assert "[version-form]" in ran.out
    assert "policy: HEAD:tagwarden.toml" in ran.out


def test_another_policy_can_be_tried(repo: Repo, tmp_path: Path) -> None:
    repo.tag("churn@v1.0.0")
    policy = tmp_path / "strict.toml"
    policy.write_text('[models]\nnames = ["fraud"]\n')

    assert tagwarden(repo.path, "audit", "--policy", str(policy)).status == 1
    assert tagwarden(repo.path, "audit", "--policy", str(tmp_path / "none.toml")).status == 1
    policy.write_text("models = 1\n")
    assert tagwarden(repo.path, "audit", "--policy", str(policy)).status == 3


def test_what_is_no_repository_cannot_be_judged(tmp_path: Path) -> None:
    assert tagwarden(tmp_path, "audit", str(tmp_path)).status == 3
    ran = tagwarden(tmp_path, "audit", "--json")
    assert ran.status == 3
    assert json.loads(ran.out)["accepted"] is False


def test_a_clone_without_tags_is_told_where_there_may_be_some(server: Server) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    clone.push("churn@v1.0.0")
    clone.git("tag", "-d", "churn@v1.0.0")

    ran = tagwarden(clone.path, "audit")

    assert (ran.status, ran.out.splitlines()[-1]) == (0, "tagwarden: accepted: no tag judged; policy: built-in")
    assert run_printed(ran.out.partition("may have some: ")[2].splitlines()[0], clone).returncode == 0
    assert "may have some" not in tagwarden(clone.path, "audit").out


def test_progress_is_shown_on_a_terminal_after_a_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr(os, "isatty", lambda _: True)
    with Progress("judged {} of {} tags") as progress:
        progress(1, 3)
        assert capsys.readouterr().err == ""
        now[0] = 2
        progress(2, 3)
        progress(3, 3)
        assert capsys.readouterr().err == "\rjudged 2 of 3 tags"
    assert capsys.readouterr().err == f"\r{' ' * 18}\r"


def test_nothing_but_the_report_is_written_where_there_is_no_terminal(repo: Repo) -> None:
    repo.tag("churn@v1.0.0")
    command = [sys.executable, "-I", "-m", "tagwarden.cli", "audit"]
    ran = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=True)

    assert ran.stderr == ""


def test_of_two_versions_in_one_second_the_lower_is_taken_for_the_earlier(repo: Repo) -> None:
    repo.tag("churn@v1.0.0-rc.1", at=1_700_000_100)
    repo.commit()
    repo.tag("churn@v1.0.0", at=1_700_000_100)

    assert tagwarden(repo.path, "audit", "--json").json["findings"] == []


class TestBaseline:
    @pytest.fixture
    def known(self, repo: Repo, tmp_path: Path) -> str:
        """A baseline of a repository in which one tag is wrong."""
        repo.tag("churn@v1.0.0")
        repo.lightweight("churn@v1.1.0")
        path = str(tmp_path / "known.txt")
        assert tagwarden(repo.path, "audit", "--write-baseline", path).status == 0
        return path

    def test_what_is_known_no_longer_counts(self, repo: Repo, known: str) -> None:
        oid = repo.git("rev-parse", "churn@v1.1.0")
        assert Path(known).read_text().splitlines()[1:] == [f"annotated {oid} refs/tags/churn@v1.1.0"]

        ran = tagwarden(repo.path, "audit", "--baseline", known)
        found = tagwarden(repo.path, "audit", "--baseline", known, "--json").json

        assert ran.status == 0
        assert f"note: known findings that don't count: 1, by '{known}'" in ran.out
        assert (found["accepted"], found["findings"], found["known"], found["outdated"]) == (True, [], 1, 0)

    def test_what_is_new_or_has_changed_counts(self, repo: Repo, known: str) -> None:
        repo.commit()
        repo.lightweight("churn@v1.1.0")
        repo.lightweight("churn@v1.2.0")

        found = tagwarden(repo.path, "audit", "--baseline", known, "--json")

        assert (found.status, found.json["counts"], found.json["outdated"]) == (1, {"annotated": 2}, 1)

    def test_only_a_baseline_is_written_over(self, repo: Repo, known: str, tmp_path: Path) -> None:
        assert tagwarden(repo.path, "audit", "--write-baseline", known).status == 0
        policy = tmp_path / "tagwarden.toml"
        policy.write_text("[versions]\n")

        ran = tagwarden(repo.path, "audit", "--write-baseline", str(policy))

        assert (ran.status, policy.read_text()) == (3, "[versions]\n")
        assert "is not a baseline" in ran.err

    def test_a_file_that_is_none_is_no_answer(self, repo: Repo, known: str) -> None:
        Path(known).write_text("no\n")
        assert "line 1 is not a rule" in tagwarden(repo.path, "audit", "--baseline", known).err
        assert tagwarden(repo.path, "audit", "--baseline", known).status == 3
        assert "--write-baseline" in tagwarden(repo.path, "audit", "--baseline", f"{known}.gone").err
        assert tagwarden(repo.path, "audit", "--baseline", known, "--write-baseline", known).status == 2


def test_of_a_version_that_was_taken_back_and_registered_again_the_later_tag_is_at_fault(repo: Repo) -> None:
    for tag in ("churn@v1.0.0", "churn#prod", "churn@v1.0.0!", "churn@v1.0.0#3", "churn#prod#4"):
        repo.tag(tag)

    findings = tagwarden(repo.path, "audit", "--json").json["findings"]

    assert {finding["tag"] for finding in findings} == {"churn@v1.0.0#3"}


def test_a_deregistration_that_is_dated_before_its_only_registration_is_at_fault(repo: Repo) -> None:
    repo.tag("churn@v1.0.0!", at=1_700_000_100)
    repo.tag("churn@v1.0.0", at=1_700_000_200)

    findings = tagwarden(repo.path, "audit", "--json").json["findings"]

    assert ("event-time", "churn@v1.0.0!") in {(finding["rule"], finding["tag"]) for finding in findings}


def test_a_server_is_audited_by_its_site_policy_too(server: Server, clone: Repo, tmp_path: Path) -> None:
    clone.tag("m@v1.0.0-rc.1")
    assert clone.push("m@v1.0.0-rc.1").ok
    site = tmp_path / "site.toml"
    site.write_text("[versions]\nprerelease = false\n")
    server.git("config", "tagwarden.sitePolicy", f"file:{site}")

    ran = tagwarden(server.path, "audit", "--json")

    assert ran.status == 1
    assert [(one["rule"], one["severity"]) for one in ran.json["findings"]] == [("version-form", "error")]
    assert ran.json["judged"] == 1
    assert ran.json["notes"] == [f"the site policy also judges: file:{site}"]


def test_of_what_both_policies_find_the_more_severe_is_told_once(server: Server, clone: Repo, tmp_path: Path) -> None:
    server.commit_on_main({"tagwarden.toml": '[rules]\nannotated = "warning"\n'})
    clone.lightweight("m@v1.0.0")
    server.git("fetch", "--quiet", str(clone.path), "refs/tags/*:refs/tags/*")
    site = tmp_path / "site.toml"
    site.write_text('[rules]\nannotated = "error"\n')
    server.git("config", "tagwarden.sitePolicy", f"file:{site}")

    ran = tagwarden(server.path, "audit", "--json")

    assert [(one["rule"], one["severity"]) for one in ran.json["findings"]] == [("annotated", "error")]


def test_no_step_of_a_plan_breaks_the_site_policy(server: Server, clone: Repo, tmp_path: Path) -> None:
    clone.lightweight("m@v1.0.0")
    server.git("fetch", "--quiet", str(clone.path), "refs/tags/*:refs/tags/*")
    before = tagwarden(server.path, "audit", "--plan").out
    site = tmp_path / "site.toml"
    site.write_text('[message]\npattern = "TICKET-[0-9]+: .*"\n')
    server.git("config", "tagwarden.sitePolicy", f"file:{site}")

    plan = tagwarden(server.path, "audit", "--plan").out

    assert "make m@v1.0.0 " in before
    assert "It is not recreated: the message of 'm@v1.0.0'" in plan
    assert "refs/tags/m@v1.0.0" in plan, "to be deleted"
    assert "make m@" not in plan


def test_a_plan_is_for_what_only_the_site_policy_finds_too(server: Server, clone: Repo, tmp_path: Path) -> None:
    server.commit_on_main({"tagwarden.toml": '[rules]\nannotated = "off"\ntarget-commit = "off"\n'})
    clone.lightweight("m@v1.0.0")
    server.git("fetch", "--quiet", str(clone.path), "refs/tags/*:refs/tags/*")
    assert "make m@" not in tagwarden(server.path, "audit", "--plan").out
    site = tmp_path / "site.toml"
    site.write_text('[rules]\nannotated = "error"\n')
    server.git("config", "tagwarden.sitePolicy", f"file:{site}")

    assert "make m@v1.0.0 " in tagwarden(server.path, "audit", "--plan").out


def test_a_gto_file_that_gto_can_not_read_is_told(repo: Repo) -> None:
    (repo.path / ".gto").write_text("stages: [dev, {qa: 1}]\n")
    repo.git("add", ".gto")
    repo.commit()
    server = Repo.init(repo.path.parent / "audited.git", "--bare")
    repo.git("push", "--quiet", str(server.path), "main")

    notes = tagwarden(server.path, "audit", "--json").json["notes"]

    assert [note.partition(" in commit ")[0] for note in notes] == ["GTO can't read .gto"]


def test_no_fix_deletes_what_a_package_manager_may_have_tagged(repo: Repo) -> None:
    packages = ["ai@6.0.68", "lodash.merge@4.6.2", *(f"pkg-{number}@1.0.0" for number in range(MOST_COMPARED))]
    for tag in ("churn@v1.0.0", "churn@1.1.0", *packages):
        repo.tag(tag)

    found = {one["tag"]: one for one in tagwarden(repo.path, "audit", "--json").json["findings"]}

    assert {tag: one["fix"] for tag, one in found.items()} == {
        "churn@1.1.0": "git tag -d churn@1.1.0",
        **dict.fromkeys(packages),
    }
    assert found["lodash.merge@4.6.2"]["message"].endswith(
        'If a package manager such as npm writes such tags, set `scope.ignore = ["lodash.merge@[0-9]*"]`; '
        "if none does, delete it: `git tag -d lodash.merge@4.6.2`"
    )
