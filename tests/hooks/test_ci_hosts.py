"""The GitHub Action and the GitLab component, run as their hosts run them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from support import Server
from support.github_host import GitHub, Job, read_yaml
from support.gitlab_host import Ended, GitLab, component
from support.project import ROOT

ACTION = (ROOT / "action.yml").read_text()
COMPONENT = (ROOT / "templates" / "judge.yml").read_text()
SOURCE = "git+https://git.example/ml/tagwarden@v0.2.0"
HOSTILE = "x@v1.0.0;touch${IFS}pwned;$(touch${IFS}pwned)`touch${IFS}pwned`"


@pytest.fixture
def models(plain_server: Server) -> Server:
    """A server with two versions, of which prod holds the second, and a policy on main alone."""
    for number, events in enumerate((["churn@v1.0.0", "churn#prod#1"], ["churn@v1.1.0", "churn#prod#2"])):
        plain_server.commit_on_main({"number": str(number)})
        for tag in events:
            plain_server.tag(tag, "main")
    plain_server.commit_on_main({"tagwarden.toml": '[models]\nnames = ["churn"]\n'})
    return plain_server


def on_github(server: Server, folder: Path, ref: str, *, checkout: str = "v4", **given: str) -> Job:
    steps = [
        {"uses": f"actions/checkout@{checkout}"},
        {"id": "it", "uses": "ml/tagwarden@v0.2.0", "with": given},
    ]
    event = "push" if ref.startswith("refs/tags/") else "workflow_dispatch"
    return GitHub(server, folder).run({"jobs": {"judge": {"steps": steps}}}, ref, event=event)["judge"]


def on_gitlab(server: Server, folder: Path, ref: str, variables: Mapping[str, str] = {}, **given: str) -> Ended:
    jobs = component(COMPONENT, {"source": SOURCE, **given})
    return GitLab(server, folder).run(jobs, ref, variables)["tagwarden"]


def validate(schema: str, file: Path, *options: str) -> None:
    program = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", schema, *options, str(file)]
    ran = subprocess.run(program, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_action_keeps_to_the_published_schema() -> None:
    validate("vendor.github-actions", ROOT / "action.yml")


def test_the_component_keeps_to_the_published_schema(tmp_path: Path) -> None:
    with (tmp_path / "jobs.yml").open("w") as file:
        YAML().dump(component(COMPONENT, {"source": SOURCE}), file)
    validate("vendor.gitlab-ci", tmp_path / "jobs.yml", "--data-transform", "gitlab-ci")


def test_no_script_holds_what_its_host_would_fill_in() -> None:
    scripts = [step["run"] for step in read_yaml(ACTION)["runs"]["steps"]]
    jobs: dict[str, Any] = component(COMPONENT.replace("$[[ ", "$[ "), {"source": SOURCE})
    (job,) = jobs.values()

    assert not [script for script in scripts if "${{" in script]
    assert not [line for line in job["script"] if "$[" in line]


@pytest.mark.parametrize("checkout", [pytest.param("v4", marks=pytest.mark.thorough), "v6"])
def test_a_checkout_of_github_will_do(models: Server, tmp_path: Path, checkout: str) -> None:
    job = on_github(models, tmp_path, "refs/tags/churn#prod#2", checkout=checkout, since="")

    judged = job.steps[-1]
    assert (job.result, judged.outputs["accepted"], judged.outputs["holds"]) == ("success", "true", "v1.1.0")
    assert judged.outputs["previous"] == "v1.0.0"
    assert judged.outputs["commit"] == models.git("rev-parse", "churn@v1.1.0^{commit}")
    assert f"pip install --quiet --disable-pip-version-check {ROOT}" in job.log
    assert judged.summary.startswith("**tagwarden: accepted:** 1 tag judged; policy\\: refs/remotes/origin/HEAD\\:")


def test_a_refused_tag_fails_the_job_with_an_annotation_and_a_summary(models: Server, tmp_path: Path) -> None:
    models.tag("fraud@v1.0.0", "main")

    job = on_github(models, tmp_path, "refs/tags/fraud@v1.0.0")

    assert (job.result, job.steps[-1].outputs["accepted"], job.steps[-1].outputs["commit"]) == ("failure", "false", "")
    assert "::error title=model-known%3A fraud@v1.0.0::" in job.log
    assert "- `fraud@v1.0.0`" in job.steps[-1].summary


def test_a_tag_that_no_workflow_was_started_for_fails_the_next_one_but_its_tag_is_right(
    models: Server, tmp_path: Path
) -> None:
    models.lightweight("churn@v1.2.0", "main")

    job = on_github(models, tmp_path, "refs/tags/churn#prod#2")

    assert (job.result, job.steps[-1].outputs["accepted"]) == ("failure", "true")
    assert "- `churn@v1.2.0`" in job.steps[-1].summary


def test_what_can_not_be_judged_is_said_so(models: Server, tmp_path: Path) -> None:
    models.commit_on_main({"tagwarden.toml": "mode = 1\n"})

    job = on_github(models, tmp_path, "refs/tags/churn#prod#2")

    assert job.steps[-1].status == 3
    assert job.steps[-1].outputs["accepted"] == ""
    assert "::error title=tagwarden::Not all could be judged" in job.log


def test_a_dispatched_workflow_names_the_tag(models: Server, tmp_path: Path) -> None:
    job = on_github(models, tmp_path, "refs/heads/main", tag="churn#prod#1", since="")

    assert (job.result, job.steps[-1].outputs["version"], job.steps[-1].outputs["holds"]) == (
        "success", "v1.0.0", "v1.1.0"
    )  # fmt: skip


@pytest.mark.parametrize("tag", [HOSTILE, pytest.param("--help", marks=pytest.mark.thorough)])
def test_no_tag_gets_into_a_shell(models: Server, tmp_path: Path, tag: str) -> None:
    dispatched = on_github(models, tmp_path / "github", "refs/heads/main", tag=tag)
    manual = on_gitlab(models, tmp_path / "gitlab", "refs/heads/main", {"TAGWARDEN_TAG": tag})

    assert (dispatched.result, manual.result) == ("failure", "failed")
    assert not list(tmp_path.rglob("pwned"))


class TestGitLab:
    def test_a_pipeline_passes_on_what_the_tag_did(self, models: Server, tmp_path: Path) -> None:
        job = on_gitlab(models, tmp_path, "refs/tags/churn#prod#2", since="")

        assert (job.result, len(job.variables)) == ("success", 11)
        assert job.variables["TAGWARDEN_HOLDS"] == "v1.1.0"
        assert f"pip install --quiet --disable-pip-version-check {SOURCE}" in job.log
        assert json.loads((job.work / "gl-code-quality-report.json").read_text()) == []
        assert "policy: refs/remotes/origin/HEAD:tagwarden.toml" in job.log

    def test_a_refused_tag_fails_the_job_with_a_report(self, models: Server, tmp_path: Path) -> None:
        models.tag("fraud@v1.0.0", "main")

        job = on_gitlab(models, tmp_path, "refs/tags/fraud@v1.0.0", since="")

        assert (job.result, job.status, job.variables["TAGWARDEN_ACCEPTED"]) == ("failed", 1, "false")
        (entry,) = json.loads((job.work / "gl-code-quality-report.json").read_text())
        assert entry["check_name"] == "model-known"
        assert "- `fraud@v1.0.0`" in (job.work / "tagwarden.md").read_text()

    def test_what_is_wrong_with_other_tags_is_a_warning(self, models: Server, tmp_path: Path) -> None:
        models.lightweight("churn@v1.2.0", "main")

        job = on_gitlab(models, tmp_path, "refs/tags/churn#prod#2")

        assert (job.result, job.status, job.variables["TAGWARDEN_ACCEPTED"]) == ("warning", 10, "true")

    def test_a_manual_pipeline_names_the_tag(self, models: Server, tmp_path: Path) -> None:
        job = on_gitlab(models, tmp_path, "refs/heads/main", {"TAGWARDEN_TAG": "churn#prod#1"}, since="")

        assert (job.result, job.variables["TAGWARDEN_VERSION"]) == ("success", "v1.0.0")
