"""Commands that make tags beside a remote: what counts, what a stage holds afterwards, and pushes that fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.hook_files import hook_at


def ok(repo: Repo, *args: str) -> str:
    """The tag that the command made."""
    ran = tagwarden(repo.path, *args)
    assert ran.status == 0, ran.err
    return ran.out.strip()


class TestWhatOnlyTheCloneHas:
    @pytest.fixture
    def leftover(self, server: Server, clone: Repo) -> Repo:
        """A clone with a tag that the server refused."""
        clone.tag("churn@v1.1.0")
        assert clone.push("churn@v1.1.0").ok
        clone.tag("churn@v1.0.5", clone.commit())
        assert not clone.push("churn@v1.0.5").ok
        clone.push("main")
        return clone

    def test_does_not_count_for_a_tag_that_is_pushed(self, leftover: Repo) -> None:
        leftover.tag("churn@v9.0.0", leftover.commit())
        leftover.push("main")

        assert ok(leftover, "register", "churn", "--push") == "churn@v1.1.1"

    def test_counts_for_one_that_is_not_pushed_and_is_named(self, leftover: Repo) -> None:
        ran = tagwarden(leftover.path, "register", "churn")

        assert ran.status == 1
        assert "[version-per-commit]" in ran.err
        assert "note: 'churn@v1.0.5' is not on 'origin', but counted; if 'origin' refused it, delete it:" in ran.err
        assert "git tag -d churn@v1.0.5" in ran.err

    def test_is_not_said_to_count_where_it_is_no_model_tag(self, clone: Repo) -> None:
        clone.tag("churn@1.3.0")

        ran = tagwarden(clone.path, "register", "churn")

        assert ran.out.split() == ["churn@v0.0.1"]
        assert "churn@1.3.0" not in ran.err

    def test_is_in_the_way_of_its_own_name(self, leftover: Repo) -> None:
        leftover.tag("churn@v1.1.1", leftover.commit())
        leftover.push("main")

        ran = tagwarden(leftover.path, "register", "churn", "--push")

        assert ran.status == 1
        assert "'churn@v1.1.1' is here already, but not on 'origin'" in ran.err
        assert ran.err.count("git push origin refs/tags/churn@v1.1.1") == 1
        assert "git tag -d churn@v1.1.1" in ran.err

    def test_is_deleted_first_by_the_fix_that_the_server_prints(self, leftover: Repo) -> None:
        refused = leftover.push("churn@v1.0.5").stderr
        fix = next(line.partition("fix: ")[2].strip() for line in refused.splitlines() if "fix: " in line)

        commit = leftover.git("rev-parse", "--short=12", "churn@v1.0.5^{commit}")
        assert fix == f"git tag -d churn@v1.0.5; tagwarden register churn {commit}"
        leftover.git("tag", "-d", "churn@v1.0.5")
        assert ok(leftover, "register", "churn", commit, "--push") == "churn@v1.1.1"
        assert leftover.push("--tags").ok


class TestLines:
    @pytest.fixture
    def hotfix(self, server: Server) -> Repo:
        """A clone on a branch of v1.0.0, where v2.0.0 is the latest and the policy keeps lines."""
        server.commit_on_main({"tagwarden.toml": '[versions]\norder = "major"\n'})
        clone = server.clone()
        clone.git("remote", "set-head", "origin", "main")
        clone.tag("churn@v1.0.0")
        clone.git("branch", "release/1.x")
        clone.tag("churn@v2.0.0", clone.commit())
        assert clone.push("main", "--tags").ok
        clone.git("checkout", "-q", "release/1.x")
        clone.commit(message="Fix")
        assert clone.push("release/1.x").ok
        return clone

    def test_a_version_is_of_the_line_of_its_ancestors(self, hotfix: Repo) -> None:
        assert ok(hotfix, "register", "churn", "--push") == "churn@v1.0.1"
        hotfix.git("checkout", "-q", "main")
        assert ok(hotfix, "register", "churn", hotfix.commit(), "--push", "--only-tag") == "churn@v2.0.1"

    @pytest.mark.parametrize(
        ("options", "tag"),
        [
            ("--line 1", "churn@v1.0.1"),
            ("--line v1.x --bump minor", "churn@v1.1.0"),
            ("--line 1.2", "churn@v1.2.0"),
            ("--line 2", "churn@v2.0.1"),
            ("--line 3 --pre rc", "churn@v3.0.0-rc.1"),
        ],
    )
    def test_a_line_can_be_named(self, hotfix: Repo, options: str, tag: str) -> None:
        assert ok(hotfix, "register", "churn", *options.split()) == tag

    @pytest.mark.parametrize("options", ["--line 1 --bump major", "--line x", "--line 1.2.3"])
    def test_what_is_not_of_a_line_is_refused(self, hotfix: Repo, options: str) -> None:
        assert tagwarden(hotfix.path, "register", "churn", *options.split()).status == 1

    def test_without_lines_the_refusal_names_both_ways(self, server: Server, clone: Repo) -> None:
        clone.tag("churn@v2.0.0")
        assert clone.push("churn@v2.0.0").ok
        commit = clone.commit()[:12]
        clone.push("main")

        said = tagwarden(clone.path, "register", "churn", "--version", "v1.0.1").err

        assert 'fixes of v1 need `versions.order = "major"` in the policy' in said
        assert f"fix: for a version above v2.0.0: tagwarden register churn {commit}" in said


class TestWhatAStageHoldsAfterwards:
    @pytest.fixture
    def rolled_back(self, repo: Repo) -> Repo:
        for tag in ("churn@v1.0.0", "churn#prod#1"):
            repo.tag(tag)
        repo.tag("churn@v1.1.0", repo.commit())
        repo.tag("churn#prod#2")
        return repo

    @pytest.mark.parametrize("command", ["unassign churn prod", "deregister churn v1.1.0"])
    def test_is_said_by_what_takes_a_version_out(self, rolled_back: Repo, command: str) -> None:
        dry = tagwarden(rolled_back.path, *command.split(), "--dry-run")
        told = tagwarden(rolled_back.path, *command.split(), "--json").json

        assert "note: the stage 'prod' of 'churn' now holds v1.0.0 ('churn#prod#1')" in dry.err
        assert told["stages"] == {"prod": "v1.0.0"}

    def test_is_said_where_it_is_nothing(self, rolled_back: Repo) -> None:
        ok(rolled_back, "unassign", "churn", "prod")

        ran = tagwarden(rolled_back.path, "deregister", "churn", "v1.0.0", "--json")

        assert ran.json["stages"] == {"prod": None}
        assert "the stage 'prod' of 'churn' now holds nothing" in ran.json["notes"]

    def test_is_said_of_an_assignment(self, rolled_back: Repo) -> None:
        told = tagwarden(rolled_back.path, "assign", "churn", "prod", "--version", "v1.0.0", "--json").json

        assert told["stages"] == {"prod": "v1.0.0"}

    def test_is_said_by_the_server(self, clone: Repo) -> None:
        clone.tag("churn@v1.0.0")
        clone.tag("churn#prod#1")
        assert clone.push("--tags").ok
        clone.tag("churn@v1.0.0!")

        assert "the stage 'prod' of 'churn' now holds nothing" in clone.push("churn@v1.0.0!").stderr

    def test_an_assignment_can_be_repeated(self, rolled_back: Repo) -> None:
        refused = tagwarden(rolled_back.path, "assign", "churn", "prod")

        assert refused.status == 1
        assert "--force assigns it once more" in refused.err
        assert ok(rolled_back, "assign", "churn", "prod", "--force") == "churn#prod#3"


class TestAPushThatFails:
    def test_keeps_the_tag_that_the_remote_has_all_the_same(self, server: Server, clone: Repo) -> None:
        clone.git("remote", "set-url", "--add", "--push", "origin", str(server.path))
        clone.git("remote", "set-url", "--add", "--push", "origin", "/nowhere")

        ran = tagwarden(clone.path, "register", "churn", "--push")

        assert (ran.status, ran.out.strip()) == (0, "churn@v0.0.1")
        assert "but 'origin' has churn@v0.0.1" in ran.err
        assert clone.tags() == server.tags() == {"churn@v0.0.1"}

    def test_counts_again_where_somebody_else_was_faster(self, server: Server, clone: Repo) -> None:
        other = server.clone()
        other.tag("churn@v0.0.1", other.commit())
        hook = clone.git_dir / "hooks" / "pre-push"
        once = (
            f"#!/bin/sh\n[ -e {hook}.once ] && exit 0\n: >{hook}.once\ngit -C {other.path} push -q origin main --tags\n"
        )
        hook_at(hook, once)

        ran = tagwarden(clone.path, "register", "churn", "--push")

        assert "somebody else's tag now has that name" in ran.err
        assert (ran.status, ran.out.strip()) == (0, "churn@v0.0.2")
        assert server.tags() == {"churn@v0.0.1", "churn@v0.0.2"}

    def test_asks_for_no_branch_where_the_remote_has_the_commit_by_a_tag(self, server: Server, clone: Repo) -> None:
        clone.git("checkout", "-q", "-b", "feature")
        clone.tag("churn@v1.0.0", clone.commit())
        assert clone.push("churn@v1.0.0").ok

        assert ok(clone, "assign", "churn", "prod", "--push") == "churn#prod#1"

    @pytest.mark.parametrize("by", ["another model's tag", "another tag", "a tag after it", "a branch after it"])
    @pytest.mark.parametrize("protocol", ["2", "0"])
    def test_asks_for_no_branch_where_the_remote_has_the_commit(self, clone: Repo, by: str, protocol: str) -> None:
        clone.git("config", "protocol.version", protocol)
        clone.git("checkout", "-q", "-b", "feature")
        commit = clone.commit()
        match by:
            case "another model's tag":
                clone.tag("fraud@v1.0.0")
                assert clone.push("fraud@v1.0.0").ok
            case "another tag":
                clone.lightweight("nightly")
                assert clone.push("nightly").ok
            case "a tag after it":
                clone.tag("fraud@v1.0.0", clone.commit())
                assert clone.push("fraud@v1.0.0").ok
            case "a branch after it":
                clone.commit()
                assert clone.push("feature:other").ok

        assert ok(clone, "register", "churn", commit, "--push") == "churn@v0.0.1"

    def test_asks_for_no_branch_where_the_remote_has_it_by_what_the_clone_lacks(
        self, server: Server, clone: Repo
    ) -> None:
        """A colleague has merged it since; this clone has not fetched."""
        clone.git("checkout", "-q", "-b", "feature")
        commit = clone.commit()
        colleague = server.clone()
        colleague.git("fetch", "-q", str(clone.path), "feature")
        colleague.git("reset", "-q", "--hard", "FETCH_HEAD")
        colleague.commit()
        assert colleague.push("HEAD:main").ok

        assert ok(clone, "register", "churn", commit, "--push") == "churn@v0.0.1"


def test_a_tag_is_signed_where_git_tag_would_sign_it(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "tag.gpgSign", "true")
    repo.git("config", "gpg.program", "/bin/false")

    assert tagwarden(repo.path, "register", "churn").status == 3
    assert ok(repo, "register", "churn", "--no-sign") == "churn@v0.0.1"


def test_a_number_of_an_unreadable_tag_is_taken(repo: Repo) -> None:
    repo.lightweight("churn@v0.0.1")

    assert ok(repo, "register", "churn") == "churn@v0.0.2"


class TestANameThatIsNearlyAnothers:
    @pytest.fixture
    def registry(self, server: Server, clone: Repo) -> Repo:
        clone.tag("churn@v1.0.0")
        clone.tag("churn#prod#1")
        assert clone.push("--tags").ok
        clone.git("tag", "-d", "churn@v1.0.0", "churn#prod#1")
        clone.commit()
        clone.push("main")
        return clone

    def test_is_a_warning(self, registry: Repo) -> None:
        ran = tagwarden(registry.path, "register", "chrun", "--push")

        assert ran.status == 0
        assert "warning [near-name] 'chrun' is a new model with almost the same name as 'churn'" in ran.err

    def test_is_a_warning_of_the_server_too(self, registry: Repo) -> None:
        registry.tag("chrun@v1.0.0")

        pushed = registry.push("chrun@v1.0.0")

        assert pushed.ok
        assert pushed.rules == {"near-name"}

    def test_of_a_stage_is_one_too(self, registry: Repo) -> None:
        ran = tagwarden(registry.path, "assign", "churn", "prdo", "--version", "v1.0.0")

        assert "warning [near-name] 'prdo' is a new stage of 'churn' with almost the same name as 'prod'" in ran.err

    def test_is_asked_about_on_a_terminal(self, registry: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.isatty", lambda *_: True)
        monkeypatch.setattr("click.confirm", lambda *_, **__: False)

        ran = tagwarden(registry.path, "register", "chrun")

        assert (ran.status, ran.out) == (1, "")
        assert "no tag was created" in ran.err
        assert not registry.tags()

    def test_a_new_model_is_announced(self, registry: Repo) -> None:
        assert "'fraud' is a new model" in tagwarden(registry.path, "register", "fraud").err
        assert "new model" not in tagwarden(registry.path, "register", "fraud", registry.commit()).err


def test_one_slip_has_one_fix_that_puts_it_right(server: Server, clone: Repo) -> None:
    clone.tag("churn@v1.1.0")
    assert clone.push("churn@v1.1.0").ok
    clone.tag("churn@v1.0.5")

    refused = clone.push("churn@v1.0.5")
    fixes = [line.partition("fix: ")[2].strip() for line in refused.stderr.splitlines() if "fix: " in line]

    assert refused.refused_by == {"version-order", "version-per-commit"}
    assert fixes == ["git tag -d churn@v1.0.5; git commit --allow-empty && tagwarden register churn"]
    clone.git("tag", "-d", "churn@v1.0.5")
    clone.git("commit", "-q", "--allow-empty", "-m", "as told")
    assert ok(clone, "register", "churn") == "churn@v1.1.1"
    assert clone.push("main", "--tags").ok


def test_a_slip_in_a_declared_stage_names_the_stage_that_was_meant(server: Server) -> None:
    server.commit_on_main({".gto": "stages: [dev, prod]\n"})
    clone = server.clone()
    clone.git("remote", "set-head", "origin", "main")
    clone.tag("churn@v1.0.0")
    clone.tag("churn#prdo")

    said = clone.push("--tags").stderr

    assert "the stage 'prdo' is not declared in .gto (declared: dev, prod)" in said
    assert "fix: git tag -d 'churn#prdo'; tagwarden assign churn prod --version v1.0.0" in said
