"""What `tagwarden.policy` exports is there, and its documentation runs."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from support.project import ROOT
from tagwarden import policy


@pytest.mark.parametrize("name", policy.__all__)
def test_an_exported_name_can_be_imported_and_says_what_it_is(name):
    assert getattr(policy, name).__doc__


def test_what_is_not_exported_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = policy.nothing


def documented_program():
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text(), re.DOTALL)
    return program


def test_the_documented_program_runs():
    ran = subprocess.run(
        [sys.executable, "-I", "-c", documented_program()], capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""


@pytest.mark.thorough
def test_the_documented_program_satisfies_a_strict_type_checker(tmp_path):
    (tmp_path / "program.py").write_text(documented_program())
    check = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", str(tmp_path / "program.py")]
    ran = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("Success: no issues found in 1 source file\n", "")


def test_importing_the_package_imports_nothing_else_of_it():
    program = "import sys, tagwarden.policy; print(*[m for m in sys.modules if m.startswith('tagwarden.policy.')])"
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
