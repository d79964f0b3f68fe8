"""The version that a file of a commit tells, and what is said where it tells none."""

from __future__ import annotations

import pytest

from support.examples import judge_example, oid
from tagwarden.policy import budget as budgets
from tagwarden.policy import patterns
from tagwarden.policy.budget import Budget
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.objects.document_files import DocumentFiles
from tagwarden.policy.objects.needed_files import MOST_FILE_BYTES
from tagwarden.policy.objects.version_file import version_in
from tagwarden.policy.rules.contract import refused


def read(path: str, data: bytes, key: str | None) -> str:
    budget = Budget()
    return str(version_in(data, path, key, DocumentFiles(budget), budget))


@pytest.mark.parametrize(
    ("path", "data", "key"),
    [
        ("pyproject.toml", b'[project]\nversion = "1.2.0"\n', "project.version"),
        ("package.JSON", b'{"version": "1.2.0"}', "version"),
        ("a/model.yaml", b"model: {churn: {version: v1.2.0}}", "model.churn.version"),
        ("model.yml", b"version: 1.2.0", "version"),
        ("VERSION", b" 1.2.0\r\n", None),
        pytest.param("VERSION", b"1.2.0".ljust(MOST_FILE_BYTES), None, id="the largest text"),
        pytest.param(
            "package.json", b'{"version": "1.2.0"}'.ljust(MOST_FILE_BYTES), "version", id="the largest document"
        ),
        ("setup.cfg", b"[metadata]\nname = churn\nversion = 1.2.0\n", r"(?m)^version = (.*)$"),
        ("churn.py", b'OLD = "1.1.0"\nNEW = "1.2.0"\n', r"(?<=NEW = \").*(?=\")"),
        ("CHANGELOG.md", b"## 1.2.0\n\n## 1.1.0\n", "## (.*)"),
    ],
)
@pytest.mark.parametrize("timers", [True, False])
def test_a_version_is_found(
    path: str, data: bytes, key: str | None, timers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not timers:
        monkeypatch.setattr(patterns, "has_timers", lambda: False)

    assert read(path, data, key) == "v1.2.0"


@pytest.mark.parametrize(
    ("path", "data", "key", "problem"),
    [
        ("a.toml", b"version", "version", "can't be read as TOML: Expected '=' after a key"),
        ("a.toml", b"version = '\xff'", "version", "can't be read as TOML: 'utf-8' codec can't decode"),
        ("a.json", b"[" * 100_000, "version", "can't be read as JSON: it is nested too deeply"),
        ("a.yaml", b"a: b: c", "version", "can't be read as YAML: mapping values are not allowed"),
        pytest.param(
            "a.yaml",
            b" " * (MOST_FILE_BYTES + 1),
            "version",
            "can't be read as YAML: it is larger than 1024 KiB",
            id="a document that is too large",
        ),
        ("a.yaml", b"project: 1", "project.version", "has no 'project.version'"),
        ("a.json", b'["version"]', "version", "has no 'version'"),
        ("a.yaml", b"version: 1.10", "version", "has 1.1 at 'version', which is not a string; put it in quotes"),
        ("a.yaml", b"version: 1.2", "version", "has 1.2 at 'version'"),
        pytest.param(
            "VERSION", b" " * (MOST_FILE_BYTES + 1), None, "is larger than 1024 KiB", id="a text that is too large"
        ),
        ("VERSION", b"\xff", None, "is not UTF-8 text"),
        ("VERSION", b"", None, "says '', which is not a version"),
        ("VERSION", b"1.0.0rc1", None, "says '1.0.0rc1', which is not a version: '0rc1' is not a valid patch number"),
        ("VERSION", b"1.2.0\n1.3.0\n", None, "which is not a version"),
        ("churn.py", b"v = 1", "w = (.)", "contains nothing that matches the pattern 'w = (.)'"),
        ("churn.py", b"v = 1", "v(x)?", "says '', which is not a version"),
    ],
)
def test_where_there_is_none_it_is_said_why(path: str, data: bytes, key: str | None, problem: str) -> None:
    with pytest.raises(ValueError) as raised:
        read(path, data, key)

    assert problem in str(raised.value)


def test_a_pattern_that_takes_forever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(budgets.SECONDS, "patterns", 0.2)

    with pytest.raises(CannotJudge, match=r"take more than 0\.2 seconds"):
        read("churn.py", b"a" * 40, "(a+)+b")


@pytest.mark.parametrize(
    ("told", "existing", "options", "has_a_fix"),
    [
        ("1.1.0", "v1.0.0", "", True),
        ("1.1.0", "v1.1.0", "", False),
        ("1.1.0+cu121", "v1.1.0", "build-metadata = true", False),
        ("1.1.0", "v2.0.0", "", False),
        ("1.1.0", "v2.0.0", 'order = "major"', True),
        ("1.1.0", "v1.9.0", 'order = "major"', False),
        ("1.1.0", "v1.9.0", 'order = "any"', True),
        ("1.1.0-rc.1", "v1.0.0", "", True),
        ("1.1.0-rc.1", "v1.0.0", "prerelease = false", False),
        ("1.1.0+cu121", "v1.0.0", "", False),
    ],
)
def test_the_version_of_the_file_is_the_fix_where_it_can_be_registered(
    told: str, existing: str, options: str, has_a_fix: bool
) -> None:
    pushed = f"churn@v9.0.0 on c2 at 2 holding VERSION={told}"
    policy = f'[versions]\n{options}\n[target.version-file]\npath = "VERSION"\n'

    verdict = judge_example(refused("", pushed, existing=(f"churn@{existing}",), policy=policy))

    (finding,) = verdict.findings
    delete = "git tag -d churn@v9.0.0"
    register = f"; tagwarden register churn {oid('c2')[:12]} --version v{told}" if has_a_fix else ""
    assert finding.fix == f"{delete}{register}"
    keep = f"`{delete}; tagwarden register churn --version v9.0.0`"
    assert finding.message.endswith(f"; if v9.0.0 is meant, write it to 'VERSION', commit that, and run {keep}")
