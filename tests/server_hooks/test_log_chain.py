"""The chain of the push log: whatever is done to its lines is found."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.logged_lines import ENTRY, change, troubles
from support.project import ROOT
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.chain import read_lines, verify
from tagwarden.server_hooks.log.line import HEAD, LOG
from tagwarden.server_hooks.pusher import Pusher

# The chain


def test_a_hash_can_be_recomputed_with_any_program(folder: str) -> None:
    first = append_to_log(folder, ENTRY)
    append_to_log(folder, ENTRY)
    lines = list(read_lines(folder))

    content = lines[0].rpartition(b',"hash":')[0]
    assert hashlib.sha256(content).hexdigest() == first == json.loads(lines[0])["hash"]
    assert json.loads(lines[1])["previous"] == first


def test_a_log_that_nobody_touched_is_in_order(folder: str) -> None:
    hashes = [append_to_log(folder, ENTRY) for _ in range(20)]
    found = verify(folder, wanted=hashes[7])

    assert found[:4] == (20, hashes[-1], (), ())


def test_a_line_that_was_changed_is_not_the_one_whose_hash_was_noted(folder: str) -> None:
    noted = append_to_log(folder, ENTRY)
    change(folder, lambda lines: [lines[0].replace(b'"accepted"', b'"refused!"')])

    assert any(f"no line has the hash {noted}" in trouble for trouble in troubles(folder, wanted=noted))


def test_no_log_at_all_is_in_order(folder: str) -> None:
    assert verify(folder)[:4] == (0, None, (), ())


def rehash(line: bytes) -> bytes:
    content = line.rpartition(b',"hash":')[0]
    return content + b',"hash":"' + hashlib.sha256(content).hexdigest().encode() + b'"}\n'


def with_bob(line: bytes) -> bytes:
    return line.replace(b'"ada"', b'"bob"')


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda lines: [*lines[:3], with_bob(lines[3]), *lines[4:]], "line 4 was changed"),
        (lambda lines: [*lines[:-1], with_bob(lines[-1])], "line 9 was changed"),
        (lambda lines: [*lines[:3], rehash(with_bob(lines[3])), *lines[4:]], "line 5 does not follow line 4"),
        (lambda lines: [*lines[:-1], rehash(with_bob(lines[-1]))], "line 9 is not the one"),
        (lambda lines: [*lines[:3], *lines[4:]], "line 4 is missing before line 4 of the file"),
        (lambda lines: [*lines[:3], *lines[6:]], "lines 4 to 6 are missing before line 4 of the file"),
        (lambda lines: lines[1:], "line 1 is missing before line 1 of the file"),
        (lambda lines: lines[:-1], "line 9 is missing at the end"),
        (lambda lines: lines[:-4], "lines 6 to 9 are missing at the end"),
        (lambda lines: lines[:0], "lines 1 to 9 are missing at the end"),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], "line 5 is out of place"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "line 4 is out of place"),
        (lambda lines: [*lines[:3], b"{}\n", *lines[3:]], "line 4 does not belong to this log"),
        (lambda lines: [*lines[:3], b"\n", *lines[4:]], "line 4 does not belong to this log"),
        (lambda lines: [*lines[:-1], lines[-1][:-40]], "line 9 is missing at the end"),
    ],
)
def test_whatever_is_done_to_the_lines_is_found(
    folder: str, edit: Callable[[list[bytes]], list[bytes]], said: str
) -> None:
    for _ in range(9):
        append_to_log(folder, ENTRY)
    change(folder, edit)

    assert any(trouble.startswith(said) for trouble in troubles(folder)), troubles(folder)


@pytest.mark.parametrize("cut", [1, 4])
def test_later_pushes_do_not_cover_up_lines_that_were_cut_off(folder: str, cut: int) -> None:
    for _ in range(9):
        append_to_log(folder, ENTRY)
    change(folder, lambda lines: lines[:-cut])
    append_to_log(folder, ENTRY)

    assert troubles(folder)[0].endswith(f"missing before line {10 - cut} of the file")


def test_later_pushes_do_not_cover_up_a_line_that_lost_its_end(folder: str) -> None:
    for _ in range(3):
        append_to_log(folder, ENTRY)
    change(folder, lambda lines: [*lines[:-1], lines[-1][:-40]])
    append_to_log(folder, ENTRY)

    assert troubles(folder) == ["line 3 does not belong to this log: it was changed or inserted"]


def test_a_head_that_is_gone_is_missed_and_then_made_anew(folder: str) -> None:
    append_to_log(folder, ENTRY)
    append_to_log(folder, ENTRY)
    Path(folder, HEAD).unlink()

    assert troubles(folder) == [f"{HEAD} is gone, so lines may be missing at the end"]
    append_to_log(folder, ENTRY)
    assert not troubles(folder)


def test_a_hash_that_was_kept_elsewhere_finds_a_complete_rewrite(folder: str) -> None:
    kept = [append_to_log(folder, ENTRY) for _ in range(5)][2]
    for name in (LOG, HEAD):
        Path(folder, name).unlink()
    for _ in range(5):
        append_to_log(folder, ENTRY._replace(pusher=Pusher("bob", None, "")))

    assert not troubles(folder)
    assert troubles(folder, kept) == [f"no line has the hash {kept}: since it was noted, the log was cut or rewritten"]


def test_many_troubles_are_counted_and_not_all_told(folder: str) -> None:
    for _ in range(50):
        append_to_log(folder, ENTRY, durable=False)
    change(folder, lambda lines: [with_bob(line) for line in lines])
    found = verify(folder)

    assert len(found.troubles) == 20
    assert found.notes == ("30 more troubles like these",)


def test_the_recipe_of_the_documentation_recomputes_a_hash(folder: str) -> None:
    digest = append_to_log(folder, ENTRY)
    page = (ROOT / "docs" / "push-log.md").read_text()
    (recipe,) = (line.strip() for line in page.splitlines() if "sha256sum" in line)
    ran = subprocess.run(recipe.replace("17p", "1p"), shell=True, cwd=f"{folder}/tagwarden", capture_output=True)

    assert ran.stdout.split()[0] == digest.encode()
