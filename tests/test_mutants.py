"""The list of `make mutants` fits the code; whether the tests notice each change only that command tells."""

from __future__ import annotations

import pytest

from mutant import Mutant
from mutants import changed
from mutants_table import MUTANTS
from support.project import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.file}: {mutant.old}")
def test_a_mutant_changes_a_line_that_is_there_and_names_tests_that_are(mutant: Mutant) -> None:
    compile(changed(mutant), mutant.file, "exec")
    assert [name for name in mutant.tests if not (ROOT / name).is_file()] == []
