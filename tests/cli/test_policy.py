"""`tagwarden policy` writes, checks, shows and describes policy files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from support import Repo, Server
from tagwarden.cli.run import run
from tagwarden.policy.file.load import load_policy
from tagwarden.policy.file.schema import policy_schema
from tagwarden.policy.file.template import policy_template

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The top of a work tree, which is the current folder."""
    monkeypatch.chdir(repo.path)
    return repo.path


def answer(capsys: Capture) -> dict[str, object]:
    document = json.loads(capsys.readouterr().out)
    assert document.pop("schema") == 1
    assert isinstance(document, dict)
    return document


def test_init_writes_a_file_that_check_accepts(here: Path, capsys: Capture) -> None:
    assert run(["policy", "init"]) == 0
    assert (here / "tagwarden.toml").read_text() == policy_template()
    assert "tagwarden.toml" in capsys.readouterr().out

    assert run(["policy", "check"]) == 0
    assert capsys.readouterr().out == "tagwarden.toml: no mistakes\n"


def test_init_writes_to_the_top_of_the_work_tree(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "deep").mkdir()
    monkeypatch.chdir(here / "deep")

    assert run(["policy", "init"]) == 0
    assert (here / "tagwarden.toml").exists()
    assert run(["policy", "check"]) == 0


def test_init_leaves_a_file_alone_that_is_there(here: Path, capsys: Capture) -> None:
    (here / "tagwarden.toml").write_text("# mine\n")

    assert run(["policy", "init"]) == 1
    assert (here / "tagwarden.toml").read_text() == "# mine\n"
    assert "--stdout" in capsys.readouterr().err


def test_init_that_cannot_write_says_why(here: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.cli.commands.policy._default_file", lambda: "missing/tagwarden.toml")

    assert run(["policy", "init"]) == 3
    assert "can't be written: No such file or directory" in capsys.readouterr().err


def test_init_prints_the_file_when_asked(here: Path, capsys: Capture) -> None:
    assert run(["policy", "init", "--stdout"]) == 0
    assert capsys.readouterr().out == policy_template()
    assert not (here / "tagwarden.toml").exists()


@pytest.mark.parametrize(("args", "file"), [([], "tagwarden.toml"), (["--stdout"], None)])
def test_init_answers_in_json(here: Path, capsys: Capture, args: list[str], file: str | None) -> None:
    assert run(["policy", "init", *args, "--json"]) == 0
    assert answer(capsys) == {"file": file, "content": policy_template(), "suggestions": []}


def test_check_names_every_mistake_of_every_file(here: Path, capsys: Capture) -> None:
    (here / "a.toml").write_text('order = "any"\nmode = 1\n')
    (here / "b.toml").write_text("")

    assert run(["policy", "check", "a.toml", "b.toml", "c.toml"]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "a.toml: order: belongs in [versions]",
        'a.toml: mode: found 1; expected "enforce" or "evaluate"',
        "c.toml: there is no such file; `tagwarden policy init` writes one",
    ]
    assert said.out == "b.toml: no mistakes\n"


def test_check_answers_in_json(here: Path, capsys: Capture) -> None:
    (here / "a.toml").write_text('order = "any"\n')
    (here / "b.toml").write_text("")

    assert run(["policy", "check", "a.toml", "b.toml", "--json"]) == 1
    assert answer(capsys) == {
        "valid": False,
        "files": [
            {"file": "a.toml", "valid": False, "mistakes": ["order: belongs in [versions]"]},
            {"file": "b.toml", "valid": True, "mistakes": []},
        ],
    }


@pytest.mark.parametrize(("content", "status"), [(b"", 0), (b"mode = 1", 1), (b"\xff", 1)])
def test_check_reads_standard_input(
    content: bytes, status: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))

    assert run(["policy", "check", "-"]) == status


@pytest.mark.parametrize("name", [".", "a\0b"])
def test_check_of_what_is_no_file_cannot_judge(here: Path, capsys: Capture, name: str) -> None:
    assert run(["policy", "check", name]) == 3
    assert "can't be read" in capsys.readouterr().err


def test_a_huge_file_is_a_mistake(here: Path, capsys: Capture) -> None:
    (here / "tagwarden.toml").write_bytes(b"#" * (2 << 20))

    assert run(["policy", "check"]) == 1
    assert "a policy has at most 524288" in capsys.readouterr().err


def test_what_a_file_brings_is_escaped(here: Path, capsys: Capture) -> None:
    (here / "\x1b[31m.toml").write_text('"\\u001b[31m\\u202e" = "\\u001b"\nmode = "\\u001b[0m"\n')

    assert run(["policy", "check", "\x1b[31m.toml"]) == 1
    assert capsys.readouterr().err.replace("\n", "").isprintable()


POLICY = """\
versions.order = "minor"
[[override]]
models = ["legacy-*"]
versions.order = "any"
"""


def test_show_tells_where_each_value_comes_from(here: Path, capsys: Capture) -> None:
    (here / "tagwarden.toml").write_text(POLICY)

    assert run(["policy", "show"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][:2] == ["Policy:", "tagwarden.toml"]
    assert ["versions.order", '"minor"', "the", "file"] in lines
    assert ["mode", '"enforce"', "default"] in lines
    assert ["models.names", "(any", "model)", "default"] in lines
    assert ["rules.version-order", '"error"', "the", "file:", "versions.order"] in lines
    assert lines[-2:] == [["Override", "1,", "for", "the", "models", "legacy-*:"], ["versions.order", "=", '"any"']]


def test_show_applies_the_overrides_of_a_model(here: Path, capsys: Capture) -> None:
    (here / "tagwarden.toml").write_text(POLICY)

    assert run(["policy", "show", "--model", "legacy-1"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["versions.order", '"any"', "override", "1"] in lines


def test_show_answers_in_json(here: Path, capsys: Capture) -> None:
    (here / "tagwarden.toml").write_text(POLICY)

    assert run(["policy", "show", "--json", "--model", "cv:seg"]) == 0
    document = answer(capsys)
    assert document["policy"]["source"] == "tagwarden.toml"
    assert document["model"] == "cv:seg"
    assert {"key": "versions.order", "value": "minor", "origin": "file", "because": None} in document["values"]
    assert document["overrides"] == [{"globs": ["legacy-*"], "settings": {"versions.order": "any"}}]


def test_show_of_a_file(here: Path, capsys: Capture) -> None:
    (here / "other.toml").write_text(POLICY)

    assert run(["policy", "show", "--policy", "other.toml", "--site"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Policy: other.toml\n")
    assert ["rules.annotated", '"off"', "default"] in [line.split() for line in out.splitlines()]


def test_show_of_what_a_server_judges_by(server: Server, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = server.clone()
    clone.commit({"tagwarden.toml": POLICY, ".gto": "stages: [dev, prod]\n"})
    clone.git("push", "origin", "HEAD")
    monkeypatch.chdir(server.path)

    assert run(["policy", "show"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Policy: HEAD:tagwarden.toml (")
    assert ["stages.names", '["dev",', '"prod"]', ".gto"] in [line.split() for line in out.splitlines()]


def test_show_of_a_site_policy(
    server: Server, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(server.path)
    assert run(["policy", "show", "--site"]) == 1
    assert "no site policy is configured" in capsys.readouterr().err

    (tmp_path / "site.toml").write_text('rules.annotated = "error"\n')
    server.git("config", "tagwarden.sitePolicy", f"file:{tmp_path / 'site.toml'}")
    assert run(["policy", "show", "--site"]) == 0
    assert f"Policy: file:{tmp_path / 'site.toml'}" in capsys.readouterr().out


def test_show_says_what_keeps_a_policy_from_being_read(here: Path, capsys: Capture) -> None:
    (here / "tagwarden.toml").write_text('order = "any"\n')

    assert run(["policy", "show"]) == 3
    assert "order: belongs in [versions]" in capsys.readouterr().err


@pytest.mark.parametrize("args", [["--policy", "missing.toml"], ["--model", "no model"]])
def test_show_of_what_is_not_there_is_refused(here: Path, capsys: Capture, args: list[str]) -> None:
    assert run(["policy", "show", *args]) == 1


@pytest.mark.parametrize("args", [[], ["--json"]])
def test_schema_prints_the_schema(capsys: Capture, args: list[str]) -> None:
    assert run(["policy", "schema", *args]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(policy_schema()))


def test_the_file_that_is_printed_is_a_policy(here: Path, capsys: Capture) -> None:
    run(["policy", "init", "--stdout"])

    assert load_policy(capsys.readouterr().out.encode())
