"""The workflow of docs/without-hooks.md: people ask for a tag, and a GitHub App alone makes it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import Server
from support.command_line import tagwarden
from support.github_host import APP_TOKEN, GitHub, Job, read_yaml
from support.project import ROOT

PAGE = (ROOT / "docs" / "without-hooks.md").read_text()
(WORKFLOW,) = re.findall(r"```yaml\n(# .github/workflows/model-tags.yml\n.*?)```", PAGE, re.DOTALL)
POLICY = '[[people.allow]]\nwho = ["ada"]\nwhat = ["assign", "unassign"]\nstages = ["prod"]\n'
# What the host refuses by the rulesets of the page, in the place of which a hook stands here.
RULESETS = f"""#!/bin/sh
while read -r old new ref; do
    case $ref in
    refs/tags/*[@#]*)
        [ "$BY" = {APP_TOKEN} ] || {{ echo 'Cannot create ref due to creations being restricted.'; exit 1; }}
        case $old in *[!0]*) echo 'Cannot update this protected ref.'; exit 1 ;; esac ;;
    esac
done
"""


@pytest.fixture
def models(plain_server: Server) -> Server:
    """A repository on GitHub with a policy, a version in production, and the page's rulesets."""
    plain_server.commit_on_main({"tagwarden.toml": POLICY})
    plain_server.tag("churn@v1.0.0", "main")
    plain_server.tag("churn#prod#1", "main")
    plain_server.commit_on_main({"model.txt": "better"})
    hook = plain_server.path / "hooks" / "pre-receive"
    hook.write_text(RULESETS)
    hook.chmod(0o755)
    return plain_server


def ask(server: Server, folder: Path, *, actor: str = "ada", again_by: str | None = None, **inputs: str) -> Job:
    host = GitHub(server, folder)
    return host.run(
        read_yaml(WORKFLOW), "refs/heads/main", event="workflow_dispatch", inputs=inputs, actor=actor, again_by=again_by
    )["tag"]


def test_whoever_asks_for_a_version_gets_it_as_its_tagger(models: Server, tmp_path: Path) -> None:
    job = ask(models, tmp_path, what="register", model="churn", message="Trained on October's data")

    assert job.result == "success", job.log
    assert models.git("rev-parse", "churn@v1.0.1^{commit}") == models.git("rev-parse", "main")
    written = models.git("cat-file", "tag", "churn@v1.0.1")
    assert "tagger ada <1001+ada@users.noreply.github.com>" in written
    assert "Trained on October's data" in written


def test_whom_the_policy_does_not_name_gets_nothing(models: Server, tmp_path: Path) -> None:
    before = models.tags()

    job = ask(models, tmp_path, actor="grace", what="unassign", model="churn", stage="prod", version="v1.0.0")

    assert (job.result, models.tags()) == ("failure", before)
    assert "::error title=who%3A churn#prod!#2::" in job.log
    assert "the pusher is 'grace'" in job.log


@pytest.mark.thorough
def test_taking_a_version_out_of_a_stage_by_the_way_is_asked_of_whoever_asks(models: Server, tmp_path: Path) -> None:
    before = models.tags()

    job = ask(models, tmp_path, actor="grace", what="deregister", model="churn", version="v1.0.0")

    assert (job.result, models.tags()) == ("failure", before)
    assert "::error title=who%3A churn@v1.0.0!::" in job.log


@pytest.mark.thorough
def test_what_is_refused_is_not_made(models: Server, tmp_path: Path) -> None:
    before = models.tags()

    job = ask(models, tmp_path, what="register", model="churn", version="v0.9.0")

    assert (job.result, models.tags()) == ("failure", before)
    assert "version-order" in job.log


SIGNERS = '[signing]\nallowed-signers = "ref:HEAD:allowed_signers"\n'


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        (SIGNERS + '[[signing.require]]\nwhat = ["register"]\n', "signed"),
        (
            SIGNERS + '[approvals]\nrepository = "ml/models"\n[[approvals.require]]\nwhat = ["register"]\n'
            'who = ["grace@example.com"]\n',
            "approved",
        ),
    ],
)
def test_what_needs_a_signature_or_approvals_is_not_made(
    models: Server, tmp_path: Path, policy: str, rule: str
) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOuG8mVbQCR4j4Aisw4BqITToedYqohTtzmTeWDNKA1R"
    models.commit_on_main({"tagwarden.toml": policy, "allowed_signers": f"grace@example.com {key}\n"})
    before = models.tags()

    job = ask(models, tmp_path, what="register", model="churn")

    assert (job.result, models.tags()) == ("failure", before)
    assert f"[{rule}]" in job.log


def test_nobody_else_makes_a_model_tag_and_nobody_at_all_moves_one(models: Server) -> None:
    clone = models.clone()
    clone.tag("churn@v2.0.0")
    clone.git("fetch", "--quiet", "--tags")
    clone.git("tag", "-f", "-a", "-m", "Moved", "churn@v1.0.0", "HEAD")
    clone.tag("nightly")

    assert not clone.push("churn@v2.0.0").ok
    assert not clone.push("--force", "churn@v1.0.0", env={"BY": APP_TOKEN}).ok
    assert clone.push("nightly").ok


def test_a_job_that_somebody_else_starts_again_makes_no_tag_in_the_first_ones_name(
    models: Server, tmp_path: Path
) -> None:
    assert ask(models, tmp_path, again_by="grace", what="register", model="churn").result == "skipped"


@pytest.mark.thorough
def test_every_kind_of_tag_can_be_asked_for_and_the_registry_is_right_then(models: Server, tmp_path: Path) -> None:
    asked = [
        {"what": "register", "model": "churn", "version": "v1.1.0"},
        {"what": "assign", "model": "churn", "stage": "prod"},
        {"what": "unassign", "model": "churn", "stage": "prod", "version": "v1.1.0"},
        {"what": "deregister", "model": "churn", "version": "v1.1.0"},
        {"what": "register", "model": "cv:seg", "commit": "HEAD~1"},
        {"what": "deprecate", "model": "churn"},
    ]

    jobs = [ask(models, tmp_path / str(number), **inputs) for number, inputs in enumerate(asked)]

    assert [job.result for job in jobs] == ["success"] * len(asked), "".join(job.log for job in jobs)
    assert {"churn@v1.1.0", "churn#prod#2", "churn#prod!#3", "churn@v1.1.0!", "cv=seg@v0.0.1", "churn@deprecated"} < (
        models.tags()
    )
    assert tagwarden(models.path, "audit").status == 0


TOUCH = "$(touch${IFS}pwned);`touch${IFS}pwned`"


@pytest.mark.parametrize(
    "inputs",
    [
        {"what": "register", "model": f"x{TOUCH}", "version": TOUCH, "message": TOUCH},
        pytest.param({"what": "register", "model": "--offline", "commit": "--remote=x"}, marks=pytest.mark.thorough),
        pytest.param({"what": "register", "model": "churn", "version": "v2.0.0 --offline"}, marks=pytest.mark.thorough),
        pytest.param({"what": "assign", "model": "churn", "stage": "--push"}, marks=pytest.mark.thorough),
        pytest.param({"what": "policy", "model": "init"}, marks=pytest.mark.thorough),
        # Spelled so, it would not wait for a job that was asked for cv:seg.
        pytest.param({"what": "register", "model": "cv=seg"}, marks=pytest.mark.thorough),
    ],
    ids=str,
)
def test_nothing_that_is_asked_for_gets_into_a_shell_or_becomes_an_option(
    models: Server, tmp_path: Path, inputs: dict[str, str]
) -> None:
    before = models.tags()

    job = ask(models, tmp_path, **inputs)

    assert (job.result, models.tags()) == ("failure", before)
    assert not list(tmp_path.rglob("pwned"))


def test_the_page_keeps_to_the_published_schema(tmp_path: Path) -> None:
    (tmp_path / "workflow.yml").write_text(WORKFLOW)
    program = str(Path(sys.executable).parent / "check-jsonschema")
    ran = subprocess.run(
        [program, "--builtin-schema", "vendor.github-workflows", str(tmp_path / "workflow.yml")],
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stdout
