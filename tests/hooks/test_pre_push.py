"""The pre-push hook: judged are the remote's refs, by the remote's tags and the clone's policy."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.client_set_ups import write_hook
from support.command_line import tagwarden
from support.hook_files import everything
from support.pre_push import line_for, rules, run_hook
from support.signing import SshKey, needs_ssh, sign_tag
from tagwarden.hooks.hook_file import NEXT
from tagwarden.hooks.install import install
from tagwarden.policy.errors import CannotJudge
from tagwarden.report.exit_status import status_of
from tagwarden.repository.git.command import Git
from tagwarden.repository.remote.reader import fetch_missing
from tagwarden.repository.remote.remote import Remote


class TestTheRemotesTagsCount:
    def register_elsewhere(self, server: Server, tag: str, *, new_commit: bool = True) -> None:
        other = server.clone()
        if new_commit:
            other.commit(message=f"For {tag}")
        other.tag(tag)
        assert other.push("main", tag).ok

    def test_a_stale_clone_hears_of_the_higher_version(self, plain_server: Server, guarded: Repo) -> None:
        self.register_elsewhere(plain_server, "churn@v2.0.0")
        guarded.commit(message="Also trained")
        guarded.tag("churn@v1.5.0")

        pushed = guarded.push("churn@v1.5.0")

        assert not pushed.ok
        assert rules(pushed) == {"version-order"}
        assert "v2.0.0" in pushed.stderr

    def test_the_remote_is_asked_once_and_for_the_pushed_models_alone(
        self, plain_server: Server, guarded: Repo, tmp_path: Path
    ) -> None:
        self.register_elsewhere(plain_server, "churn@v1.0.0")
        guarded.git("fetch", "--quiet", "--tags")
        self.register_elsewhere(plain_server, "churn@v2.0.0")
        guarded.tag("churn@v3.0.0", guarded.commit(message="Also trained"))

        assert guarded.push("churn@v3.0.0", env={"GIT_TRACE": str(tmp_path / "trace")}).ok

        run = [line.partition("built-in: ")[2] for line in (tmp_path / "trace").read_text().splitlines()]
        asked = [line for line in run if line.startswith("git ls-remote --refs")]
        assert len(asked) == 1
        assert asked[0].count("refs/tags/") == asked[0].count("[cC][hH][uU][rR][nN]") == 2
        assert len([line for line in run if line.startswith("git fetch")]) == 1

    def test_nothing_of_the_clone_changes_meanwhile(self, plain_server: Server, guarded: Repo) -> None:
        self.register_elsewhere(plain_server, "churn@v2.0.0")
        guarded.tag("churn@v1.5.0")
        before = everything(guarded.git_dir)

        assert not guarded.push("churn@v1.5.0").ok

        assert everything(guarded.git_dir) == before

    def test_a_tag_that_only_this_clone_has_is_not_held_against_the_push(self, guarded: Repo) -> None:
        guarded.tag("churn@v9.0.0", guarded.commit(message="Never pushed"))
        guarded.tag("churn@v1.0.0", "origin/main")

        assert guarded.push("churn@v1.0.0").ok

    def test_a_tag_is_fetched_that_shall_be_deleted(self, plain_server: Server, guarded: Repo) -> None:
        self.register_elsewhere(plain_server, "churn@v2.0.0")

        pushed = guarded.push(":refs/tags/churn@v2.0.0")

        assert rules(pushed) == {"tag-permanent"}

    def test_another_spelling_is_found_on_the_remote(self, plain_server: Server, guarded: Repo) -> None:
        self.register_elsewhere(plain_server, "Churn@v2.0.0")
        guarded.tag("churn@v1.0.0")

        assert rules(guarded.push("churn@v1.0.0")) == {"model-case"}

    def test_stages_with_slashes_are_found(self, plain_server: Server, guarded: Repo) -> None:
        self.register_elsewhere(plain_server, "churn@v2.0.0")
        self.register_elsewhere(plain_server, "churn#eu/prod", new_commit=False)
        guarded.commit(message="Other")
        guarded.tag("churn@v3.0.0")
        guarded.tag("churn#eu/prod#1", at=1_700_000_000)

        assert "event-time" in rules(guarded.push("churn@v3.0.0", "churn#eu/prod#1"))

    @pytest.mark.parametrize("option", ["--depth=1", "--filter=blob:none"])
    def test_a_clone_that_lacks_much_is_judged_as_well(self, plain_server: Server, option: str) -> None:
        self.register_elsewhere(plain_server, "churn@v2.0.0")
        plain_server.git("config", "uploadpack.allowFilter", "true")
        path = plain_server.path.with_name("small")
        subprocess.run(["git", "clone", "-q", "--no-tags", option, f"file://{plain_server.path}", path], check=True)
        clone = Repo(path)
        install(str(path))
        clone.commit(message="More")
        clone.tag("churn@v1.0.0")
        shallow = path / ".git" / "shallow"
        before = shallow.read_text() if shallow.exists() else None

        assert rules(clone.push("churn@v1.0.0")) == {"version-order"}
        assert (shallow.read_text() if shallow.exists() else None) == before

    def test_a_sha256_repository_is_judged_as_well(self, new_server: Callable[..., Server]) -> None:
        server = new_server(hook=None, object_format="sha256")
        self.register_elsewhere(server, "churn@v2.0.0")
        clone = Repo(server.path.with_name("clone"))
        subprocess.run(["git", "clone", "-q", "--no-tags", server.path, clone.path], check=True)
        install(str(clone.path))
        clone.tag("churn@v1.0.0", clone.commit(message="More"))

        assert rules(clone.push("churn@v1.0.0")) == {"version-order"}

    def test_the_url_that_is_pushed_to_is_the_one_that_is_asked(self, plain_server: Server, guarded: Repo) -> None:
        self.register_elsewhere(plain_server, "churn@v2.0.0")
        empty = Server.init(plain_server.path.with_name("empty.git"), "--bare")
        guarded.git("remote", "set-url", "--push", "origin", str(empty.path))
        guarded.tag("churn@v1.0.0")

        assert guarded.push("churn@v1.0.0").ok

    def test_a_branch_that_only_the_remote_knows_contains_what_it_contains(self, plain_server: Server) -> None:
        plain_server.commit_on_main({"tagwarden.toml": '[target]\nbranches = ["main"]\n'})
        clone = plain_server.clone()
        install(str(clone.path))
        clone.tag("churn@v1.0.0")
        plain_server.commit_on_main({"more": "of others"})
        assert clone.push("churn@v1.0.0").ok

        clone.tag("churn@v2.0.0", clone.commit(message="On no branch of the remote"))
        assert rules(clone.push("churn@v2.0.0")) == {"target-branch"}
        assert clone.push("--force", "main:refs/heads/side").ok


class TestThePolicy:
    def test_the_remotes_default_branch_comes_before_the_work_tree(self, plain_server: Server) -> None:
        plain_server.commit_on_main({"tagwarden.toml": "[message]\nmin-length = 100\n"})
        clone = plain_server.clone()
        install(str(clone.path))
        (clone.path / "tagwarden.toml").unlink()
        clone.tag("churn@v1.0.0")

        pushed = clone.push("churn@v1.0.0")

        assert rules(pushed) == {"message"}
        assert "policy: refs/remotes/origin/HEAD:tagwarden.toml" in pushed.stderr

    @needs_ssh
    @pytest.mark.parametrize("location", ["ref:HEAD:signers", "ref:refs/heads/main:signers", "file:/nowhere/signers"])
    @pytest.mark.parametrize("key_is_known", [True, False])
    def test_the_signers_are_those_that_the_clone_knows_of_the_server_or_are_left_to_it(
        self, plain_server: Server, tmp_path: Path, location: str, key_is_known: bool
    ) -> None:
        known, foreign = SshKey.make(tmp_path / "known"), SshKey.make(tmp_path / "foreign")
        policy = f'[signing]\nallowed-signers = "{location}"\n[[signing.require]]\nwhat = ["register"]\n'
        plain_server.commit_on_main({"tagwarden.toml": policy, "signers": known.allowed("ada@example.com")})
        clone = plain_server.clone()
        install(str(clone.path))
        # What the clone itself says of signers does not count.
        clone.commit({"signers": foreign.allowed("ada@example.com")})
        sign_tag(clone, known if key_is_known else foreign, "churn@v1.0.0", "origin/main")

        pushed = clone.push("churn@v1.0.0")

        assert pushed.ok == (key_is_known or location.startswith("file:")), pushed.stderr
        assert rules(pushed) == (set() if pushed.ok else {"signed"})

    def test_mode_evaluate_reports_and_lets_pass(self, guarded: Repo) -> None:
        (guarded.path / "tagwarden.toml").write_text('mode = "evaluate"\n')
        guarded.lightweight("churn@v1.0.0")

        pushed = guarded.push("churn@v1.0.0")

        assert pushed.ok
        assert rules(pushed) == {"annotated"}

    def test_an_unreadable_policy_refuses_tags_and_no_branch(self, guarded: Repo) -> None:
        (guarded.path / "tagwarden.toml").write_text("mod = 1\n")
        guarded.commit(message="More")
        guarded.tag("churn@v1.0.0")

        assert guarded.push("main").ok
        pushed = guarded.push("churn@v1.0.0")
        assert not pushed.ok
        assert "tagwarden could not judge this push" in pushed.stderr

    def test_settings_of_the_environment_do_not_count(self, guarded: Repo) -> None:
        guarded.lightweight("churn@v1.0.0")
        permissive = guarded.path.with_name("permissive.toml")
        permissive.write_text('mode = "evaluate"\n')

        ran = guarded.try_git("-c", f"tagwarden.policy=file:{permissive}", "push", "origin", "churn@v1.0.0")

        assert ran.returncode != 0

    def test_what_only_the_server_knows_is_said(self, guarded: Repo) -> None:
        policy = '[[people.allow]]\nwho = ["grace"]\nwhat = ["register"]\n'
        (guarded.path / "tagwarden.toml").write_text(policy)
        guarded.tag("churn@v1.0.0")

        pushed = guarded.push("churn@v1.0.0")

        assert pushed.ok
        assert pushed.stderr.count("only the server knows who pushes") == 1
        assert rules(pushed) == {"who"}

    def test_many_tags_to_github_are_warned_of(self, guarded: Repo, plain_server: Server) -> None:
        guarded.git("config", f"url.{plain_server.path}.insteadOf", "https://github.com/o/r")
        for model in "abcd":
            guarded.tag(f"{model}@v1.0.0")
        lines = [line_for(guarded, f"{model}@v1.0.0") for model in "abcd"]

        ran = run_hook(guarded, "https://github.com/o/r", *lines)

        assert ran.returncode == 0, ran.stderr
        assert "warning [push-size]" in ran.stderr

    def test_a_replacement_is_refused(self, guarded: Repo) -> None:
        guarded.git("update-ref", f"refs/replace/{'1' * 40}", "HEAD")

        assert rules(guarded.push("refs/replace/*:refs/replace/*")) == {"replace-refs"}


class TestNoneOfOurBusiness:
    def test_tags_that_are_no_model_tags_ask_no_remote(self, guarded: Repo) -> None:
        guarded.lightweight("nightly")

        ran = run_hook(guarded, "git://127.0.0.1:1/x", line_for(guarded, "nightly"))

        assert (ran.returncode, ran.stderr) == (0, "")

    def test_a_push_of_branches_starts_no_python(self, guarded: Repo) -> None:
        hook = guarded.git_dir / "hooks" / "pre-push"
        hook.write_text(hook.read_text().replace("start='import os", "start='raise SystemExit(9)\nimport os"))
        head = guarded.git("rev-parse", "HEAD")

        branches = [f"refs/heads/{n} {head} refs/heads/{n} {'0' * 40}" for n in range(20)]
        assert run_hook(guarded, "url", *branches).returncode == 0
        assert run_hook(guarded, "url").returncode == 0
        started = run_hook(guarded, "url", *branches, f"HEAD {head} refs/tags/x@1 {'0' * 40}")
        assert started.returncode == 3
        assert "ended with exit status 9 and without a verdict" in started.stderr


class TestTheWayOut:
    def test_a_near_miss_is_refused_without_asking_the_remote(self, guarded: Repo) -> None:
        guarded.tag("churn@1.0.0")

        ran = run_hook(guarded, "git://127.0.0.1:1/x", line_for(guarded, "churn@1.0.0"))

        assert ran.returncode == 1
        assert "[tag-name]" in ran.stderr

    def test_a_mistake_of_ours_refuses(self, capfd: pytest.CaptureFixture[str]) -> None:
        def broken() -> int:
            raise MemoryError("none left")

        def interrupted() -> int:
            raise KeyboardInterrupt

        assert [status_of(error, outcome="No.") for error in (broken, interrupted)] == [3, 3]
        said = capfd.readouterr().err
        assert "unexpected MemoryError: none left" in said
        assert "interrupted" in said

    def test_a_foreign_hook_without_a_first_line_is_run_by_sh(self, guarded: Repo) -> None:
        hooks = guarded.git_dir / "hooks"
        write_hook(hooks / NEXT, "cat >> seen\nexit 4\n")
        install(str(guarded.path))
        guarded.tag("churn@v1.0.0")

        assert not guarded.push("churn@v1.0.0").ok
        assert (guarded.path / "seen").read_text().startswith("refs/tags/churn@v1.0.0 ")

    def test_a_tag_that_changes_while_it_is_read_refuses(self, plain_server: Server, guarded: Repo) -> None:
        gone = plain_server.tag("churn@v2.0.0")
        remote = Remote(Git.at(str(guarded.path)), str(plain_server.path))
        plain_server.tag("churn@v2.0.0", message="Another")

        with pytest.raises(CannotJudge, match="Push again"):
            fetch_missing(Git.at(str(guarded.path)), remote, {"churn@v2.0.0": gone}, into=str(guarded.path / "in"))


@pytest.mark.parametrize("folder", ["a\nclone", 'it\'s "$HOME" & more ', "Modèle"])
def test_a_folder_may_be_called_anything(plain_server: Server, tmp_path: Path, folder: str) -> None:
    plain_server.git("clone", "--quiet", str(plain_server.path), str(tmp_path / folder))
    clone = Repo(tmp_path / folder)
    assert tagwarden(clone.path, "install").status == 0
    commit = clone.commit()
    clone.tag("churn@v1.0.0", commit)
    clone.lightweight("churn@v1.1.0", commit)

    assert "annotated" in rules(clone.push("main", "churn@v1.1.0"))
    assert clone.push("main", "churn@v1.0.0").ok
