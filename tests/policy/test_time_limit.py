"""What a pusher makes slow is given up, with a word on what to do."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from tagwarden.policy import budget as budgets
from tagwarden.policy import patterns
from tagwarden.policy.budget import Budget
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.objects.annotations import problem_of_annotations
from tagwarden.policy.objects.document_files import DocumentFiles
from tagwarden.policy.patterns import matches_in_time
from tagwarden.policy.time_limit import in_time

ENDLESS = r"(a+)+b"
BAIT = "a" * 60


def test_a_pattern_that_takes_years_is_given_up(monkeypatch):
    monkeypatch.setitem(budgets.SECONDS, "patterns", 0.2)
    begun = time.monotonic()
    with pytest.raises(CannotJudge, match="should simplify the pattern"):
        matches_in_time(ENDLESS, BAIT, Budget())
    assert time.monotonic() - begun < 5


def test_where_there_is_no_timer_a_child_process_is_given_up(monkeypatch):
    monkeypatch.setitem(budgets.SECONDS, "patterns", 0.2)
    raised = []

    def match() -> None:
        try:
            matches_in_time(ENDLESS, BAIT, Budget())
        except CannotJudge as problem:
            raised.append(problem)

    thread = threading.Thread(target=match)
    thread.start()
    thread.join(20)
    assert raised


@pytest.mark.parametrize("somewhere", ["timer", "child"])
@pytest.mark.parametrize(("text", "matches"), [("ML-7: better", True), ("better", False), ("é\udcff", False)])
def test_a_pattern_matches_the_whole_text_wherever_it_is_tried(monkeypatch, somewhere, text, matches):
    if somewhere == "child":
        monkeypatch.setattr(patterns, "has_timers", lambda: False)
    assert matches_in_time(r"ML-\d+: .+", text, Budget()) is matches


def test_each_content_is_read_once_and_all_of_them_in_time(monkeypatch):
    monkeypatch.setitem(budgets.SECONDS, "documents", 0.5)
    documents = DocumentFiles()
    assert problem_of_annotations(b"churn: {path: model.pkl}", documents) is None
    with pytest.raises(CannotJudge, match="Push fewer tags at once"):
        problem_of_annotations(b"".join(b"model%d: {path: x}\n" % number for number in range(20000)), documents)


def test_work_that_swallows_the_end_of_its_time_is_stopped_all_the_same():
    stopped = []

    def stubborn() -> None:
        while len(stopped) < 2:
            try:
                while True:
                    pass
            except CannotJudge:
                stopped.append(True)
        while True:
            pass

    with pytest.raises(CannotJudge, match="over"):
        in_time(stubborn, seconds=0.05, too_slow="over")
    assert len(stopped) == 2
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_work_that_is_stopped_in_a_destructor_is_stopped_behind_it(capsys):
    class Slow:
        def __del__(self) -> None:
            time.sleep(0.2)

    def forgets() -> None:
        Slow()
        time.sleep(5)

    with pytest.raises(CannotJudge, match="over"):
        in_time(forgets, seconds=0.05, too_slow="over")
    assert capsys.readouterr().err == ""


def test_what_is_left_of_the_time_is_told():
    result, left = in_time(lambda: 7, seconds=5, too_slow="")
    assert result == 7
    assert 4 < left <= 5
    with pytest.raises(CannotJudge, match="over"):
        in_time(lambda: 7, seconds=0, too_slow="over")


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 600,
        b"? " * 600,
        b"a: &a [*a]",
        b"a: !!python/object:os.system x",
        b"\xff",
        b"- - - -",
        b"{",
        b"a: !!int 9e9",
        b"%YAML 9.9\n---\n",
    ],
)
def test_hostile_yaml_is_a_problem_and_nothing_worse(data):
    assert problem_of_annotations(data, DocumentFiles())


def doubled(levels: int, entry: bytes) -> bytes:
    lines = [b"a0: &a0 {x: 1}"]
    lines += [entry.replace(b"N", b"%d" % n).replace(b"O", b"%d" % (n - 1)) for n in range(1, levels)]
    return b"\n".join(lines)


@pytest.mark.parametrize(
    "data",
    [
        doubled(26, b"aN: &aN {<<: [*aO, *aO]}"),
        doubled(60, b"aN: &aN [*aO, *aO]") + b"\nk: *a59\nk: 1",
        doubled(60, b"aN: &aN {k: *aO, l: *aO}"),
        b"&all [1, [*all, *all]]",
    ],
)
def test_yaml_that_stands_for_endless_values_is_turned_down_before_it_is_made(data):
    begun = time.monotonic()
    assert "alias" in (problem_of_annotations(data, DocumentFiles()) or "")
    assert time.monotonic() - begun < 5


def test_aliases_that_say_no_more_than_they_save_are_read():
    data = b"a: &a {path: x, labels: &l [one]}\nb: {<<: *a, type: model}\nc: {labels: *l}\n"
    assert problem_of_annotations(data, DocumentFiles()) is None


def test_all_tags_of_a_push_share_one_time(monkeypatch):
    monkeypatch.setitem(budgets.SECONDS, "patterns", 0.5)
    budget = Budget()
    begun = time.monotonic()

    def match_many() -> None:
        for _ in range(1000):
            matches_in_time("(a|aa)+b", "a" * 24, budget)

    with pytest.raises(CannotJudge, match=r"the pattern '\(a\|aa\)\+b'"):
        match_many()
    assert time.monotonic() - begun < 5


def test_over_old_tags_each_has_its_own_time(monkeypatch):
    monkeypatch.setitem(budgets.SECONDS, "patterns", 0.2)
    budget = Budget(for_each=True)
    for _ in range(4):
        budget.run("patterns", lambda: time.sleep(0.1), what="a nap")
        budget.charge("patterns", 0.1)


@pytest.mark.parametrize("how", ["blocked", "ignored", "blocked and waiting"])
def test_a_parent_that_keeps_the_signal_away_does_not_switch_the_limit_off(how):
    program = """
import signal, sys, time
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.time_limit import in_time

def spin():
    while True:
        pass

assert in_time(lambda: 7, seconds=30, too_slow="over")[0] == 7, "the signal of somebody else is not the timer's"
try:
    in_time(spin, seconds=0.2, too_slow="over")
except CannotJudge:
    sys.exit(7)
"""

    def prepare() -> None:
        if how == "ignored":
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        if how == "blocked and waiting":
            signal.raise_signal(signal.SIGALRM)

    ran = subprocess.run([sys.executable, "-I", "-c", program], preexec_fn=prepare, timeout=60, check=False)
    assert ran.returncode == 7
