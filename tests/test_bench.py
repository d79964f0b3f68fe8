"""The page about performance says what was measured."""

from __future__ import annotations

import json
import sys

import pytest

from support.project import ROOT

DOCS = ROOT / "docs"


@pytest.fixture
def results() -> dict:
    return json.loads((DOCS / "performance.json").read_text())


def test_the_page_and_its_plot_are_drawn_from_the_results(results: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    from bench.page import growth_plot, page, plot

    assert (DOCS / "performance.md").read_text() == page(results), "run `make bench-docs`"
    assert (DOCS / "performance-budgets.svg").read_text() == plot(results), "run `make bench-docs`"
    assert (DOCS / "performance-growth.svg").read_text() == growth_plot(results), "run `make bench-docs`"


def test_the_results_are_of_a_run_of_every_case(results: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    from bench.__main__ import CASES

    assert [case["name"] for case in results["cases"]] == [case.name for case in CASES]
    for measured, case in zip(results["cases"], CASES, strict=True):
        assert (measured["limit"], measured["holds"]) == (case.limit, case.holds(measured["figure"]))
