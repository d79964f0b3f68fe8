"""How the work grows, counted and not timed: refs listed, objects read, calls made."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support import Server, raw_tag
from support.examples import judge_example, parse_line, push_of
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.file.policy import built_in_policy
from tagwarden.policy.judging.judge import Judge, judge_push
from tagwarden.policy.push import Circumstances, ModelPush, RefUpdate
from tagwarden.policy.repair.planner import plan_repair
from tagwarden.policy.repair.step_judge import PlanContext
from tagwarden.policy.rules.contract import Example
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.objects import RawObject
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.refs.loose import LooseRefs
from tagwarden.repository.judging.pipeline import judge_updates

MODELS, VERSIONS = 12, 5
NOW = 1_800_000_000


class CountingReader(GitProgram):
    """Reads with Git and counts what Git answers."""

    def __init__(self, git: Git) -> None:
        super().__init__(git)
        self.listed: list[str] = []
        self.read: list[str] = []

    def _list(self, *asked: Any) -> Iterator[tuple[str, str]]:
        for found in super()._list(*asked):
            self.listed.append(found[0])
            yield found

    def objects(self, oids: Iterable[str], **how: Any) -> Iterator[RawObject]:
        for found in super().objects(oids, **how):
            self.read.append(found.oid)
            yield found


@pytest.fixture
def registry(server: Server) -> Server:
    """A server that has MODELS models with VERSIONS versions each."""
    commit = "commit refs/heads/versions\nmark :{}\ncommitter A <a@b.c> 1 +0000\ndata 1\nc\n\n"
    tag = "tag {}\nfrom :{}\ntagger A <a@b.c> 1600000000 +0000\ndata 1\nm\n"
    commits = [commit.format(number + 1) for number in range(VERSIONS + 1)]
    tags = [tag.format(f"model{m}@v0.{n}.0", n + 1) for m in range(MODELS) for n in range(VERSIONS)]
    tags.append(tag.format("model7@v1.0.0", VERSIONS + 1))
    server.git("fast-import", "--quiet", stdin="".join([*commits, *tags]))
    return server


def judge_with_counting(server: Server, *updates: RefUpdate) -> CountingReader:
    reader = CountingReader(Git.at(str(server.path)))
    judge = Judge(built_in_policy(), Circumstances(now=NOW, place="server"))
    with closing(reader):
        judge_updates(updates, reader, [judge])
    assert judge.findings == []
    return reader


def test_a_push_of_one_tag_lists_and_reads_the_tags_of_its_model_only(registry: Server) -> None:
    new = registry.git("rev-parse", "refs/tags/model7@v1.0.0")
    registry.git("update-ref", "-d", "refs/tags/model7@v1.0.0")
    reader = judge_with_counting(registry, RefUpdate(None, new, "refs/tags/model7@v1.0.0"))

    assert sorted(reader.listed) == [f"refs/tags/model7@v0.{number}.0" for number in range(VERSIONS)]
    tags = {registry.git("rev-parse", ref) for ref in reader.listed}
    target = {registry.git("rev-parse", f"{new}^{{{kind}}}") for kind in ("commit", "tree")}
    assert sorted(reader.read) == sorted({*tags, new, *target}), "each once, and no other model's"


def test_a_push_that_must_be_played_through_reads_no_other_models_tags(registry: Server) -> None:
    registry.git("update-ref", "-d", "refs/tags/model7@v1.0.0")
    stage = registry.git("rev-parse", "refs/tags/model7@v0.0.0^{commit}")
    raw = raw_tag(object=stage, tag="model7#prod")
    reader = judge_with_counting(registry, RefUpdate(None, registry.write_object(raw), "refs/tags/model7#prod"))
    tags = {registry.git("rev-parse", ref) for ref in reader.listed}

    assert len(reader.listed) == VERSIONS
    assert tags <= set(reader.read)
    assert len(reader.read) == VERSIONS + len(("the new tag", "its commit", "the root folder")), "each once"


def test_a_push_of_tags_that_are_no_models_lists_and_reads_nothing(registry: Server) -> None:
    commit = registry.git("rev-parse", "versions")
    reader = judge_with_counting(registry, RefUpdate(None, commit, "refs/tags/release-2024"))

    assert (reader.listed, reader.read) == ([], [])


@pytest.mark.parametrize("look", [LooseRefs.named, LooseRefs.are_spelled_so])
def test_a_folder_of_loose_refs_is_listed_once_whatever_is_asked_of_it(
    look: Callable[[LooseRefs, list[str]], Collection[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [f"refs/tags/m@v1.{number}.0" for number in range(200)]
    (tmp_path / "refs" / "tags").mkdir(parents=True)
    for ref in refs[:100]:
        (tmp_path / ref).write_text("1" * 40 + "\n")
    listed: list[object] = []
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: listed.append(folder) or listdir(folder))

    assert sorted(look(LooseRefs(str(tmp_path)), refs)) == sorted(refs[:100])
    assert len(listed) == 1


def calls_made_by(work: Callable[[], object]) -> int:
    """How many functions are called, those of the interpreter included."""
    count = 0

    def on_event(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    work()  # what is imported or settled once is not counted
    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def registrations(count: int) -> Example:
    return Example("", tuple(f"churn@v1.{n}.0 on c{n}" for n in range(count)), refused=False)


def after_many(count: int) -> Example:
    existing = tuple(f"churn@v0.{n}.0 on c{n}" for n in range(count))
    return Example("", ("churn@v1.0.0 on new",), refused=False, existing=existing)


def assignments(count: int) -> Example:
    made = [f"churn#prod#{2 * n + 1} on c1 at {2 * n + 2}" for n in range(count)]
    undone = [f"churn#prod!#{2 * n + 2} on c1 at {2 * n + 3}" for n in range(count)]
    return Example("", (*made, *undone), refused=False, existing=("churn@v1.0.0",))


def promotions(count: int) -> Example:
    versions = [f"churn@v1.{n}.0 on c{n}" for n in range(count)]
    return Example("", (*versions, *(f"churn#prod#{n + 1} on c{n} at {n + 2}" for n in range(count))), refused=False)


def all_on_one_commit(count: int) -> Example:
    assigned = (f"churn#prod#{n + 1} on c1 at {n + 2}" for n in range(count))
    return Example("", (*(f"churn@v1.{n}.0 on c1" for n in range(count)), *assigned), refused=True)


def stages_of_one_commit(count: int) -> Example:
    path = ", ".join(f'"s{n}"' for n in range(count))
    made = tuple(f"churn#s{n} on c1 at {n + 2}" for n in range(count))
    policy = f"[stages]\npath = [{path}]\n"
    return Example("", made, refused=False, existing=("churn@v1.0.0",), policy=policy)


def after_many_stages(count: int) -> Example:
    existing = tuple(f"churn#s{n} on c1 at {n + 2}" for n in range(count))
    made = tuple(f"churn@v1.{n}.0 on d{n} at {count + 9}" for n in range(count))
    return Example("", made, refused=False, existing=("churn@v1.0.0", *existing))


def steps_that_were_skipped(count: int) -> Example:
    made = tuple(f"churn#prod#{n} on c{n} at {n + 2}" for n in range(count))
    existing = tuple(f"churn@v1.{n}.0 on c{n}" for n in range(count))
    return Example("", made, refused=True, existing=existing, policy='[stages]\npath = ["dev", "prod"]\n')


def stages_that_others_hold(count: int) -> Example:
    held = tuple(f"churn#prod#{n} on c{n} at 5" for n in range(count))
    existing = (*(f"churn@v1.{n}.0 on c{n}" for n in range(2 * count)), *held)
    return Example("", tuple(f"churn#prod!#{n} on c{n + count} at 9" for n in range(count)), True, existing)


def deregistrations_of_one_commit(count: int) -> Example:
    existing = tuple(f"churn@v1.{n}.0 on c1" for n in range(count))
    return Example("", tuple(f"churn@v1.{n}.0! on c1 at 9" for n in range(count)), False, existing)


def deregistrations_elsewhere(count: int) -> Example:
    existing = tuple(f"churn@v1.{n}.0 on c{n}" for n in range(count))
    return Example("", tuple(f"churn@v1.{n}.0! on d{n} at 9" for n in range(count)), True, existing)


def assignments_before_a_late_one(count: int) -> Example:
    existing = (*(f"churn@v1.{n}.0 on c{n}" for n in range(count + 1)), f"churn#prod on c{count} at 999999")
    return Example("", tuple(f"churn#prod#{n} on c{n} at {n + 2}" for n in range(count)), True, existing)


def counters_that_are_too_low(count: int) -> Example:
    made = tuple(f"churn@v1.{n}.0#{n + 1} on c{n}" for n in range(count))
    return Example("", made, True, ("churn#prod#999999",), '[rules]\ncounter = "error"\n')


def unknown_stages(count: int) -> Example:
    names = ", ".join(f'"s{n}"' for n in range(count))
    made = tuple(f"churn#t{n} on c1 at {n + 2}" for n in range(count))
    return Example("", made, True, ("churn@v1.0.0",), f"[stages]\nnames = [{names}]\n")


def trailers(count: int) -> Example:
    message = "Title\\n\\n" + "\\n".join("A: 1\\n folded" for _ in range(count))
    policy = "\n".join(f"[message.trailers.T{n}]" for n in range(count // 10))
    return Example("", (f"churn@v1.0.0 with {message}",), True, policy=policy)


PUSHES = (
    registrations,
    after_many,
    assignments,
    promotions,
    all_on_one_commit,
    stages_of_one_commit,
    after_many_stages,
    steps_that_were_skipped,
    stages_that_others_hold,
    deregistrations_of_one_commit,
    deregistrations_elsewhere,
    assignments_before_a_late_one,
    counters_that_are_too_low,
    unknown_stages,
    trailers,
)


@pytest.mark.parametrize("push", PUSHES)
def test_the_work_grows_no_faster_than_the_push_and_the_history(push: Callable[[int], Example]) -> None:
    few, many = push(100), push(400)

    assert calls_made_by(lambda: judge_example(many)) < 4.4 * calls_made_by(lambda: judge_example(few))


def test_an_audit_of_versions_that_come_and_go_takes_no_longer_than_there_are() -> None:
    def audited(count: int) -> Callable[[], object]:
        lines = [f"churn@v1.{n}.0 on c{n} at {n + 2}" for n in range(count)]
        lines += [f"churn@v1.{n}.0! on c{n} at {2 * count - n + 9}" for n in range(count)]
        pushes = [push_of(parse_line(line), {}) for line in lines]
        share = ModelPush("churn", pushes, [], {}, {})
        return lambda: judge_push(
            [share], policy=built_in_policy(), circumstances=Circumstances(now=NOW, place="history")
        )

    assert calls_made_by(audited(400)) < 4.4 * calls_made_by(audited(100))


@pytest.mark.parametrize("every", [1, 10])
def test_a_plan_of_repair_takes_no_longer_than_there_are_tags(every: int) -> None:
    policy = built_in_policy()

    def planned(count: int) -> Callable[[], object]:
        lightweight = [f"churn@v1.{n}.0 on c{n} lightweight" for n in range(0, count, every)]
        lines = [*lightweight, *(f"churn@v1.{n}.0 on c{n} at {n + 2}" for n in range(count) if n % every)]
        pushes = [push_of(parse_line(line), {}) for line in lines]
        share = ModelPush("churn", pushes, [], {}, {})
        ids = {push.ref: push.new.oid for push in pushes if push.new}
        commits = {oid: oid for oid in ids.values()}
        found = judge_push([share], policy=policy, circumstances=Circumstances(NOW, "history", tag_state="landed"))
        context = PlanContext([policy], Circumstances(NOW, "client", tag_state="planned"), commits, {})
        return lambda: plan_repair([share], found.findings, ids, context)

    assert calls_made_by(planned(400)) < 4.4 * calls_made_by(planned(100))


def test_no_message_lists_more_names_than_somebody_reads() -> None:
    for push in (stages_that_others_hold, unknown_stages):
        assert max(len(finding.message) for finding in judge_example(push(300)).findings) < 300


def test_a_push_that_breaks_a_rule_very_often_is_refused_with_some_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.policy.judging.judge.MOST_OF_ONE_RULE", 30)
    verdict = judge_example(deregistrations_elsewhere(100))

    assert not verdict.accepted
    assert sum(finding.rule == "state-exists" for finding in verdict.findings) == 30
    assert "state-exists is broken more than 30 times; the rest is not listed" in verdict.notes


def test_tags_that_unpack_to_very_much_are_not_all_read(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.repository.judging.pipeline.MOST_BEYOND", 100_000)
    commit = server.git("rev-parse", "main")
    updates = []
    for number in range(20):
        raw = raw_tag(object=commit, tag=f"m@v1.{number}.0", message="x" * 10_000)
        updates.append(RefUpdate(None, server.write_object(raw), f"refs/tags/m@v1.{number}.0"))

    with pytest.raises(CannotJudge, match="Push fewer at once"):
        judge_with_counting(server, *updates)
