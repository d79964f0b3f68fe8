"""What others wrote reaches a terminal so that it can be read, and does nothing to it."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest

from tagwarden.report.escape import columns, escape
from tagwarden.report.table import LINES_AT_ONCE, table


@pytest.mark.parametrize("text", ["José Ünal", "Entraînement réussi, 训练", "Модель", "ญี่ปุ่น", "نموذج", "🚀 …"])
def test_letters_of_any_script_are_shown_as_they_are(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202egpj", "\\u202egpj"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("prod\u3164", "prod\\u3164"),
        ("v\ufe0f1", "v\\ufe0f1"),
        ("a\u00a0b\u2028c", "a\\xa0b\\u2028c"),
        ("\udcff\udc80", "\\xff\\x80"),
        ("\ud800", "\\ud800"),
        ("\ue000", "\\ue000"),
        ("\U000e0041", "\\U000e0041"),
    ],
    ids=ascii,
)
def test_what_a_terminal_obeys_or_hides_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_no_control_format_or_private_character_comes_through() -> None:
    passed = {character for character in map(chr, range(0x80)) if escape(character) == character}
    for first in range(0x80, sys.maxunicode + 1, 0x780):
        block = "".join(map(chr, range(first, min(first + 0x780, sys.maxunicode + 1))))
        passed |= set(block) & set(escape(block))

    assert {unicodedata.category(character) for character in passed - {" "}}.isdisjoint(
        ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")
    )


def test_a_long_text_is_cut() -> None:
    assert escape("é" * 2003) == "é" * 2000 + "... (3 more characters)"


def test_columns_stand_below_one_another_whatever_the_script() -> None:
    assert [columns(text) for text in ("abc", "训练", "e\u0301")] == [3, 4, 1]
    assert table(["WHO", "X"], [["训练", "1"], ["Zoë", "2"]]).splitlines() == ["WHO   X", "训练  1", "Zoë   2"]


def test_columns_stand_below_one_another_in_a_table_of_any_length() -> None:
    rows = [["a", "b", "c"], *[["x", "y", "z"]] * LINES_AT_ONCE, ["longer", "Zoë\t", None]]

    lines = table(["A", "B", "C"], rows).splitlines()

    assert lines[0] == "A       B      C"
    assert lines[-1] == "longer  Zoë\\t  -"
    assert set(lines[2:-1]) == {"x       y      z"}


def test_letters_that_an_output_can_not_hold_are_escaped_there() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tagwarden.cli", "register", "模型é"],
        capture_output=True,
        env={"PYTHONIOENCODING": "latin-1"},
        check=False,
    )

    assert said.returncode == 1
    assert b"'\\u6a21\\u578b\xe9' can't be a model's name" in said.stderr
