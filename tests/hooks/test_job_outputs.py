"""What later steps of a CI job are told, and the tags that no job was started for."""

from __future__ import annotations

from pathlib import Path

import gto.api
import pytest

from support import Repo, Server
from support.ci_checkouts import github_checkout, gitlab_checkout
from support.command_line import Ran, tagwarden
from support.gitlab_host import dotenv

DVC = """\
artifacts:
  churn: {path: models/churn.pkl, type: model, desc: "Who leaves\\nname=forged\\u2028accepted=true\\u202e"}
"""
# In their order: the tag, and which of two commits it is on.
STORY = {
    "churn@v1.0.0": 0, "churn#prod#1": 0, "churn@v1.1.0": 1, "churn#prod#2": 1, "churn#dev#3": 1,
    "churn#prod!#4": 1, "churn@v1.1.0!": 1, "old@v1.0.0": 0, "old@deprecated": 0,
}  # fmt: skip
# version, stage, holds, previous, and the commit to deploy.
TOLD = {
    "churn@v1.0.0": ("v1.0.0", "", "", "", 0),
    "churn#prod#1": ("v1.0.0", "prod", "v1.0.0", "", 0),
    "churn@v1.1.0": ("v1.1.0", "", "", "v1.0.0", None),
    "churn#prod#2": ("v1.1.0", "prod", "v1.0.0", "v1.0.0", 0),
    "churn#dev#3": ("v1.1.0", "dev", "", "", None),
    "churn#prod!#4": ("v1.1.0", "prod", "v1.0.0", "v1.1.0", 0),
    "churn@v1.1.0!": ("v1.1.0", "", "", "", None),
    "old@v1.0.0": ("v1.0.0", "", "", "", None),
    "old@deprecated": ("", "", "", "", None),
}


@pytest.fixture
def commits(plain_server: Server) -> list[str]:
    """A server with the whole story; its two commits."""
    found = []
    for number in range(2):
        plain_server.commit_on_main({"dvc.yaml": DVC, "number": str(number)})
        found.append(plain_server.git("rev-parse", "main"))
    for tag, number in STORY.items():
        plain_server.tag(tag, found[number])
    return found


@pytest.fixture(autouse=True)
def in_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


def told(folder: Path, *arguments: str) -> tuple[Ran, dict[str, str]]:
    """What `check --event` says, and the outputs as GitHub reads them."""
    outputs = folder / "outputs"
    outputs.write_text("first=kept\n")
    ran = tagwarden(folder, "check", "--event", "--outputs", str(outputs), *arguments)
    return ran, dict(line.split("=", 1) for line in outputs.read_text().split("\n") if line)


@pytest.mark.parametrize("tag", STORY)
def test_every_kind_of_tag_is_told_in_the_words_of_gtos_own_action(
    plain_server: Server, commits: list[str], tmp_path: Path, tag: str
) -> None:
    repo = github_checkout(plain_server, f"refs/tags/{tag}", tmp_path / "work", settings=tmp_path / "credentials")

    ran, outputs = told(repo.path, tag)

    (event,) = gto.api.check_ref(str(plain_server.path), f"refs/tags/{tag}")
    version, stage, holds, previous, deploy = TOLD[tag]
    churn = tag.startswith("churn")
    assert (ran.status, outputs) == (
        0,
        {
            "first": "kept",
            "event": event.event,
            "name": event.artifact,
            "version": version,
            "stage": stage,
            "type": "model" if churn else "",
            "path": "models/churn.pkl" if churn else "",
            "description": "Who leaves name=forged accepted=true" if churn else "",
            "holds": holds,
            "previous": previous,
            "commit": "" if deploy is None else commits[deploy],
            "accepted": "true",
        },
    )
    assert version == (getattr(event, "version", None) or "")
    assert stage == (getattr(event, "stage", None) or "")


@pytest.mark.parametrize("tag", ["churn@v0.9.0", "churn@v2", "nightly", "churn#prod!#9"])
def test_of_a_refused_tag_nothing_is_told_that_could_be_deployed(
    plain_server: Server, commits: list[str], tmp_path: Path, tag: str
) -> None:
    plain_server.tag(tag, plain_server.git("rev-parse", f"{commits[0]}~1"))

    ran, outputs = told(github_checkout(plain_server, f"refs/tags/{tag}", tmp_path / "work").path, tag)

    accepted = outputs.pop("accepted")
    assert (ran.status, accepted) == ((0, "true") if tag == "nightly" else (1, "false"))
    assert {name for name, value in outputs.items() if value} == {"first"}


def test_a_model_in_a_folder_is_annotated_there(plain_server: Server, tmp_path: Path) -> None:
    plain_server.commit_on_main({"cv/dvc.yaml": "artifacts: {seg: {path: seg.pt}}", "artifacts.yaml": "a: {type: b}"})
    plain_server.tag("cv=seg@v1.0.0", "main")
    plain_server.tag("a@v1.0.0", "main")
    repo = github_checkout(plain_server, "refs/tags/cv=seg@v1.0.0", tmp_path / "work")

    first, second = told(repo.path, "cv=seg@v1.0.0")[1], told(repo.path, "a@v1.0.0")[1]

    assert (first["name"], first["path"], second["type"]) == ("cv:seg", "cv/seg.pt", "b")


def test_a_path_is_told_as_it_is_or_not_at_all(plain_server: Server, tmp_path: Path) -> None:
    paths = {"a": "two  blanks.pkl", "b": "new\\nline.pkl", "c": "x" * 1001}
    plain_server.commit_on_main(
        {"dvc.yaml": "artifacts:\n" + "".join(f'  {name}: {{path: "{path}"}}\n' for name, path in paths.items())}
    )
    for name in paths:
        plain_server.tag(f"{name}@v1.0.0", "main")
    repo = github_checkout(plain_server, "refs/tags/a@v1.0.0", tmp_path / "work")

    assert [told(repo.path, f"{name}@v1.0.0")[1]["path"] for name in paths] == ["two  blanks.pkl", "", ""]


def test_elsewhere_than_on_github_they_are_a_dotenv_report(
    plain_server: Server, commits: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    repo = gitlab_checkout(plain_server, "refs/tags/churn#prod#2", tmp_path / "work")

    tagwarden(repo.path, "check", "--event", "churn#prod#2", "--outputs", str(tmp_path / "report.env"))

    variables = dotenv(tmp_path / "report.env")
    assert len(variables) == 11
    assert {name: variables[f"TAGWARDEN_{name}"] for name in ("EVENT", "HOLDS", "COMMIT")} == {
        "EVENT": "assignment", "HOLDS": "v1.0.0", "COMMIT": commits[0]
    }  # fmt: skip


class TestSince:
    @pytest.fixture
    def work(self, plain_server: Server, commits: list[str], tmp_path: Path) -> Repo:
        """A checkout of churn@v1.0.0, while there are two bad tags: one without a date, and a younger one."""
        plain_server.lightweight("fraud@v1.0.0", commits[0])
        plain_server.clock = 1_750_000_000
        plain_server.tag("churn@v0.1.0", f"{commits[0]}~1")
        return github_checkout(plain_server, "refs/tags/churn@v1.0.0", tmp_path / "work")

    def found(self, ran: Ran) -> set[tuple[str, str]]:
        return {(finding["rule"], finding["tag"]) for finding in ran.json["findings"]}

    def test_other_tags_are_judged_too_and_change_nothing_of_what_is_told(self, work: Repo) -> None:
        before = work.refs()

        ran, outputs = told(work.path, "churn@v1.0.0", "--since", "2025-01-01", "--json")

        assert (ran.status, ran.json["judged"]) == (1, 3)
        assert self.found(ran) == {("annotated", "fraud@v1.0.0"), ("version-order", "churn@v0.1.0")}
        assert (outputs["accepted"], outputs["version"]) == ("true", "v1.0.0")
        assert ran.json["notes"][-1] == (
            "judged as well: 2 other model tags, dated since 2025-01-01T00:00:00Z or without a date"
        )
        assert {ref for ref in work.refs() if ref not in before} == set()

    def test_older_ones_are_left_alone_and_good_ones_pass(self, work: Repo) -> None:
        assert told(work.path, "churn@v1.0.0", "--since", "2026-01-01", "--json")[0].json["judged"] == 2
        ran = told(work.path, "churn@v1.0.0", "--since", "2020-01-01", "--json")[0]
        assert (ran.json["judged"], len(self.found(ran))) == (len(STORY) + 2, 2)

    def test_a_job_of_a_branch_judges_them_by_the_policy(self, work: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_REF", "refs/heads/main")

        ran = tagwarden(work.path, "check", "--event", "--since", "2025-01-01", "--json")

        assert (ran.status, ran.json["judged"], ran.json["policy"]["source"]) == (1, 2, "built-in")

    def test_what_a_rule_asks_of_commits_and_branches_is_fetched(
        self, plain_server: Server, work: Repo, commits: list[str], tmp_path: Path
    ) -> None:
        aside = plain_server.git("commit-tree", "-m", "Aside", "-p", commits[0], f"{commits[0]}^{{tree}}")
        plain_server.tag("aside@v1.0.0", aside)
        policy = tmp_path / "policy.toml"
        policy.write_text('[target]\nbranches = ["main"]\nfiles = ["number"]\n')

        ran = told(work.path, "churn@v1.0.0", "--since", "2020-01-01", "--policy", str(policy), "--json")[0]

        assert self.found(ran) == {
            ("annotated", "fraud@v1.0.0"), ("target-branch", "aside@v1.0.0"), ("version-order", "churn@v0.1.0"),
            ("target-files", "churn@v0.1.0"),
        }  # fmt: skip


def test_a_shallow_checkout_knows_which_branch_a_tag_is_on(
    plain_server: Server, commits: list[str], tmp_path: Path
) -> None:
    repo = github_checkout(plain_server, "refs/tags/churn@v1.0.0", tmp_path / "work", settings=tmp_path / "credentials")
    policy = tmp_path / "policy.toml"
    policy.write_text('[target]\nbranches = ["main"]\n')

    assert tagwarden(repo.path, "check", "--event", "churn@v1.0.0", "--policy", str(policy)).status == 0
    policy.write_text('[target]\nbranches = ["release/*"]\n')
    assert tagwarden(repo.path, "check", "--event", "churn@v1.0.0", "--policy", str(policy)).status == 1
    assert repo.git("rev-parse", "--is-shallow-repository") == "true"


@pytest.mark.parametrize(
    "arguments", [["--since", "7d"], ["--outputs", "x"], ["--event", "a", "b"], ["--write", "pdf=x"], ["--write", "x"]]
)
def test_options_that_go_together_are_asked_for(repo: Repo, arguments: list[str]) -> None:
    assert tagwarden(repo.path, "check", *arguments).status == 2


def test_a_file_that_can_not_be_written_is_named(repo: Repo) -> None:
    ran = tagwarden(repo.path, "check", "--write", f"markdown={repo.path}/no/such/folder")

    assert ran.status == 3
    assert "no/such/folder" in ran.err
