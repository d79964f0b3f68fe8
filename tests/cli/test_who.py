"""`tagwarden who` tells who may do what, and which line of the policy says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Repo, Server
from tagwarden.cli.run import run

Capture = pytest.CaptureFixture[str]

POLICY = """\
[people]
groups.releasers = ["grace", "signer:ada@example.com"]

[[people.allow]]
who = ["ada"]
what = ["register"]

[[ people.allow ]]  # who releases
who = ["@releasers"]
stages = ["prod"]

[signing]
allowed-signers = "ref:HEAD:allowed_signers"
[[signing.require]]
stages = ["prod"]
"""


@pytest.fixture
def here(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repo.path)
    (repo.path / "tagwarden.toml").write_text(POLICY)
    return repo.path


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (
            ["--as", "grace", "assign", "churn", "prod"],
            0,
            "yes: people.allow[2] lets grace (in @releasers) assign churn to prod (tagwarden.toml, line 8)",
        ),
        (
            ["--as", "ada", "unassign", "churn", "prod"],
            1,
            "no: people.allow[2] lets only @releasers take churn out of prod (tagwarden.toml, line 8)",
        ),
        (
            ["--as", "linus", "register", "cv:seg"],
            1,
            "no: people.allow[1] lets only ada register a version of cv:seg (tagwarden.toml, line 4)",
        ),
        (
            ["--as", "linus", "deprecate", "churn"],
            0,
            "yes: no entry of people.allow covers it, so anybody may deprecate churn (tagwarden.toml)",
        ),
    ],
)
def test_the_answer_names_the_line_that_decides(args: list[str], status: int, said: str, capsys: Capture) -> None:
    assert run(["who", *args]) == status
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.usefixtures("here")
def test_the_answer_says_where_a_signature_is_needed(capsys: Capture) -> None:
    assert run(["who", "--as", "grace", "assign", "churn", "prod"]) == 0
    assert capsys.readouterr().out.endswith("; the tag must be signed by an allowed signer\n")

    assert run(["who", "--as", "grace", "assign", "churn", "dev"]) == 0
    assert "signed" not in capsys.readouterr().out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("deprecate", "take churn out of prod"),
        ("deregister", "take churn out of prod"),
        ("register", "assign churn to prod"),
    ],
)
def test_the_answer_says_where_a_stage_is_in_the_way(kind: str, way: str, capsys: Capture) -> None:
    assert run(["who", "--as", "ada", kind, "churn"]) == 0
    end = f"but not where that changes what a stage holds: people.allow[2] lets only @releasers {way}\n"
    assert capsys.readouterr().out.endswith(end)

    assert run(["who", "--as", "ada", "--signer", "ada@example.com", kind, "churn"]) == 0
    assert "changes" not in capsys.readouterr().out


@pytest.mark.usefixtures("here")
def test_a_signer_may_be_asked_for(capsys: Capture) -> None:
    assert run(["who", "--as", "bob", "--signer", "ada@example.com", "assign", "churn", "prod"]) == 0
    assert "signer:ada@example.com (in @releasers)" in capsys.readouterr().out


@pytest.mark.usefixtures("here")
def test_the_answer_is_there_as_json(capsys: Capture) -> None:
    assert run(["who", "--as", "ada", "--json", "assign", "cv:seg", "prod"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "allowed": False,
        "who": "ada",
        "signer": None,
        "may": "assign cv:seg to prod",
        "policies": [
            {
                "source": "tagwarden.toml",
                "allowed": False,
                "because": "people.allow[2] lets only @releasers assign cv:seg to prod",
                "entry": 2,
                "line": 8,
                "signature": True,
                "unless": [],
            }
        ],
    }


@pytest.mark.parametrize(
    ("policy", "key"), [('mode = "evaluate"\n' + POLICY, "mode"), (POLICY + '[rules]\nwho = "warning"\n', "rules.who")]
)
def test_what_is_only_told_is_allowed(here: Path, capsys: Capture, policy: str, key: str) -> None:
    (here / "tagwarden.toml").write_text(policy)

    assert run(["who", "--as", "ada", "assign", "churn", "prod"]) == 0
    assert f"but because of {key} this is only reported, not refused" in capsys.readouterr().out


def test_entries_in_another_spelling_are_numbered_only(here: Path, capsys: Capture) -> None:
    (here / "tagwarden.toml").write_text('[people]\nallow = [{ who = ["ada"] }]\n')

    assert run(["who", "--as", "bob", "deprecate", "churn"]) == 1
    assert capsys.readouterr().out == ("no: people.allow[1] lets only ada deprecate churn (tagwarden.toml)\n")


def test_on_a_server_the_site_policy_has_a_say(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    server.commit_on_main({"tagwarden.toml": POLICY})
    (tmp_path / "site.toml").write_text('[[people.allow]]\nwho = ["root"]\nwhat = ["deprecate"]\n')
    server.git("config", "tagwarden.sitePolicy", f"file:{tmp_path}/site.toml")
    monkeypatch.chdir(server.path)

    assert run(["who", "--as", "grace", "assign", "churn", "prod"]) == 0
    assert run(["who", "--as", "grace", "deprecate", "churn"]) == 1
    first, second, third, fourth = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in (first, second, third, fourth)] == ["yes", "yes", "yes", "no"]
    assert fourth.endswith(f"(file:{tmp_path}/site.toml, line 1)")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["assign", "churn", "prod"], 2),
        (["--as", "ada", "assign", "churn"], 2),
        (["--as", "ada", "register", "churn", "prod"], 2),
        (["--as", "ada", "promote", "churn", "prod"], 2),
        (["--as", "ada", "register", "no such model!"], 1),
        (["--as", "ada", "assign", "churn", "no stage!"], 1),
        (["--as", "ada", "--policy", "gone.toml", "register", "churn"], 1),
    ],
)
def test_what_can_not_be_asked_is_not_answered(args: list[str], status: int, capsys: Capture) -> None:
    assert run(["who", *args]) == status
    assert capsys.readouterr().out == ""
