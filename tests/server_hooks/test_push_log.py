"""The push log: what a line holds, how lines are chained, and what tells that somebody touched them."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.project import ROOT
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.policy.verdict import Finding, Verdict
from tagwarden.server_hooks.log import append as push_log
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.chain import read_lines, verify
from tagwarden.server_hooks.log.line import BEGINNING, HEAD, LOG, Entry, outcome_of, quoted
from tagwarden.server_hooks.pusher import Pusher

ADA = Pusher("ada", "ada@example.com", "GITEA_PUSHER_NAME")
UPDATE = RefUpdate(None, "1" * 40, "refs/tags/churn@v1.0.0")
ENTRY = Entry("pre-receive", ADA, (UPDATE,), "accepted")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """The common directory of a repository."""
    return str(tmp_path)


def entries(folder: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in read_lines(folder)]


def change(folder: str, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    """Tamper with the lines of the log."""
    file = Path(folder, LOG)
    file.write_bytes(b"".join(edit(file.read_bytes().splitlines(keepends=True))))


def troubles(folder: str, wanted: str | None = None) -> list[str]:
    return [trouble.message for trouble in verify(folder, wanted=wanted).troubles]


def verdict(*findings: Finding, accepted: bool = True, source: str = "HEAD:tagwarden.toml") -> Verdict:
    return Verdict(accepted, "enforce", source, "ab12", findings, 1, ("a note",))


# What a line holds


def test_a_line_holds_all_that_is_known_of_the_push(folder: str) -> None:
    order = Finding("version-order", "error", UPDATE.ref, "churn", "v1.0.0 is below v2.0.0", "versions.order", None)
    whole = Finding("replace-refs", "error", None, None, "no", None, None)
    judged = (verdict(order, whole, accepted=False), verdict(source="file:/site.toml"))
    append_to_log(folder, Entry("pre-receive", ADA, (UPDATE,), "refused", judged, {"who": "urgent"}))

    (line,) = entries(folder)
    assert str(line.pop("time")).endswith("Z")
    assert len(str(line.pop("hash"))) == 64
    assert line == {
        "outcome": "refused",
        "hook": "pre-receive",
        "pusher": {"name": "ada", "email": "ada@example.com", "how": "GITEA_PUSHER_NAME"},
        "updates": [{"ref": "refs/tags/churn@v1.0.0", "old": None, "new": "1" * 40}],
        "policies": [
            {
                "source": "HEAD:tagwarden.toml",
                "id": "ab12",
                "mode": "enforce",
                "accepted": False,
                "findings": [
                    {
                        "rule": "version-order",
                        "severity": "error",
                        "ref": "refs/tags/churn@v1.0.0",
                        "message": "v1.0.0 is below v2.0.0",
                    },
                    {"rule": "replace-refs", "severity": "error", "ref": None, "message": "no"},
                ],
                "notes": ["a note"],
            },
            {
                "source": "file:/site.toml",
                "id": "ab12",
                "mode": "enforce",
                "accepted": True,
                "findings": [],
                "notes": ["a note"],
            },
        ],
        "emergency": {"who": "urgent"},
        "line": 1,
        "previous": BEGINNING,
    }


def test_a_push_that_could_not_be_judged_is_logged_with_what_kept_it(folder: str) -> None:
    nobody = Pusher(None, None, "tagwarden.pusher is not set")
    append_to_log(folder, Entry("update", nobody, (UPDATE,), "could-not-judge", error="git broke"))

    (line,) = entries(folder)
    assert (line["outcome"], line["error"], line["policies"]) == ("could-not-judge", "git broke", [])
    assert line["pusher"] == {"name": None, "email": None, "how": "tagwarden.pusher is not set"}


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    written = quoted(text)

    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == json.loads(json.dumps(text))


def test_bytes_that_are_not_utf8_survive(folder: str) -> None:
    odd = RefUpdate(None, "1" * 40, os.fsdecode(b"refs/tags/caf\xe9@v1.0.0"))
    append_to_log(folder, ENTRY._replace(updates=(odd,)))

    assert json.loads(next(read_lines(folder)))["updates"][0]["ref"] == odd.ref


def test_very_long_text_is_cut_and_says_so(folder: str) -> None:
    append_to_log(folder, ENTRY._replace(pusher=Pusher("a" * 100_000, None, "")))

    assert len(next(read_lines(folder))) < 4000
    assert "98000 more characters" in next(read_lines(folder)).decode()


def test_every_ref_of_a_large_accepted_push_is_listed(folder: str) -> None:
    updates = [RefUpdate(None, f"{number:040x}", f"refs/tags/m@v0.0.{number}") for number in range(5000)]
    append_to_log(folder, ENTRY._replace(updates=updates))

    assert len(json.loads(next(read_lines(folder)))["updates"]) == 5000
    assert not troubles(folder)


def test_a_large_refused_push_can_not_fill_the_disk(folder: str) -> None:
    updates = [RefUpdate(None, f"{number:040x}", f"refs/tags/m@v0.0.{number}") for number in range(5000)]
    findings = [Finding("who", "error", update.ref, "m", "no", None, None) for update in updates]
    refused = verdict(*findings, accepted=False)
    append_to_log(folder, ENTRY._replace(updates=updates, outcome="refused", verdicts=(refused,)))

    line = json.loads(next(read_lines(folder)))
    every = "".join(f"- {update.new} {update.ref}\n" for update in updates).encode()
    assert (len(line["updates"]), line["updates_in_all"]) == (1000, 5000)
    assert line["updates_sha256"] == hashlib.sha256(every).hexdigest()
    assert (len(line["policies"][0]["findings"]), line["policies"][0]["findings_in_all"]) == (1000, 5000)


@pytest.mark.parametrize(
    ("verdicts", "emergency", "outcome"),
    [
        ((verdict(), verdict()), {}, "accepted"),
        ((verdict(), verdict(accepted=False)), {}, "refused"),
        ((verdict(),), {"who": "urgent"}, "emergency"),
        ((verdict(accepted=False),), {"who": "urgent"}, "refused"),
    ],
)
def test_the_outcome_is_what_all_policies_say(
    verdicts: tuple[Verdict, ...], emergency: dict[str, str], outcome: str
) -> None:
    assert outcome_of(verdicts, emergency) == outcome


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


# Kills, full disks, many at once


def test_what_a_killed_hook_left_is_no_trouble_and_the_next_line_takes_its_place(folder: str) -> None:
    append_to_log(folder, ENTRY)
    with Path(folder, LOG).open("ab") as log:
        log.write(b'{"time":"2025-')

    before = verify(folder)
    assert (before.lines, before.troubles) == (1, ())
    assert before.notes[0].startswith("the last 14 bytes are a line that was never finished")

    append_to_log(folder, ENTRY)
    assert verify(folder)[2:4] == ((), ())
    assert entries(folder)[1]["dropped_bytes"] == 14


def test_a_hook_that_was_killed_before_it_noted_its_line_leaves_a_chain_that_goes_on(folder: str) -> None:
    append_to_log(folder, ENTRY)
    noted = Path(folder, HEAD).read_bytes()
    append_to_log(folder, ENTRY)
    Path(folder, HEAD).write_bytes(noted)

    assert not troubles(folder)
    append_to_log(folder, ENTRY)
    assert verify(folder).lines == 3
    assert not troubles(folder)


def test_a_full_disk_refuses_the_push_and_leaves_no_part_of_a_line(folder: str) -> None:
    append_to_log(folder, ENTRY)
    size = Path(folder, LOG).stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, before[1]))
    try:
        with pytest.raises(CannotJudge, match=r"push-log\.jsonl in the repository on the server: .*space"):
            append_to_log(folder, ENTRY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert Path(folder, LOG).stat().st_size == size
    append_to_log(folder, ENTRY)
    assert verify(folder)[2:4] == ((), ())


def test_where_the_log_can_not_be_written_the_push_is_refused(folder: str) -> None:
    Path(folder, LOG).mkdir(parents=True)

    with pytest.raises(CannotJudge, match="A push that is not logged is not accepted"):
        append_to_log(folder, ENTRY)


def test_a_log_that_is_a_symbolic_link_is_not_followed(folder: str, tmp_path: Path) -> None:
    append_to_log(folder, ENTRY)
    Path(folder, LOG).rename(tmp_path / "elsewhere")
    Path(folder, LOG).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CannotJudge):
        append_to_log(folder, ENTRY)


def test_a_push_does_not_wait_for_ever(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    append_to_log(folder, ENTRY)
    monkeypatch.setattr(push_log, "LONGEST_WAIT", 0.02)
    with Path(folder, HEAD).open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(CannotJudge, match="Push again later"):
            append_to_log(folder, ENTRY)


def test_the_files_are_as_accessible_as_the_repository(folder: str) -> None:
    Path(folder).chmod(0o2770)
    append_to_log(folder, ENTRY)

    assert stat.S_IMODE(Path(folder, LOG).stat().st_mode) == 0o660
    assert stat.S_IMODE(Path(folder, LOG).parent.stat().st_mode) == 0o2770


def test_only_the_end_of_a_huge_log_is_read(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(300):
        append_to_log(folder, ENTRY, durable=False)
    read: list[int] = []
    pread = os.pread

    def counting(fd: int, count: int, offset: int) -> bytes:
        read.append(count)
        return pread(fd, count, offset)

    monkeypatch.setattr(os, "pread", counting)
    append_to_log(folder, ENTRY)

    assert sum(read) < 70_000 < Path(folder, LOG).stat().st_size


# Each of 200 processes logs one push, 40 at a time, and some are killed while they are at it.
MANY = """
import os, random, signal, sys, time
from tagwarden.policy.push import RefUpdate
from tagwarden.server_hooks.log.append import append_to_log
from tagwarden.server_hooks.log.line import Entry
from tagwarden.server_hooks.pusher import Pusher

folder, seed = sys.argv[1], int(sys.argv[2])
dice = random.Random(seed)
reading, writing = os.pipe()
running = {}
killed = 0
for number in range(200):
    while len(running) >= 40:
        pid, _ = os.wait()
        running.pop(pid, None)
    size = dice.choice([1, 1, 10, 3000])
    pid = os.fork()
    if pid == 0:
        updates = [RefUpdate(None, f"{one:040x}", f"refs/tags/m{number}@v0.0.{one}") for one in range(size)]
        digest = append_to_log(folder, Entry("pre-receive", Pusher(f"p{number}", None, ""), updates, "accepted"))
        os.write(writing, digest.encode() + b"\\n")
        os._exit(0)
    running[pid] = number
    if dice.random() < 0.5:
        time.sleep(dice.random() * 0.004)
        victim = dice.choice(list(running))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        running.pop(victim)
        killed += 1
while running:
    pid, _ = os.wait()
    running.pop(pid, None)
os.close(writing)
answered = os.fdopen(reading).read().split()
print(killed, *answered)
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_200_pushes_at_once_with_random_kills_leave_a_chain_without_a_gap(folder: str, seed: int) -> None:
    ran = subprocess.run([sys.executable, "-c", MANY, folder, str(seed)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    killed, *answered = ran.stdout.split()

    append_to_log(folder, ENTRY)
    found = verify(folder)
    hashes = [line["hash"] for line in entries(folder)]
    assert found[2:4] == ((), ())
    assert int(killed) > 20
    # Whoever was not killed has an answer; on a loaded machine it may be that nobody else has.
    assert len(answered) >= 200 - int(killed)
    assert set(answered) <= set(hashes)
    assert len(hashes) == found.lines <= 201


def test_the_recipe_of_the_documentation_recomputes_a_hash(folder: str) -> None:
    digest = append_to_log(folder, ENTRY)
    page = (ROOT / "docs" / "push-log.md").read_text()
    (recipe,) = (line.strip() for line in page.splitlines() if "sha256sum" in line)
    ran = subprocess.run(recipe.replace("17p", "1p"), shell=True, cwd=f"{folder}/tagwarden", capture_output=True)

    assert ran.stdout.split()[0] == digest.encode()


def test_a_log_that_was_moved_away_goes_on_in_a_new_file(folder: str) -> None:
    last = [append_to_log(folder, ENTRY) for _ in range(3)][-1]
    Path(folder, LOG).rename(Path(folder, "old.jsonl"))
    append_to_log(folder, ENTRY)

    assert (entries(folder)[0]["line"], entries(folder)[0]["previous"]) == (4, last)
    assert troubles(folder) == ["lines 1 to 3 are missing before line 1 of the file"]
