"""The page that compares GTO's command line with this one says what both do."""

from __future__ import annotations

import runpy

import pytest

from support.project import ROOT

DOCS = ROOT / "docs"


@pytest.mark.ci  # some two hundred processes of GTO and of ours
def test_the_page_is_what_running_both_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))

    page = runpy.run_path(str(DOCS / "side_by_side.py"))["page"]()

    assert (DOCS / "gto.md").read_text() == page, "run `make docs`"


def test_every_difference_is_explained() -> None:
    cells = [line.split(" | ") for line in (DOCS / "gto.md").read_text().splitlines() if line.startswith("| `gto")]
    unexplained = [row for row in cells if row[1] != row[3] and row[4].startswith("none")]

    assert not [row for row in unexplained if "prints" not in row[1]]
