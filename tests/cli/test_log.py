"""`tagwarden log` shows and verifies a server's push log."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from support import Repo
from tagwarden.cli.run import run
from tagwarden.policy.push import RefUpdate
from tagwarden.policy.verdict import Finding, Verdict
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.line import LOG, Entry
from tagwarden.server_hooks.log.mark import Mark, write_mark
from tagwarden.server_hooks.pusher import Pusher

Capture = pytest.CaptureFixture[str]


def entry(name: str | None, outcome: str, tag: str, *findings: Finding) -> Entry:
    verdict = Verdict(outcome != "refused", "enforce", "HEAD:tagwarden.toml", "ab" * 20, findings, 1)
    return Entry(
        "pre-receive",
        Pusher(name, None, "REMOTE_USER, as tagwarden.pusher = http says" if name else "tagwarden.pusher is not set"),
        (RefUpdate(None, "1" * 40, f"refs/tags/{tag}"),),
        outcome,  # type: ignore[arg-type]
        (verdict,),
        {"who": "on call"} if outcome == "emergency" else {},
    )


@pytest.fixture
def logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes of four logged and settled pushes, in the bare repository that is the current folder."""
    server = Repo.init(tmp_path / "server.git", "--bare")
    monkeypatch.chdir(server.path)
    order = Finding("version-order", "error", "refs/tags/cv=seg@v1.0.0", "cv=seg", "too low", None, None)
    pushes = [
        entry("ada", "accepted", "churn@v1.0.0"),
        entry("bob", "refused", "cv=seg@v1.0.0", order),
        entry("ada", "emergency", "churn#prod"),
        entry(None, "accepted", os.fsdecode(b"caf\xe9\x1b[31m")),
    ]
    hashes = [append_to_log(str(server.path), push) for push in pushes]
    write_mark(str(server.path), Mark((server.path / LOG).stat().st_size, 4, hashes[-1]))
    return hashes


def tags(capsys: Capture) -> list[str]:
    document = json.loads(capsys.readouterr().out)
    return [update["ref"].removeprefix("refs/tags/") for push in document["pushes"] for update in push["updates"]]


@pytest.mark.usefixtures("logged")
def test_each_push_is_shown_with_refs_findings_and_policy(capsys: Capture) -> None:
    assert run(["log", "--outcome", "refused"]) == 0

    head, *rest = capsys.readouterr().out.splitlines()
    assert head.split()[1:] == ["refused", "pre-receive", "bob"]
    assert rest == [
        "  created  refs/tags/cv=seg@v1.0.0  111111111111",
        "  error [version-order] refs/tags/cv=seg@v1.0.0: too low",
        "  policy HEAD:tagwarden.toml (abababababab)",
    ]


@pytest.mark.usefixtures("logged")
def test_an_emergency_is_shown_with_its_reason(capsys: Capture) -> None:
    assert run(["log", "--outcome", "emergency"]) == 0

    assert "  emergency [who]: on call" in capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("logged")
def test_what_a_pusher_wrote_reaches_the_terminal_escaped(capsys: Capture) -> None:
    assert run(["log", "-n", "1"]) == 0

    out = capsys.readouterr().out
    assert "caf\\xe9\\x1b[31m" in out
    assert "\x1b" not in out


@pytest.mark.usefixtures("logged")
def test_why_nobody_is_known_is_told_of_the_first_push_alone(capsys: Capture) -> None:
    append_to_log(".", entry(None, "accepted", "churn#dev"))
    append_to_log(".", entry(None, "accepted", "churn#dev!"))

    assert run(["log"]) == 0

    out = capsys.readouterr().out
    assert out.count("  pusher not known\n") > 2
    assert out.count("  why the pusher is not known: tagwarden.pusher is not set\n") == 1


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ([], ["churn@v1.0.0", "cv=seg@v1.0.0", "churn#prod", "caf\\xe9\x1b[31m"]),
        (["--model", "churn"], ["churn@v1.0.0", "churn#prod"]),
        (["--model", "cv:seg"], ["cv=seg@v1.0.0"]),
        (["--model", "cv=seg"], ["cv=seg@v1.0.0"]),
        (["--pusher", "ada"], ["churn@v1.0.0", "churn#prod"]),
        (["--pusher", "ada", "--outcome", "emergency"], ["churn#prod"]),
        (["--rule", "version-order"], ["cv=seg@v1.0.0"]),
        (["--since", "1h", "-n", "2"], ["churn#prod", "caf\\xe9\x1b[31m"]),
        (["--since", "9999-01-01"], []),
        (["--since", "2001-01-01T00:00:00+02:00", "--model", "nothing"], []),
    ],
)
def test_filters_choose(options: list[str], shown: list[str], capsys: Capture) -> None:
    assert run(["log", "--json", *options]) == 0

    assert tags(capsys) == shown


@pytest.mark.parametrize(
    "option", [["--since", "yesterday"], ["--outcome", "maybe"], ["--head", "1" * 64], ["--follow", "*.git"]]
)
@pytest.mark.usefixtures("logged")
def test_options_that_say_nothing_are_not_taken(option: list[str]) -> None:
    assert run(["log", *option]) == 2


def test_the_newest_hash_can_be_kept_elsewhere(logged: list[str], capsys: Capture) -> None:
    assert run(["log", "--head"]) == 0
    assert capsys.readouterr().out == f"{logged[-1]}\n"

    assert run(["log", "--head", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "head": logged[-1]}


@pytest.mark.parametrize("args", [["--head", "REPO"], ["REPO", "--head"], ["--verify", "REPO"], ["REPO", "--verify"]])
def test_the_repository_may_be_named(
    args: list[str], logged: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = os.getcwd()
    monkeypatch.chdir(tmp_path)
    assert run(["log", *(server if arg == "REPO" else arg for arg in args)]) == 0

    assert logged[-1] in capsys.readouterr().out


def test_a_whole_log_is_told_to_be_whole(logged: list[str], capsys: Capture) -> None:
    assert run(["log", "--verify", "--head", logged[0], "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "intact": True,
        "lines": 4,
        "head": logged[-1],
        "troubles": [],
        "notes": [],
    }


@pytest.mark.usefixtures("logged")
def test_a_changed_line_is_named(capsys: Capture) -> None:
    file = Path(LOG)
    file.write_bytes(file.read_bytes().replace(b'"bob"', b'"eve"'))

    assert run(["log", "--verify"]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == "line 2 was changed: its content does not match its hash"
    assert "is NOT intact: 4 lines" in last

    assert run(["log", "--verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["troubles"][0]["line"] == 2


@pytest.mark.usefixtures("logged")
def test_a_hash_that_is_not_there_is_missed(capsys: Capture) -> None:
    assert run(["log", "--verify", "--head", "f" * 64]) == 1
    assert f"no line has the hash {'f' * 64}" in capsys.readouterr().out


@pytest.mark.usefixtures("logged")
def test_lines_that_are_none_are_passed_over_and_counted(capsys: Capture) -> None:
    file = Path(LOG)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], b"nonsense\n", b"[]\n", b'{"time": 1}\n', *lines[1:]]))

    assert run(["log", "--json"]) == 0
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["pushes"]) == 4
    assert "3 lines can't be read" in captured.err


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('"name":"ada",', ""),
        ('"ref":"refs/tags/churn@v1.0.0"', '"ref":7'),
        ('"time":"2', '"time":"yesterday 2'),
        ('"policies":[{', '"policies":[7,{'),
        ('"findings":[]', '"findings":"none"'),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"], ["--model", "churn", "--pusher", "ada", "--rule", "who"]])
def test_a_line_that_was_edited_by_hand_is_passed_over(
    written: str, instead: str, options: list[str], capsys: Capture
) -> None:
    lines = Path(LOG).read_text().splitlines(keepends=True)
    assert written in lines[0]
    Path(LOG).write_text("".join([lines[0].replace(written, instead), *lines[1:]]))

    assert run(["log", *options]) == 0
    assert "1 lines can't be read" in capsys.readouterr().err


def test_without_a_log_there_is_nothing_to_show(repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(repo.path)

    assert run(["log", "--verify"]) == 1
    assert "there is no push log" in capsys.readouterr().err


@pytest.mark.usefixtures("logged")
def test_a_line_that_never_was_answered_for_is_mentioned_and_does_no_harm(capsys: Capture) -> None:
    with open(LOG, "ab") as file:
        file.write(b'{"time": "20')

    assert run(["log", "--verify"]) == 0
    note, outcome = capsys.readouterr().out.splitlines()
    assert note.startswith("note: ")
    assert "is intact: 4 lines" in outcome


@pytest.mark.usefixtures("logged")
def test_of_a_log_without_lines_there_is_no_newest_hash(capsys: Capture) -> None:
    Path(LOG).write_bytes(b"")

    assert run(["log", "--head"]) == 1
    assert "the push log is empty" in capsys.readouterr().err


@pytest.mark.usefixtures("logged")
def test_a_newest_line_that_was_changed_has_no_hash_to_keep(capsys: Capture) -> None:
    file = Path(LOG)
    file.write_bytes(file.read_bytes().rpartition(b'"hash"')[0] + b'"hash":"made up"}\n')

    assert run(["log", "--head"]) == 1
    assert "`tagwarden log --verify` says what is wrong" in capsys.readouterr().err


@pytest.mark.usefixtures("logged")
def test_a_log_that_can_not_be_read_is_no_empty_one(capsys: Capture) -> None:
    Path(LOG).unlink()
    Path(LOG).mkdir()

    assert run(["log"]) == 3
    assert "the push log can't be read" in capsys.readouterr().err
