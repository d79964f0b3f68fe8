"""`--at`, `--since` and `--until`: what was so at a time, how that is known, and what is not known."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from support import Repo, Server, Templates, raw_tag
from support.command_line import Ran, tagwarden
from tagwarden.server_hooks.log.line import LOG
from tagwarden.server_hooks.log.tags_in_log import BASELINE
from tagwarden.server_hooks.log.tags_in_log import BEGINNING as NOTE

DAYS = {day: 1_764_547_200 + (day - 1) * 86400 + 3600 for day in range(1, 31)}  # 01:00 of each day of December 2025
BY_DATES = "as of 2025-12-03T23:59:59Z, by the dates of the tags"
NOT_KNOWN = "tags that were moved or deleted since then are not known, because there is no push log here"


@pytest.fixture
def registry(repo: Repo) -> Repo:
    """churn: v1.0.0 on the 1st, in prod on the 2nd; v1.1.0 on the 3rd, in prod on the 4th, out again on the 5th."""
    repo.tag("churn@v1.0.0", at=DAYS[1])
    repo.tag("churn#prod#1", at=DAYS[2])
    repo.commit(message="Better")
    repo.tag("churn@v1.1.0", at=DAYS[3])
    repo.tag("churn#prod#2", at=DAYS[4])
    repo.tag("churn#prod!#3", at=DAYS[5])
    return repo


@pytest.mark.parametrize(
    ("day", "latest", "in_prod"),
    [
        (1, "v1.0.0", None),
        (2, "v1.0.0", "v1.0.0"),
        (3, "v1.1.0", "v1.0.0"),
        (4, "v1.1.0", "v1.1.0"),
        (5, "v1.1.0", "v1.0.0"),
    ],
)
def test_the_registry_is_shown_as_it_stood_at_the_end_of_a_day(
    registry: Repo, day: int, latest: str, in_prod: str | None
) -> None:
    at = f"2025-12-0{day}"
    shown = tagwarden(registry.path, "show", "--at", at, "--json").json
    one = tagwarden(registry.path, "show", "churn", "--at", at, "--json").json
    found = tagwarden(registry.path, "resolve", "churn#prod", "--at", at)

    assert (shown["at"], shown["by"]) == (f"{at}T23:59:59Z", "tagger")
    assert [(model["latest"], model["stages"].get("prod")) for model in shown["models"]] == [(latest, in_prod)]
    assert (one["latest"], one["stages"].get("prod")) == (latest, in_prod)
    assert found.out.strip() == (in_prod or "")
    assert found.status == (0 if in_prod else 1)


def test_to_the_second_and_in_any_zone(registry: Repo) -> None:
    def at(moment: str) -> str:
        return tagwarden(registry.path, "resolve", "churn@latest", "--at", moment).out.strip()

    assert at("2025-12-03T00:59:59Z") == "v1.0.0"
    assert at("2025-12-03T01:00:00Z") == "v1.1.0"
    assert at("2025-12-03T02:00:00+01:00") == "v1.1.0"
    assert at("2025-12-03 01:59:59 +0100") == "v1.0.0"


def test_it_is_said_by_what_the_time_is_known_and_what_is_not(registry: Repo) -> None:
    ran = tagwarden(registry.path, "resolve", "churn#prod", "--at", "2025-12-03")
    document = tagwarden(registry.path, "resolve", "churn#prod", "--at", "2025-12-03", "--json").json

    assert ran == (0, "v1.0.0\n", f"{BY_DATES}\nnote: {NOT_KNOWN}\n")
    assert (document["by"], document["notes"]) == ("tagger", [NOT_KNOWN])


def test_what_is_to_be_deployed_for_a_tag_is_told_as_of_a_time(registry: Repo) -> None:
    found = tagwarden(registry.path, "resolve", "--event", "churn#prod#1", "--at", "2025-12-04", "--json").json

    assert (found["version"], found["holds"], found["at"]) == ("v1.0.0", "v1.1.0", "2025-12-04T23:59:59Z")


def test_a_model_that_was_not_there_yet_is_not_found(registry: Repo) -> None:
    ran = tagwarden(registry.path, "show", "churn", "--at", "2025-11-30")

    assert ran.status == 1
    assert "there is no model 'churn'" in ran.err


def test_a_time_to_come_is_noted_and_one_that_is_none_refused(registry: Repo) -> None:
    assert "note: 2999-01-01T23:59:59Z is yet to come" in tagwarden(registry.path, "show", "--at", "2999-01-01").err
    ran = tagwarden(registry.path, "show", "--at", "soon")
    assert ran.status == 2
    assert "'soon' is not a time; write 2026-11-21" in ran.err


def tags_of(ran: Ran) -> list[str]:
    return [event["tag"] for event in ran.json["events"]]


def test_history_goes_from_a_time_to_a_time(registry: Repo) -> None:
    some = tagwarden(registry.path, "history", "--since", "2025-12-03", "--until", "2025-12-04", "--json")
    none = tagwarden(registry.path, "history", "churn", "--since", "2026-01-01")

    assert tags_of(some) == ["churn#prod#2", "churn@v1.1.0"]
    assert tags_of(tagwarden(registry.path, "history", "--at", "2025-12-02", "--json")) == [
        "churn#prod#1", "churn@v1.0.0",
    ]  # fmt: skip
    assert none == (0, "", "there is no such event\n")


@pytest.fixture(scope="module")
def template(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Server:
    server = templates.server(tmp_path_factory.mktemp("logged") / "server.git")
    clone = server.clone()
    for number, tag in enumerate(("churn@v1.0.0", "churn#prod#1", "churn@v1.1.0", "churn#prod#2", "churn#prod!#3")):
        if tag == "churn@v1.1.0":
            clone.commit()
            assert clone.push("main").ok
        clone.tag(tag, at=DAYS[1] + number)
        assert clone.push(f"refs/tags/{tag}").ok
    redate(server, [2, 4, 6, 8, 10])
    return server


@pytest.fixture
def logged(template: Server, tmp_path: Path) -> Server:
    """churn as above, but for the dates: pushes land on the 2nd, 4th, 6th, 8th and 10th of December 2025."""
    return Server(shutil.copytree(template.path, tmp_path / "server.git"))


@pytest.fixture
def clone(logged: Server) -> Repo:
    return logged.clone()


def redate(server: Server, days: list[int]) -> None:
    """Let the lines of the log tell of these days."""
    log = server.path / LOG
    lines = log.read_text().splitlines()
    assert len(lines) == len(days)
    times = [f'"time":"2025-12-{day:02}T12:00:00.500Z"' for day in days]
    dated = [re.sub(r'"time":"[^"]*"', time, line, count=1) for time, line in zip(times, lines, strict=True)]
    log.write_text("".join(line + "\n" for line in dated))


def in_prod(place: Path, at: str) -> str:
    return tagwarden(place, "resolve", "churn#prod", "--at", at).out.strip()


def test_on_the_server_the_push_log_tells_when_a_tag_landed(logged: Server) -> None:
    document = tagwarden(logged.path, "show", "--at", "2025-12-05", "--json").json

    assert [in_prod(logged.path, f"2025-12-{day:02}") for day in (3, 5, 7, 8, 11)] == [
        "", "v1.0.0", "v1.0.0", "v1.1.0", "v1.0.0",
    ]  # fmt: skip
    assert (document["by"], document["notes"]) == ("push-log", [])
    assert [model["version_count"] for model in document["models"]] == [1]
    assert tagwarden(logged.path, "show", "--at", "2025-12-05").err == "as of 2025-12-05T23:59:59Z, by the push log\n"


def test_in_a_clone_the_same_question_is_answered_by_dates(logged: Server, clone: Repo) -> None:
    assert tagwarden(clone.path, "show", "--at", "2025-12-05", "--json").json["by"] == "tagger"
    assert in_prod(clone.path, "2025-12-05") == "v1.0.0"
    assert tagwarden(clone.path, "show", "-r", "origin", "--at", "2025-12-05", "--json").json["by"] == "tagger"


def stands_behind_the_hook(server: Server, tag: str, *, day: int) -> str:
    tagger = f"Ada <ada@example.com> {DAYS[day]} +0000"
    return server.raw_tag(tag, raw_tag(tag=tag, object=server.git("rev-parse", "main"), tagger=tagger))


def test_before_the_log_began_the_dates_of_what_stood_then_are_all_there_is(logged: Server) -> None:
    oid = stands_behind_the_hook(logged, "old@v3.0.0", day=1)
    (logged.path / BASELINE).write_bytes(NOTE + f"0\n{oid} refs/tags/old@v3.0.0\n".encode())

    early = tagwarden(logged.path, "resolve", "old@latest", "--at", "2025-12-01T00:59:59Z")
    ran = tagwarden(logged.path, "resolve", "old@latest", "--at", "2025-12-01T01:00:00Z")
    landed_later = tagwarden(logged.path, "resolve", "churn@latest", "--at", "2025-12-02T11:00:00Z")

    assert (early.status, ran.out, landed_later.status) == (1, "v3.0.0\n", 1)
    assert "by the dates of the tags" in ran.err
    assert "note: the push log begins at 2025-12-02T12:00:00Z" in ran.err


def test_what_stood_before_the_log_counts_whatever_its_date(logged: Server) -> None:
    oid = stands_behind_the_hook(logged, "old@v3.0.0", day=30)
    assert tagwarden(logged.path, "resolve", "old@latest", "--at", "2025-12-11").status == 1
    (logged.path / BASELINE).write_bytes(NOTE + f"0\n{oid} refs/tags/old@v3.0.0\n".encode())
    assert tagwarden(logged.path, "resolve", "old@latest", "--at", "2025-12-11").out == "v3.0.0\n"


def delete_tags(server: Server, clone: Repo, *tags: str) -> None:
    """By a push that the policy allows."""
    server.git("config", "tagwarden.policy", f"file:{server.path / 'lenient.toml'}")
    (server.path / "lenient.toml").write_text('[rules]\ntag-permanent = "off"\n')
    assert clone.push(*(f":refs/tags/{tag}" for tag in tags)).ok


def test_a_tag_that_was_deleted_since_is_there_at_the_time(logged: Server, clone: Repo) -> None:
    delete_tags(logged, clone, "churn#prod#2", "churn#prod!#3")
    redate(logged, [2, 4, 6, 8, 10, 12])

    assert in_prod(logged.path, "2025-12-08") == "v1.1.0"
    assert in_prod(logged.path, "2025-12-13") == "v1.0.0"
    assert tags_of(tagwarden(logged.path, "history", "--at", "2025-12-11", "--json"))[0] == "churn#prod!#3"


def test_where_git_has_thrown_a_tag_away_no_answer_is_guessed(logged: Server, clone: Repo) -> None:
    delete_tags(logged, clone, "churn#prod#2", "churn#prod!#3")
    redate(logged, [2, 4, 6, 8, 10, 12])
    logged.git("-c", "gc.pruneExpire=now", "gc", "--quiet", "--prune=now")

    found = tagwarden(logged.path, "resolve", "churn#prod", "--at", "2025-12-09")
    shown = tagwarden(logged.path, "show", "--at", "2025-12-09", "--json").json

    assert (found.status, found.out) == (3, "")
    assert "'churn#prod#2' existed then; it was deleted or moved since, and Git has pruned the object" in found.err
    assert any("'churn#prod#2' existed then" in note for note in shown["notes"])
    assert in_prod(logged.path, "2025-12-07") == "v1.0.0"


def test_a_tag_that_was_deleted_behind_the_hook_is_told(logged: Server) -> None:
    logged.git("tag", "-d", "churn#prod!#3")

    ran = tagwarden(logged.path, "resolve", "churn#prod", "--at", "2025-12-11")

    assert ran.out == "v1.0.0\n"
    assert "note: 'churn#prod!#3' was changed without passing the hook; when is not known" in ran.err


def test_what_did_not_land_never_stood(logged: Server) -> None:
    log = logged.path / LOG
    last = json.loads(log.read_text().splitlines()[-1])
    update = {**last["updates"][0], "old": None}
    incomplete = {"time": "2025-12-10T12:01:00.000Z", "outcome": "incomplete", "hook": "pre-receive", "of_line": 5}
    line = {**incomplete, "updates": [update], "pusher": last["pusher"], "policies": [], "line": 6}
    log.write_text(log.read_text() + json.dumps(line, separators=(",", ":")) + "\n")
    logged.git("tag", "-d", "churn#prod!#3")

    ran = tagwarden(logged.path, "resolve", "churn#prod", "--at", "2025-12-11")

    assert ran == (0, "v1.1.0\n", "as of 2025-12-11T23:59:59Z, by the push log\n")


def test_a_clock_that_was_set_back_is_told_and_the_order_of_the_lines_counts(logged: Server) -> None:
    redate(logged, [2, 4, 6, 5, 10])

    ran = tagwarden(logged.path, "resolve", "churn@latest", "--at", "2025-12-05")

    assert ran.out == "v1.0.0\n"
    assert "note: the server's clock was set back before line 4 of the push log" in ran.err


def test_the_log_of_a_repository_of_several_models_is_read_for_the_one_that_is_asked_for(
    logged: Server, clone: Repo
) -> None:
    clone.tag("other@v3.0.0", at=DAYS[1])
    assert clone.push("refs/tags/other@v3.0.0").ok
    redate(logged, [2, 4, 6, 8, 10, 12])

    assert tagwarden(logged.path, "resolve", "other@latest", "--at", "2025-12-11").status == 1
    assert tagwarden(logged.path, "resolve", "other@latest", "--at", "2025-12-12").out == "v3.0.0\n"
