"""What versions are made of; metrics that the policy names are columns and plots, wherever they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support import Repo
from support.command_line import tagwarden
from tagwarden.contents.tree_entries import TreeEntries
from tagwarden.dashboard.shown_contents import ContentsReader
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.registry import read_model

POLICY = '[show]\nmetrics = ["AUC", "test.loss"]\n'


@pytest.fixture
def registry(repo: Repo) -> Repo:
    """Two versions whose metrics stand in a file, and one that states one in its tag."""
    repo.commit({"tagwarden.toml": POLICY, "metrics.json": '{"AUC": 0.81, "test": {"loss": 0.4}}'})
    repo.tag("churn@v1.0.0")
    repo.commit({"metrics.json": '{"AUC": 0.84, "test": {"loss": 0.3}, "other": 1}'})
    repo.tag("churn@v1.1.0")
    repo.commit({"metrics.json": "{}"})
    repo.tag("churn@v1.2.0", message="Retrained\n\nMetric: AUC=0.9")
    return repo


def page_of(tmp_path: Path, repo: Repo) -> str:
    ran = tagwarden(tmp_path, "dashboard", str(repo.path), "-o", "site")
    assert ran.status == 0, ran.err
    (page,) = (tmp_path / "site" / "m").glob("churn-*.html")
    return page.read_text()


def columns_of(page: str) -> dict[str, list[str]]:
    """The columns of the table of versions by what they are called."""
    head, body = page[page.index("<table id=table-of-versions") :].split("<tbody>", 1)
    rows = [re.split("<td>|<th scope=row>", line)[1:] for line in body.splitlines() if line.startswith("<tr ")]
    heads = re.findall(r"<th scope=col[^>]*>([^<\n]*)", head)
    return {name: [row[place] for row in rows[: len(rows)]] for place, name in enumerate(heads) if place < len(rows[0])}


def test_a_metric_of_a_file_or_of_the_tag_is_a_column_and_a_plot(registry: Repo, tmp_path: Path) -> None:
    page = page_of(tmp_path, registry)

    columns = columns_of(page)
    assert columns["AUC"] == ["0.9", "0.84", "0.81"]
    assert columns["test.loss"] == ["", "0.3", "0.4"]
    assert "other" not in columns
    assert "AUC from 0.81 (v1.0.0) to 0.9 (v1.2.0)" in page
    assert "test.loss from 0.4 (v1.0.0) to 0.3 (v1.1.0)" in page


def test_the_columns_are_those_that_show_has(registry: Repo, tmp_path: Path) -> None:
    columns = columns_of(page_of(tmp_path, registry))

    shown = [line.split() for line in tagwarden(registry.path, "show", "churn").out.splitlines()]
    places = {name: shown[0].index(name) - len(shown[0]) for name in ("AUC", "test.loss")}
    for name, place in places.items():
        assert [row[place] for row in shown[1:]] == [text or "-" for text in columns[name]]


def test_a_metric_that_the_policy_does_not_name_is_no_column(registry: Repo, tmp_path: Path) -> None:
    registry.commit({"tagwarden.toml": ""})

    columns = columns_of(page_of(tmp_path, registry))

    assert "test.loss" not in columns
    assert columns["AUC"] == ["0.9", "", ""]


def test_a_metric_is_shown_as_text_whatever_it_holds(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"tagwarden.toml": POLICY, "metrics.json": '{"AUC": "<script>alert(1)</script>\\u202e"}'})
    repo.tag("churn@v1.0.0")

    page = page_of(tmp_path, repo)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e" in page


class CountingReader(GitProgram):
    """Tells how often it was asked for an entry."""

    asked = 0

    def entry(self, *args, **options):
        self.asked += 1
        return super().entry(*args, **options)


def test_commits_of_one_tree_are_looked_into_once(registry: Repo) -> None:
    commits = [registry.git("rev-parse", "HEAD")]
    registry.git("commit", "--quiet", "--allow-empty", "-m", "again")
    commits.append(registry.git("rev-parse", "HEAD"))
    reader = CountingReader(Git.at(str(registry.path)))
    entries = TreeEntries(reader)

    found = [entries.entry(commit, path, limit=100) for path in ("metrics.json", "none") for commit in commits]

    reader.close()
    assert [one.data if one else None for one in found] == [b"{}", b"{}", None, None]
    assert reader.asked == 2


def test_what_takes_too_long_to_read_is_left_out_and_that_is_said(registry: Repo) -> None:
    reader = GitProgram(Git.at(str(registry.path)))
    making = ContentsReader(reader, seconds=0)

    found = making.of("churn", read_model(reader, "churn"), ["AUC"])

    reader.close()
    assert found == {}
    assert making.notes() == ["It took too long to read what 3 versions hold: that is not shown."]
