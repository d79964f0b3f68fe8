"""The threat model names tests that there are."""

from __future__ import annotations

import re

import pytest

from support.project import ROOT

MODEL = (ROOT / "docs" / "threat-model.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:\w+/)?test_\w+\.py)::(?:Test\w+::)?(test_\w+)`", MODEL)))


def test_the_threat_model_names_tests() -> None:
    assert len(NAMED) > 60


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_a_test_that_the_threat_model_names_is_there(file: str, test: str) -> None:
    assert f"def {test}(" in (ROOT / "tests" / file).read_text()
