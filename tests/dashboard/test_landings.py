"""On a server, what stood when is told by its push log, as `resolve --at` tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import Repo, Server, Templates
from support.command_line import tagwarden
from tagwarden.cli.policy_in_force import policies_in_force
from tagwarden.dashboard.landings import landings_of
from tagwarden.dashboard.reading import read_repository
from tagwarden.dashboard.records import ModelFacts

BEGAN = 1_700_000_000
Objects = tuple[Server, dict[str, list[str]]]
LOG = "tagwarden/push-log.jsonl"


def facts_of(server: Repo) -> ModelFacts:
    (model,) = read_repository(str(server.path), "server", policies_in_force).models
    return model


def resolved(server: Repo, query: str, second: int) -> str | None:
    at = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ran = tagwarden(server.path, "resolve", query, "--at", at)
    if "has no version" in ran.err:
        ran = tagwarden(server.path, "resolve", query, "--at", at, "--commit")
    assert ran.status in (0, 1), ran.err
    return ran.out.strip() or None


def shown(facts: ModelFacts, what: str, second: int) -> str | None:
    found = [
        one.version
        for one in facts.intervals
        if one.what == what and one.start <= second and (one.until is None or second < one.until)
    ]
    assert len(found) < 2
    return found[0] if found else None


def write_log(server: Repo, lines: list[dict]) -> None:
    """A log whose lines were written at the given seconds; nobody verifies its chain here."""
    log = server.path / LOG
    log.parent.mkdir(exist_ok=True)
    log.write_text(
        "".join(
            json.dumps(
                {
                    "outcome": "accepted", "hook": "pre-receive", "time": datetime.fromtimestamp(at, UTC).isoformat(),
                    "pusher": {"name": None, "email": None, "how": "nobody"}, "policies": [],
                    **line, "line": number, "previous": "0" * 64, "hash": "0" * 64,
                }, separators=(",", ":")
            ) + "\n"
            for number, (at, line) in enumerate(((line.pop("at"), line) for line in lines), 1)
        )
    )  # fmt: skip


def update(tag: str, old: str | None, new: str | None) -> dict[str, str | None]:
    return {"ref": f"refs/tags/{tag}", "old": old, "new": new}


@pytest.fixture
def bare(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Server:
    return templates.server(tmp_path_factory.mktemp("bare") / "server.git", hook=None)


@pytest.fixture(scope="session")
def objects(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Objects:
    """A server that has two objects for each of some tags, dated otherwise than they will land."""
    server = templates.server(tmp_path_factory.mktemp("objects") / "server.git", hook=None)
    commits = [server.git("commit-tree", "-m", str(n), "HEAD^{tree}", env=server._dates(BEGAN)) for n in range(2)]
    made: dict[str, list[str]] = {}
    for number, (tag, commit) in enumerate(
        (("m@v1.0.0", 0), ("m@v2.0.0", 1), ("m#prod#1", 0), ("m#prod#2", 1), ("m#prod!#3", 1), ("m@v2.0.0!", 1))
    ):
        made[tag] = [server.tag(tag, commits[commit], at=BEGAN + (37 * number) % 100 + shift) for shift in (0, 25)]
        server.git("tag", "-d", tag)
    return server, made


STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from((0, 0, 1, None)), st.integers(-2, 30), st.booleans()), max_size=9
)


@given(STEPS, st.lists(st.integers(0, 5), max_size=3, unique=True), st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_at_every_second_a_stage_holds_what_resolve_says(
    objects: Objects, steps: list, unlogged: list[int], chance: Random
) -> None:
    hold_against_resolve(objects, steps, unlogged, lambda seconds: chance.sample(seconds, min(3, len(seconds))))


@pytest.mark.thorough
@given(STEPS, st.lists(st.integers(0, 5), max_size=3, unique=True))
@settings(max_examples=300)
def test_at_very_many_seconds_a_stage_holds_what_resolve_says(
    objects: Objects, steps: list, unlogged: list[int]
) -> None:
    hold_against_resolve(objects, steps, unlogged, lambda seconds: seconds)


def hold_against_resolve(
    objects: Objects, steps: list, unlogged: list[int], choose: Callable[[list[int]], list[int]]
) -> None:
    server, made = objects
    names = list(made)
    stands = {names[one]: made[names[one]][0] for one in unlogged}
    lines, at = [], BEGAN + 20
    for which, what, later, undone in steps:
        name, at = names[which], at + later
        old, new = stands.get(name), None if what is None else made[name][what]
        if old == new:
            continue
        lines.append({"at": at, "updates": [update(name, old, new)]})
        if undone:
            lines.append(
                {"at": at + 1, "outcome": "incomplete", "of_line": len(lines), "updates": [update(name, old, new)]}
            )
        else:
            stands[name] = new
    for name in names:
        server.try_git("update-ref", "-d", f"refs/tags/{name}")
    for name, oid in stands.items():
        if oid is not None:
            server.git("update-ref", f"refs/tags/{name}", oid)
    if not any(stands.values()):
        return
    (server.path / LOG).unlink(missing_ok=True)
    if lines:
        write_log(server, lines)
    facts = facts_of(server)
    turns = {one.start for one in facts.intervals} | {one.until for one in facts.intervals if one.until} | {BEGAN + 20}
    for second in choose(sorted({near for turn in turns for near in (turn - 1, turn)})):
        assert shown(facts, "latest", second) == resolved(server, "m@latest", second)
        assert shown(facts, "#prod", second) == resolved(server, "m#prod", second)


def test_the_log_of_real_pushes_is_read(server: Server) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0", at=BEGAN)
    assert clone.push("--tags").ok
    facts = facts_of(server)

    (only,) = facts.intervals
    assert only.start == facts.log_begins
    assert only.start > BEGAN + 1000
    assert landings_of(str(server.path)) is not None


def test_what_git_has_thrown_away_is_named(bare: Server) -> None:
    kept = bare.tag("churn@v1.0.0", at=BEGAN)
    gone = "1" * 40
    write_log(
        bare,
        [{"at": BEGAN, "updates": [update("churn@v1.0.0", None, kept), update("churn#prod", None, gone)]},
         {"at": BEGAN + 9, "updates": [update("churn#prod", gone, None)]}],
    )  # fmt: skip

    assert facts_of(bare).lost == ["churn#prod"]


def test_lines_that_no_hook_wrote_are_passed_over(bare: Server) -> None:
    bare.tag("churn@v1.0.0", at=BEGAN)
    log = bare.path / LOG
    log.parent.mkdir()
    log.write_text('[]\n{"time": 1}\nnonsense\n' + json.dumps({"time": "2026-01-01T00:00:00+00:00"}) + "\n")

    assert landings_of(str(bare.path)) is None
    assert facts_of(bare).log_begins is None
    assert re.match("v1", facts_of(bare).latest or "")
