"""A job says of a tag what the server and an audit say of it, on both hosts, whenever it runs.

Each row is what happened, in its order (a tag and the number of its commit), the tag that the job is of, and what it
comes to: whether it is accepted, which rules it breaks, the version that is to be deployed, and what is noted.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from support import Server
from support.ci_checkouts import github_checkout, gitlab_checkout
from support.command_line import tagwarden
from support.github_host import GitHub
from support.gitlab_host import GitLab, component
from support.project import ROOT
from tagwarden.policy.grammar.tag_name import KINDS, TagName, parse_tag_name

COMPONENT = (ROOT / "templates" / "judge.yml").read_text()
ROLLED_BACK = ["m@v1.0.0 0", "m@v1.1.0 1", "m#prod#1 1", "m#prod!#2 1", "m@v1.1.0! 1"]
TWICE = ["m@v1.0.0 0", "m@v1.1.0 1"]


class Row(NamedTuple):
    """`deploy` is the version whose commit is to be deployed, None for nothing; `noted` is said in the job's log."""

    story: list[str]
    tag: str
    accepted: bool = True
    deploy: str | None = None
    noted: str = ""
    rule: str = ""
    policy: str = ""


ROWS = {
    "the first of two versions in one push": Row(TWICE, "m@v1.0.0", deploy="v1.0.0"),
    "the second of two versions in one push": Row(TWICE, "m@v1.1.0", deploy="v1.1.0"),
    "a version, after a higher one": Row(ROLLED_BACK, "m@v1.0.0", deploy="v1.0.0"),
    "an assignment, after its rollback": Row(ROLLED_BACK, "m#prod#1", noted="superseded"),
    "a rollback, after the version is withdrawn": Row(ROLLED_BACK, "m#prod!#2"),
    "a version, after it is withdrawn": Row(ROLLED_BACK, "m@v1.1.0", noted="was deregistered since"),
    "the withdrawal itself": Row(ROLLED_BACK, "m@v1.1.0!"),
    "an assignment that another superseded": Row(
        [*TWICE, "m#prod#1 0", "m#prod#2 1"], "m#prod#1", deploy="v1.1.0", noted="superseded"
    ),
    "an unassignment by which a stage falls back": Row(
        [*TWICE, "m#prod#1 0", "m#prod#2 1", "m#prod!#3 1"], "m#prod!#3", deploy="v1.0.0"
    ),
    "the same version assigned once more, to start CI anew": Row(
        ["m@v1.0.0 0", "m#prod#1 0", "m#prod#2 0"], "m#prod#2", deploy="v1.0.0"
    ),
    "a model that was deprecated since": Row(["m@v1.0.0 0", "m#prod#1 0", "m@deprecated 0"], "m#prod#1"),
    "a deprecation": Row(["m@v1.0.0 0", "m@deprecated 0"], "m@deprecated"),
    "a version below the latest": Row(["m@v1.1.0 1", "m@v1.0.0 0"], "m@v1.0.0", False, rule="version-order"),
    "an assignment of nothing": Row(["m@v1.0.0 0", "m#prod#1 1"], "m#prod#1", False, rule="state-exists"),
    "a near miss": Row(["m@1.0.0 0"], "m@1.0.0", False, rule="tag-name"),
    "a stage that the policy does not know": Row(
        ["m@v1.0.0 0", "m#prdo#1 0"], "m#prdo#1", False, rule="stage-known", policy='[stages]\nnames = ["prod"]\n'
    ),
    "a wrong tag under a policy that evaluates": Row(
        ["m@v1.1.0 1", "m@v1.0.0 0"], "m@v1.0.0", rule="version-order", deploy="v1.0.0", policy='mode = "evaluate"\n'
    ),
    "a tag of none of our business": Row(["nightly 0"], "nightly"),
}
SAMPLE = {
    "github": "an assignment that another superseded",
    "gitlab": "an unassignment by which a stage falls back",
}
CASES = [
    pytest.param(host, row, id=f"{host}: {name}", marks=[] if SAMPLE[host] == name else pytest.mark.thorough)
    for name, row in ROWS.items()
    for host in SAMPLE
]


class Said(NamedTuple):
    """What a job said: whether the tag is accepted, the commit to deploy, and all of its log."""

    accepted: str
    commit: str
    log: str


def run(host: str, server: Server, folder: Path, ref: str) -> Said:
    if host == "github":
        steps = [
            {"uses": "actions/checkout@v4"},
            {"id": "it", "uses": "ml/tagwarden@v0.2.0", "with": {"since": ""}},
        ]
        job = GitHub(server, folder).run({"jobs": {"judge": {"steps": steps}}}, ref)["judge"]
        return Said(job.steps[-1].outputs["accepted"], job.steps[-1].outputs["commit"], job.log)
    jobs = component(COMPONENT, {"source": "tagwarden", "since": ""})
    ended = GitLab(server, folder).run(jobs, ref)["tagwarden"]
    return Said(ended.variables["TAGWARDEN_ACCEPTED"], ended.variables["TAGWARDEN_COMMIT"], ended.log)


def happened(server: Server, row: Row) -> list[str]:
    """The story, on a server without hooks; its commits."""
    commits = []
    for number in range(2):
        server.commit_on_main({"number": str(number), "tagwarden.toml": row.policy})
        commits.append(server.git("rev-parse", "main"))
    for step in row.story:
        tag, number = step.split()
        server.tag(tag, commits[int(number)])
    return commits


@pytest.mark.parametrize(("host", "row"), CASES)
def test_a_job_says_what_holds(host: str, row: Row, plain_server: Server, tmp_path: Path) -> None:
    commits = happened(plain_server, row)
    number = {"v1.0.0": 0, "v1.1.0": 1}

    said = run(host, plain_server, tmp_path / "first", f"refs/tags/{row.tag}")

    assert said.accepted == str(row.accepted).lower(), said.log
    assert said.commit == ("" if row.deploy is None else commits[number[row.deploy]])
    assert row.noted in said.log
    assert (row.rule in said.log) if row.rule else ("error" not in said.log.lower()), said.log


@pytest.mark.thorough
@pytest.mark.parametrize("name", ROWS)
def test_an_audit_says_the_same_of_that_tag(name: str, plain_server: Server) -> None:
    row = ROWS[name]
    happened(plain_server, row)

    found = tagwarden(plain_server.path, "audit", "--json").json["findings"]

    # That a version is below the latest is a warning there: an audit does not know in which pushes tags came.
    assert {one["rule"] for one in found if one["tag"] == row.tag} == ({row.rule} if row.rule else set())


@pytest.mark.parametrize("host", [pytest.param("github", marks=pytest.mark.thorough), "gitlab"])
def test_a_job_that_runs_again_weeks_later_gets_the_same_verdict_and_deploys_what_holds_then(
    host: str, plain_server: Server, tmp_path: Path
) -> None:
    commits = happened(plain_server, Row(["m@v1.0.0 0", "m@v1.1.0 1", "m#prod#1 0"], ""))

    first = run(host, plain_server, tmp_path / "first", "refs/tags/m#prod#1")
    plain_server.tag("m#prod#2", commits[1])
    again = run(host, plain_server, tmp_path / "again", "refs/tags/m#prod#1")

    assert (first.accepted, first.commit, "superseded" in first.log) == ("true", commits[0], False)
    assert (again.accepted, again.commit, "superseded" in again.log) == ("true", commits[1], True)


@pytest.mark.thorough
@pytest.mark.parametrize("checkout", [github_checkout, gitlab_checkout])
def test_a_kept_workspace_that_is_stale_is_not_believed(
    checkout: object, plain_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = happened(plain_server, Row([*TWICE, "m#prod#1 0"], ""))
    repo = checkout(plain_server, "refs/tags/m#prod#1", tmp_path / "work")  # type: ignore[operator]
    # What an earlier job left: a version under another commit, and an event that the remote never had.
    repo.git("fetch", "--quiet", "--depth=5", "origin", "main")
    repo.git("tag", "-f", "-a", "-m", "Moved here", "m@v1.0.0", commits[1])
    repo.git("tag", "-a", "-m", "Only here", "m#prod#7", commits[1])
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REF", "refs/tags/m#prod#1")

    outputs = tmp_path / "outputs"
    ran = tagwarden(repo.path, "check", "--event", "--outputs", str(outputs))

    assert ran.status == 0, ran.out
    assert f"commit={commits[0]}\n" in outputs.read_text()


def test_every_kind_of_tag_has_a_row() -> None:
    kinds = {name.kind for row in ROWS.values() if isinstance(name := parse_tag_name(row.tag), TagName)}

    assert kinds == set(KINDS)
