"""The recipes of docs/dashboard.md: each makes the site that it promises."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import Server
from support.github_host import GitHub, Step, read_yaml
from support.gitlab_host import GitLab
from support.project import ROOT
from support.waiting import eventually

pytestmark = pytest.mark.ci

PAGE = (ROOT / "docs" / "dashboard.md").read_text()
BLOCKS = {found[1]: found[0] for found in re.findall(r"```yaml\n(# (\S+?),? .*?\n.*?)```", PAGE, re.DOTALL)}
(HOOK,) = re.findall(r"```sh\n(#!.*?)```", PAGE, re.DOTALL)
(CRON,) = re.findall(r"```\n(\*/5 .*)\n```", PAGE)
# Where the page's recipes have files of the machine.
LIST, WWW = "/etc/tagwarden/repositories", "/var/www/models"


def models_of(site: Path) -> list[str]:
    """The models that the home page lists; none where there is no page yet."""
    file = site / "data" / "models.js"
    text = file.read_text() if file.exists() else "window.tagwardenModels=[];\n"
    return sorted(row[1] for row in json.loads(text.removeprefix("window.tagwardenModels=").removesuffix(";\n")))


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs: the tests' own tagwarden, and installers that say what they are to install."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "tagwarden").symlink_to(Path(sys.executable).parent / "tagwarden")
    for name in ("pip", "pipx"):
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $*"\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def registry(server: Server) -> Server:
    """A server with a policy on main, and a version of churn on a commit that lacks it."""
    clone = server.clone()
    clone.tag("churn@v1.0.0", clone.commit())
    clone.commit({"tagwarden.toml": '[stages]\nnames = ["prod"]\n'})
    for _ in range(21):  # a runner of GitLab fetches 20 commits unless it is told to fetch all
        clone.commit()
    assert clone.push("HEAD:main", "--tags").ok
    return server


def placed(recipe: str, folder: Path, *repositories: Server) -> str:
    """The recipe with the files of the machine in `folder`."""
    (folder / "repositories").write_text("".join(f"{repo.path}\n" for repo in repositories))
    assert LIST in recipe
    assert WWW in recipe
    return recipe.replace(LIST, str(folder / "repositories")).replace(WWW, str(folder / "www"))


def test_the_hook_makes_the_site_anew_after_each_push(
    registry: Server, tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    hook = registry.path / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(placed(HOOK, tmp_path, registry))
    hook.chmod(0o755)
    clone = registry.clone()
    clone.git("fetch", "--quiet", "--tags")

    for expected in (["churn", "fraud"], ["churn", "fraud", "ranking"]):
        clone.commit()
        clone.tag(f"{expected[-1]}@v1.0.0")
        assert clone.push("HEAD:main", "--tags").ok
        assert eventually(lambda expected=expected: models_of(tmp_path / "www") == expected)


def test_the_line_of_cron_is_silent_unless_something_is_wrong(registry: Server, tmp_path: Path, programs: Path) -> None:
    *times, command = placed(CRON, tmp_path, registry).split(maxsplit=5)
    environment = {**os.environ, "PATH": f"{programs}:/usr/bin:/bin"}

    def run() -> subprocess.CompletedProcess[str]:
        # cron runs what stands there by sh, from the home folder of its user.
        return subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)

    first = run()
    models = models_of(tmp_path / "www")
    (registry.path / "HEAD").unlink()
    second = run()

    assert times == ["*/5", "*", "*", "*", "*"]
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    assert models == ["churn"]
    assert (second.returncode, second.stdout) == (3, "")
    assert registry.path.name in second.stderr


class Pages(GitHub):
    """A host that also publishes what a job hands to it."""

    published: list[str]

    def _step(
        self, step: dict[str, Any], context: dict[str, Any], variables: dict[str, str], work: Path, ref: str
    ) -> Step:
        uses = step.get("uses", "")
        if uses.startswith("actions/upload-pages-artifact@"):
            self.published = models_of(work / step["with"]["path"])
            return Step(0, {}, "", "")
        if uses.startswith("actions/deploy-pages@"):
            return Step(0 if self.published else 1, {}, "", "")
        return super()._step(step, context, variables, work, ref)


@pytest.mark.parametrize("ref", ["refs/tags/churn@v1.0.0", "refs/heads/main"])
def test_the_job_of_github_publishes_every_model_with_the_policy_of_main(
    registry: Server, tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, ref: str
) -> None:
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    host = Pages(registry, tmp_path)

    ended = host.run(read_yaml(BLOCKS[".github/workflows/dashboard.yml"]), ref)

    assert ended["dashboard"].result == "success", ended["dashboard"].log
    assert host.published == ["churn"]
    assert "tagwarden[dashboard]" in ended["dashboard"].log
    assert "stages.names" in _page_of_repository(tmp_path)


@pytest.mark.parametrize("ref", ["refs/tags/churn@v1.0.0", "refs/heads/main"])
def test_the_job_of_gitlab_leaves_every_model_with_the_policy_of_main(
    registry: Server, tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, ref: str
) -> None:
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    pipeline = read_yaml(BLOCKS[".gitlab-ci.yml"])

    ended = GitLab(registry, tmp_path).run(pipeline, ref, {"CI_DEFAULT_BRANCH": "main"})

    assert ended["pages"].result == "success", ended["pages"].log
    assert pipeline["pages"]["artifacts"]["paths"] == ["public"]
    assert models_of(ended["pages"].work / "public") == ["churn"]
    assert "stages.names" in _page_of_repository(tmp_path)


def _page_of_repository(folder: Path) -> str:
    (page,) = folder.rglob("r/*.html")
    return page.read_text()


@pytest.mark.parametrize(
    ("block", "schema"),
    [(".github/workflows/dashboard.yml", "vendor.github-workflows"), (".gitlab-ci.yml", "vendor.gitlab-ci")],
)
def test_the_page_keeps_to_the_published_schemas(block: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "block.yml").write_text(BLOCKS[block])
    program = str(Path(sys.executable).parent / "check-jsonschema")
    ran = subprocess.run(
        [program, "--builtin-schema", schema, str(tmp_path / "block.yml")], capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stdout
