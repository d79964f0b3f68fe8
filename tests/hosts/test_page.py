"""The page on installing says of each section how far it is tried, and that is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.install_page import PAGE, sections

TRIED = {file.name: file.read_text() for file in Path(__file__).parent.glob("test_*.py")}
ROWS = re.findall(r"(?m)^\| \[.*?\]\(#(.*?)\).*? \| (.*) \|$", PAGE.read_text())


def anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def test_the_table_names_every_section_that_tells_what_to_do() -> None:
    assert [row[0] for row in ROWS] == [anchor(title) for title in sections()][: len(ROWS)]
    assert [title for title in sections() if anchor(title) not in dict(ROWS)] == ["Servers that run no hooks"]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_test_that_a_row_names_follows_the_section(row: tuple[str, str]) -> None:
    (title,) = [title for title in sections() if anchor(title) == row[0]]
    (test,) = re.findall(r"`(test_\w+\.py)`", row[1])

    assert f'"{title}"' in TRIED[test] + supports(TRIED[test])


def supports(test: str) -> str:
    """What the modules hold that a test imports from `support`."""
    names = re.findall(r"(?m)^from support\.(\w+) import", test)
    return "".join((Path(__file__).parents[1] / "support" / f"{name}.py").read_text() for name in names)


@pytest.mark.parametrize("row", [row for row in ROWS if "test_played_hosts" in row[1]], ids=lambda row: row[0])
def test_what_is_only_played_is_not_called_tried(row: tuple[str, str]) -> None:
    assert row[1].startswith(("follows ", "tried with Git itself"))
