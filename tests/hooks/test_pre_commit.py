"""The hooks that pre-commit is offered: what they judge, install and prove, whatever lies around them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from support import Repo, Server
from support.client_set_ups import BIN, pre_commit
from support.project import ROOT, project_files
from tagwarden.hooks.cached_interpreter import IN_PRE_COMMIT
from tagwarden.hooks.install import install
from tagwarden.hooks.pre_commit import main, pushed_tag

MANIFEST = {hook["id"]: hook for hook in YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")}


def seen(clone: Repo, server: Server, tag: str) -> dict[str, str]:
    """What pre-commit tells a hook about a pushed tag."""
    return {
        "PRE_COMMIT_REMOTE_NAME": "origin",
        "PRE_COMMIT_REMOTE_URL": str(server.path),
        "PRE_COMMIT_REMOTE_BRANCH": f"refs/tags/{tag}",
        "PRE_COMMIT_LOCAL_BRANCH": f"refs/tags/{tag}",
    }


def run(hook: str, clone: Repo, environment: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
    """Run a hook's entry, with folders around it that bear our names and die when they are imported."""
    for name in ("policy", "hooks", "tagwarden"):
        (clone.path / name).mkdir(exist_ok=True)
        (clone.path / name / "__init__.py").write_text("raise RuntimeError('the folder of the repository')\n")
    return subprocess.run(
        shlex.split(MANIFEST[hook]["entry"]),
        cwd=clone.path, capture_output=True, text=True,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": ".", **environment},
    )  # fmt: skip


def test_pre_commit_takes_the_manifest() -> None:
    pre_commit("validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)
    assert {hook: entry.get("stages") for hook, entry in MANIFEST.items()} == {
        "tagwarden": ["pre-push"],
        "tagwarden-install": ["manual"],
        "tagwarden-status": ["pre-push", "manual"],
        "tagwarden-policy": None,
    }


class TestJudge:
    def test_fails_where_the_native_hook_is_missing(self, repo: Repo) -> None:
        ran = run("tagwarden", repo)

        assert ran.returncode == 1
        assert IN_PRE_COMMIT in ran.stderr

    def test_passes_where_it_is_there_and_no_tag_is_seen(self, repo: Repo) -> None:
        install(str(repo.path))

        ran = run("tagwarden", repo, {"PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main", "PRE_COMMIT_REMOTE_URL": "x"})

        assert (ran.returncode, ran.stderr) == (0, "")

    @pytest.mark.parametrize("gate", [True, False])
    def test_judges_the_tag_that_it_sees(self, plain_server: Server, guarded: Repo, gate: bool) -> None:
        guarded.lightweight("churn@v1.0.0")
        if not gate:
            (guarded.git_dir / "hooks" / "pre-push").unlink()

        ran = run("tagwarden", guarded, seen(guarded, plain_server, "churn@v1.0.0"))

        assert ran.returncode == 1
        assert "[annotated]" in ran.stderr
        assert (IN_PRE_COMMIT in ran.stderr) == (not gate)

    def test_only_warns_where_the_configuration_of_pre_commit_says_so(
        self, plain_server: Server, guarded: Repo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        guarded.lightweight("churn@v1.0.0")
        (guarded.git_dir / "hooks" / "pre-push").unlink()
        monkeypatch.chdir(guarded.path)
        for name, value in seen(guarded, plain_server, "churn@v1.0.0").items():
            monkeypatch.setenv(name, value)

        assert main(["judge"]) == 1
        assert main(["judge", "--warn"]) == 0
        said = capfd.readouterr().err
        assert said.count("[annotated]") == said.count(IN_PRE_COMMIT) == 2
        assert said.splitlines()[-1] == "tagwarden: this hook only warns (--warn), so the push goes on"

    def test_only_warns_of_a_missing_hook_where_the_clone_wants_that(
        self, repo: Repo, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(repo.path)
        repo.git("config", "tagwarden.prePush", "warn")

        assert main(["judge"]) == 0
        assert IN_PRE_COMMIT in capfd.readouterr().err

    def test_is_quiet_about_the_missing_hook_in_ci(self, repo: Repo) -> None:
        ran = run("tagwarden", repo, {"CI": "true"})

        assert ran.returncode == 0
        assert "this is CI" in ran.stderr

    def test_what_can_not_be_found_refuses(self, plain_server: Server, guarded: Repo) -> None:
        assert run("tagwarden", guarded, seen(guarded, plain_server, "nothing@v1.0.0")).returncode == 3

    def test_the_commit_that_pre_commit_names_comes_first(self, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(repo.path)
        oid = repo.tag("churn@v1.0.0")
        named = {"PRE_COMMIT_REMOTE_BRANCH": "refs/tags/x", "PRE_COMMIT_REMOTE_URL": "u", "PRE_COMMIT_TO_REF": oid}

        update = pushed_tag(named)

        assert update is not None
        assert (update.old, update.new, update.ref) == (None, oid, "refs/tags/x")


class TestTheOthers:
    def test_install_then_status(self, repo: Repo) -> None:
        before = run("tagwarden-status", repo)
        installed = run("tagwarden-install", repo)
        after = run("tagwarden-status", repo)

        assert (before.returncode, installed.returncode, after.returncode) == (1, 0, 0)
        assert IN_PRE_COMMIT in before.stderr
        assert "tagwarden refuses it" in after.stderr

    def test_status_passes_in_ci_and_says_so(self, repo: Repo) -> None:
        ran = run("tagwarden-status", repo, {"CI": "1"})

        assert ran.returncode == 0
        assert "this is CI" in ran.stderr

    def test_status_and_install_say_where_there_is_no_clone(self, tmp_path: Path) -> None:
        nowhere = Repo(tmp_path)

        assert run("tagwarden-status", nowhere).returncode == 3
        assert run("tagwarden-install", nowhere).returncode == 3

    @pytest.mark.parametrize(("content", "status"), [("", 0), ("mod = 1\nx = 2\n", 1), (None, 0)])
    def test_the_policy_is_checked(self, repo: Repo, content: str | None, status: int) -> None:
        if content is not None:
            (repo.path / "tagwarden.toml").write_text(content)

        ran = run("tagwarden-policy", repo)

        assert ran.returncode == status
        assert len(ran.stderr.splitlines()) == 2 * status

    def test_a_policy_that_can_not_be_read_is_no_good(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["policy", str(tmp_path)]) == 3
        assert main(["dance"]) == 3
        assert "there is no 'dance'" in capfd.readouterr().err


@pytest.mark.thorough
def test_from_a_configuration_and_by_try_repo(plain_server: Server, tmp_path: Path) -> None:
    source = Repo.init(tmp_path / "tagwarden")
    for file in project_files():
        (source.path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, source.path / file)
    source.git("add", "--all", "--force")
    revision = source.commit(message="As it is")
    clone = plain_server.clone()
    ids = "".join(f"  - id: {hook}\n" for hook in MANIFEST)
    config = f"repos:\n- repo: {source.path}\n  rev: {revision}\n  hooks:\n{ids}"
    hostile = {f"{name}/__init__.py": "raise RuntimeError\n" for name in ("policy", "hooks", "tagwarden")}
    clone.commit({".pre-commit-config.yaml": config, **hostile})
    environment = {**os.environ, "PYTHONPATH": "."}

    def run_pre_commit(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-m", "pre_commit", *arguments]
        return subprocess.run(command, cwd=clone.path, env=environment, capture_output=True, text=True)

    assert run_pre_commit("install", "-t", "pre-push").returncode == 0
    clone.lightweight("churn@v1.0.0", "origin/main")
    unguarded = clone.try_git("push", "origin", "main", env={"PYTHONPATH": "."})
    assert unguarded.returncode != 0
    assert IN_PRE_COMMIT in unguarded.stdout.decode()
    assert run_pre_commit("run", "tagwarden-install", "--hook-stage", "manual").returncode == 0
    assert clone.push("main", env={"PYTHONPATH": "."}).ok
    assert "[annotated]" in clone.push("churn@v1.0.0", env={"PYTHONPATH": "."}).stderr
    assert run_pre_commit("run", "tagwarden-status", "--hook-stage", "manual").returncode == 0
    tried = run_pre_commit("try-repo", str(source.path), "tagwarden", "--hook-stage", "pre-push")
    assert tried.returncode == 0, tried.stdout
