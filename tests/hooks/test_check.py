"""`tagwarden check`: tags judged as if they were pushed now, and the tag of a CI event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import Ran, tagwarden
from support.hook_files import everything


@pytest.fixture
def clone(plain_server: Server) -> Repo:
    """A clone of a server that has churn@v1.0.0."""
    plain_server.tag("churn@v1.0.0", "main")
    return plain_server.clone()


def new_commit(server: Server, data: str) -> str:
    """A commit on the server's main; its id."""
    server.commit_on_main({"data": data})
    return server.git("rev-parse", "main")


def rules(ran: Ran) -> set[str]:
    return {finding["rule"] for finding in ran.json["findings"]}


class TestCheck:
    def test_without_a_tag_it_is_all_that_the_remote_does_not_have(self, clone: Repo) -> None:
        clone.commit(message="Train")
        clone.tag("churn@v1.1.0")
        clone.tag("churn#prod")
        clone.lightweight("nightly")
        before = everything(clone.git_dir)

        ran = tagwarden(clone.path, "check", "--json")

        assert ran.status == 0
        assert (ran.json["judged"], ran.json["findings"]) == (2, [])
        assert everything(clone.git_dir) == before

    def test_nothing_to_push_is_fine(self, clone: Repo) -> None:
        ran = tagwarden(clone.path, "check")

        assert ran.status == 0
        assert "no tag judged" in ran.out

    def test_named_tags_alone_are_judged(self, clone: Repo) -> None:
        clone.tag("churn@1.1")
        clone.tag("churn@v2.0.0", clone.commit(message="Train"))

        assert tagwarden(clone.path, "check", "churn@v2.0.0").status == 0
        assert rules(tagwarden(clone.path, "check", "refs/tags/churn@1.1", "--json")) == {"tag-name"}

    def test_a_stale_clone_hears_of_the_higher_version(self, plain_server: Server, clone: Repo) -> None:
        plain_server.commit_on_main({"more": "data"})
        plain_server.tag("churn@v3.0.0", "main")
        clone.tag("churn@v2.0.0", clone.commit(message="Train"))

        assert rules(tagwarden(clone.path, "check", "--json")) == {"version-order"}
        offline = tagwarden(clone.path, "check", "churn@v2.0.0", "--offline")
        assert offline.status == 0
        assert "the remote was not asked" in offline.out

    def test_a_moved_tag_is_one(self, clone: Repo) -> None:
        clone.tag("churn@v1.0.0", clone.commit(message="Train"))

        assert rules(tagwarden(clone.path, "check", "churn@v1.0.0", "--json")) == {"tag-immutable"}

    def test_without_a_remote_all_tags_are_judged_by_themselves(self, repo: Repo) -> None:
        repo.tag("churn@v1.0.0")
        repo.lightweight("fraud@v1.0.0")

        ran = tagwarden(repo.path, "check", "--json")

        assert (ran.status, ran.json["judged"]) == (1, 2)
        assert rules(ran) == {"annotated"}

    def test_the_remote_is_the_one_that_is_named(self, clone: Repo, tmp_path: Path) -> None:
        other = Server.init(tmp_path / "other.git", "--bare")
        clone.git("remote", "add", "other", str(other.path))
        clone.tag("churn@v0.5.0", clone.commit(message="Train"))

        assert tagwarden(clone.path, "check", "churn@v0.5.0", "--remote", "other").status == 0
        assert tagwarden(clone.path, "check", "churn@v0.5.0", "--remote", str(other.path)).status == 0
        assert tagwarden(clone.path, "check", "churn@v0.5.0", "--remote", "origin").status == 1

    @pytest.mark.parametrize(("pusher", "refused"), [("ada", set()), ("grace", {"who"}), (None, set())])
    def test_who_pushes_is_asked_where_it_is_said(
        self, plain_server: Server, clone: Repo, pusher: str | None, refused: set[str]
    ) -> None:
        plain_server.commit_on_main(
            {"tagwarden.toml": '[[people.allow]]\nwho = ["ada"]\nwhat = ["assign", "unassign"]\nstages = ["prod"]\n'}
        )
        clone.git("pull", "--quiet")
        clone.tag("churn#prod", "churn@v1.0.0^{commit}")

        ran = tagwarden(clone.path, "check", "--json", *(["--pusher", pusher] if pusher else []))

        assert rules(ran) == refused
        assert any("as if 'ada' pushed" in note for note in ran.json["notes"]) == (pusher == "ada")
        assert any("[who] can't be judged here" in note for note in ran.json["notes"]) == (pusher is None)

    def test_taking_a_version_out_of_somebody_elses_stage_is_asked_of_the_pusher_too(
        self, plain_server: Server, clone: Repo
    ) -> None:
        plain_server.tag("churn#prod", "churn@v1.0.0^{commit}")
        plain_server.commit_on_main({"tagwarden.toml": '[[people.allow]]\nwho = ["ada"]\nstages = ["prod"]\n'
                                    'what = ["assign", "unassign"]\n'})  # fmt: skip
        clone.git("pull", "--quiet")
        clone.tag("churn@v1.0.0!", "churn@v1.0.0^{commit}")

        assert rules(tagwarden(clone.path, "check", "churn@v1.0.0!", "--json", "--pusher", "grace")) == {"who"}
        assert not rules(tagwarden(clone.path, "check", "churn@v1.0.0!", "--json", "--pusher", "ada"))

    def test_the_policy_is_the_one_that_is_named(self, clone: Repo, tmp_path: Path) -> None:
        (tmp_path / "strict.toml").write_text("[message]\nmin-length = 100\n")
        clone.tag("fraud@v1.0.0")

        ran = tagwarden(clone.path, "check", "--policy", str(tmp_path / "strict.toml"), "--json")

        assert rules(ran) == {"message"}
        assert ran.json["policy"]["source"] == str(tmp_path / "strict.toml")

    @pytest.mark.parametrize("arguments", [["nothing@v1.0.0"], ["--remote", "nowhere"], ["--policy", "gone.toml"]])
    def test_what_is_not_there_is_named(self, clone: Repo, arguments: list[str]) -> None:
        ran = tagwarden(clone.path, "check", *arguments)

        assert ran.status == 1
        assert arguments[-1] in ran.err

    def test_a_remote_that_does_not_answer_is_named_in_one_document(self, clone: Repo) -> None:
        clone.git("remote", "set-url", "origin", "git://127.0.0.1:1/x")

        ran = tagwarden(clone.path, "check", "--json")

        assert ran.status == 3
        assert "--offline" in ran.json["error"]
        assert ran.json["accepted"] is False

    def test_github_gets_annotations(self, clone: Repo) -> None:
        clone.lightweight("fraud@v1.0.0")

        ran = tagwarden(clone.path, "check", "--format", "github")

        assert ran.status == 1
        assert ran.out.splitlines()[1].startswith("::error title=annotated%3A fraud@v1.0.0::")


ZERO = "0" * 40


def github(folder: Path, kind: str = "push", **payload: object) -> dict[str, str]:
    file = folder / "event.json"
    file.write_text(json.dumps(payload))
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": kind, "GITHUB_EVENT_PATH": str(file)}


class TestEvent:
    @pytest.fixture(autouse=True)
    def keep_monkeypatch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def check(self, folder: Path, environment: Mapping[str, str], *arguments: str) -> Ran:
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        return tagwarden(folder, "check", "--event", *arguments)

    def checkout_of(self, server: Server, tag: str, folder: Path) -> Repo:
        """What actions/checkout leaves for a tag: a shallow clone, with the commit in the place of the tag."""
        repo = Repo.init(folder)
        repo.git("remote", "add", "origin", f"file://{server.path}")
        commit = server.git("rev-parse", f"{tag}^{{commit}}")
        repo.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit)
        repo.git("update-ref", f"refs/tags/{tag}", commit)
        repo.git("checkout", "--quiet", "--detach", commit)
        return repo

    def test_the_tag_that_a_checkout_flattened_is_fetched_again(self, plain_server: Server, tmp_path: Path) -> None:
        plain_server.tag("churn@v1.0.0", "main")
        plain_server.commit_on_main({"more": "data"})
        oid = plain_server.tag("churn@v2.0.0", "main")
        repo = self.checkout_of(plain_server, "churn@v2.0.0", tmp_path / "work")

        ran = self.check(repo.path, github(tmp_path, ref="refs/tags/churn@v2.0.0", before=ZERO), "--json")

        assert (ran.status, ran.json["judged"]) == (0, 1), ran
        assert repo.refs("refs/tags/") == {"refs/tags/churn@v2.0.0": oid}

    def test_a_tag_that_the_remote_no_longer_has_is_named(self, plain_server: Server, tmp_path: Path) -> None:
        plain_server.tag("churn@v1.0.0", "main")
        repo = self.checkout_of(plain_server, "churn@v1.0.0", tmp_path / "work")
        plain_server.git("tag", "-d", "churn@v1.0.0")

        ran = self.check(repo.path, github(tmp_path, ref="refs/tags/churn@v1.0.0"))

        assert (ran.status, ran.err) == (3, "tagwarden: The remote 'origin' has no tag 'churn@v1.0.0' now.\n")

    def test_a_tag_that_is_lightweight_on_the_remote_is_refused_with_an_annotation(
        self, plain_server: Server, tmp_path: Path
    ) -> None:
        plain_server.lightweight("churn@v2.0.0", "main")
        repo = self.checkout_of(plain_server, "churn@v2.0.0", tmp_path / "work")

        ran = self.check(repo.path, github(tmp_path, ref="refs/tags/churn@v2.0.0"))

        assert ran.status == 1
        assert any(line.startswith("::error title=annotated") for line in ran.out.splitlines())

    def test_it_is_judged_against_the_other_tags_of_the_remote(self, plain_server: Server, tmp_path: Path) -> None:
        plain_server.tag("churn@v2.0.0", "main")
        plain_server.commit_on_main({"more": "data"})
        plain_server.tag("churn@v1.0.0", "main")
        repo = self.checkout_of(plain_server, "churn@v1.0.0", tmp_path / "work")

        ran = self.check(repo.path, {"GITLAB_CI": "true", "CI_COMMIT_TAG": "churn@v1.0.0"}, "--json")

        assert ran.status == 1
        assert rules(ran) == {"version-order"}

    def test_what_has_happened_since_is_a_note_and_no_refusal(self, plain_server: Server, tmp_path: Path) -> None:
        first, second = new_commit(plain_server, "data"), new_commit(plain_server, "more data")
        story = {
            "m@v1.0.0": first, "m#prod#1": first, "m@v1.1.0": second, "m#prod#2": second, "m#prod!#3": second,
            "m@v1.1.0!": second, "m@v1.2.0": new_commit(plain_server, "even more data"),
        }  # fmt: skip
        for tag, commit in story.items():
            plain_server.tag(tag, commit)

        notes = {}
        for tag in story:
            repo = self.checkout_of(plain_server, tag, tmp_path / str(len(notes)))
            ran = self.check(repo.path, github(tmp_path, ref=f"refs/tags/{tag}"), "--json")
            assert (tag, ran.status, ran.json["judged"], ran.json["findings"]) == (tag, 0, 1, [])
            notes[tag] = ran.json["notes"]

        assert notes["m#prod#2"] == ["superseded: the stage 'prod' of 'm' holds v1.0.0 now ('m#prod#1')"]
        assert "superseded: v1.1.0 of 'm' was deregistered since by 'm@v1.1.0!'" in notes["m@v1.1.0"]
        assert notes["m#prod!#3"] == ["the stage 'prod' of 'm' now holds v1.0.0 ('m#prod#1')"]
        assert notes["m@v1.2.0"] == notes["m#prod#1"] == []

    def test_what_is_wrong_stays_wrong_whatever_came_after_it(self, plain_server: Server, tmp_path: Path) -> None:
        first = plain_server.git("rev-parse", "main")
        plain_server.tag("m@v2.0.0", first)
        plain_server.tag("m@v1.0.0", new_commit(plain_server, "more data"))
        plain_server.tag("m#prod", new_commit(plain_server, "even more data"))
        plain_server.tag("m@v2.0.0!", first)

        found = {}
        for tag in ("m@v1.0.0", "m#prod"):
            repo = self.checkout_of(plain_server, tag, tmp_path / tag)
            found[tag] = rules(self.check(repo.path, github(tmp_path, ref=f"refs/tags/{tag}"), "--json"))

        assert found == {"m@v1.0.0": {"version-order"}, "m#prod": {"state-exists"}}

    def test_a_moved_tag_is_one(self, plain_server: Server, tmp_path: Path) -> None:
        plain_server.tag("churn@v1.0.0", "main")
        repo = self.checkout_of(plain_server, "churn@v1.0.0", tmp_path / "work")

        ran = self.check(repo.path, github(tmp_path, ref="refs/tags/churn@v1.0.0", before="1" * 40), "--json")

        assert rules(ran) == {"tag-immutable"}

    @pytest.mark.parametrize(
        ("environment", "status"),
        [
            ({"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main"}, 0),
            ({"GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/main"}, 0),
            ({"GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/tags/nightly"}, 1),
            ({"GITHUB_ACTIONS": "true"}, 3),
            ({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": "gone.json"}, 3),
            ({"GITLAB_CI": "true"}, 3),
            ({}, 3),
        ],
    )
    def test_what_else_may_have_been_pushed(self, repo: Repo, environment: dict[str, str], status: int) -> None:
        ran = self.check(repo.path, environment, "--json")

        assert ran.status == status
        assert "findings" in ran.json

    @pytest.mark.parametrize(
        ("kind", "payload"),
        [
            ("push", {"ref": "refs/tags/churn@v1.0.0", "deleted": True}),
            ("delete", {"ref": "x@v1.0.0", "ref_type": "tag"}),
        ],
    )
    def test_a_deletion_can_only_be_told_of(
        self, repo: Repo, tmp_path: Path, kind: str, payload: dict[str, object]
    ) -> None:
        ran = self.check(repo.path, github(tmp_path, kind, **payload))

        assert ran.status == 3
        assert "was deleted" in ran.err

    def test_other_options_do_not_go_with_it(self, repo: Repo) -> None:
        assert self.check(repo.path, {}, "--offline").status == 2
        assert self.check(repo.path, {}, "some@v1.0.0", "other@v1.0.0").status == 2


class TestWhatToDeploy:
    @pytest.fixture(autouse=True)
    def on_github(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        self.monkeypatch = monkeypatch

    def resolve(self, work: Path, tag: str, *options: str) -> Ran:
        self.monkeypatch.setenv("GITHUB_REF", f"refs/tags/{tag}")
        return tagwarden(work, "resolve", "--event", *options)

    @pytest.fixture
    def checkout(self, plain_server: Server, tmp_path: Path) -> Path:
        """A checkout without tags of a server on which v1.1.0 was taken back, and dev emptied."""
        first, second = new_commit(plain_server, "data"), new_commit(plain_server, "more data")
        story = {
            "m@v1.0.0": first, "m#prod#1": first, "m@v1.1.0": second, "m#prod#2": second, "m#prod!#3": second,
            "m#dev#4": second, "m@v1.1.0!": second,
        }  # fmt: skip
        for tag, commit in story.items():
            plain_server.tag(tag, commit)
        repo = Repo.init(tmp_path / "checkout")
        repo.git("remote", "add", "origin", f"file://{plain_server.path}")
        return repo.path

    @pytest.mark.parametrize(
        ("tag", "deploy"),
        [
            ("m@v1.0.0", "v1.0.0"),
            ("m#prod#1", "v1.0.0"),
            ("m#prod#2", "v1.0.0"),
            ("m#prod!#3", "v1.0.0"),
            ("m@v1.1.0", None),
            ("m@v1.1.0!", None),
            ("m#dev#4", None),
            ("m@v7.0.0", None),
            ("nightly", None),
        ],
    )
    def test_is_what_holds_now_and_nothing_that_was_taken_out(
        self, checkout: Path, tag: str, deploy: str | None
    ) -> None:
        ran = self.resolve(checkout, tag)

        assert (ran.status, ran.out.strip()) == ((0, deploy) if deploy else (1, ""))

    def test_is_told_with_what_the_tag_did(self, checkout: Path) -> None:
        told = self.resolve(checkout, "m#prod!#3", "--json").json

        assert {key: told[key] for key in ("kind", "version", "stage", "current", "holds")} == {
            "kind": "unassign", "version": "v1.1.0", "stage": "prod", "current": True, "holds": "v1.0.0"
        }  # fmt: skip
        assert self.resolve(checkout, "m#dev#4", "--json").json["holds"] is None
        commit = self.resolve(checkout, "m#prod#2", "--commit").out.strip()
        assert commit == self.resolve(checkout, "m@v1.0.0", "--json").json["commit"]

    def test_is_not_known_where_the_remote_does_not_answer(self, checkout: Path) -> None:
        Repo(checkout).git("remote", "set-url", "origin", "file:///nowhere")

        assert self.resolve(checkout, "m#prod#2").status == 3
