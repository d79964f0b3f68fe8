"""Every way to push a bad tag, through every set-up of hooks: real pushes, one a cell."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from support import PushResult, Repo, Templates
from support.client_set_ups import (
    SET_UPS,
    SetUp,
    Workplace,
    git_version,
    make_workplace,
    pre_commit,
    with_tagwarden_on_path,
)
from support.project import ROOT
from support.push_forms import FORMS, Form
from support.repositories import RULE_IN_BRACKETS

PAGE = ROOT / "docs" / "client.md"
BEGIN, END = "<!-- what is caught: begin -->\n", "<!-- what is caught: end -->\n"

Places = Callable[[SetUp], Workplace]

# With this every form is tried each time, with the others those that start the hook in a way of their own;
# the rest of the table is thorough.
IN_FULL = {"tagwarden alone"}
STARTS_DIFFERENTLY = {
    "an annotated tag on a commit that is there",
    "`--tags`",
    "a branch and a tag",
    "a deletion, `--delete`",
    "to a URL",
    "from a linked work tree",
    "a name that is not UTF-8",
}

STAGE_ALONE = SetUp("pre-commit's stage alone", lambda place: _always_refusing_stage(place))


def _always_refusing_stage(place: Workplace) -> None:
    config = place.clone.path / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("sh -c", "sh -c 'exit 1' -c"))
    place.clone.git("commit", "--quiet", "-am", "Refuse")
    place.clone.git("push", "--quiet", "origin", "main")
    place.linked.git("checkout", "--quiet", "main~0")
    pre_commit("install", "-t", "pre-push", cwd=place.clone.path)


@pytest.fixture(scope="session")
def places(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Workplaces with their hooks, each made once."""
    made: dict[str, Workplace] = {}

    def place(set_up: SetUp) -> Workplace:
        if set_up.title not in made:
            made[set_up.title] = make_workplace(templates, tmp_path_factory.mktemp("place") / "in")
            set_up.make(made[set_up.title])
        return made[set_up.title]

    return place


@pytest.fixture
def tidy(places: Places, set_up: SetUp) -> Iterator[Workplace]:
    """The workplace of a set-up; what a test does to its refs is undone."""
    if git_version() < set_up.since:
        pytest.skip(f"needs Git {'.'.join(map(str, set_up.since))}")
    place = places(set_up)
    before = {repo: all_refs(repo) for repo in (place.clone, place.server)}
    yield place
    for repo, refs in before.items():
        now = all_refs(repo)
        lines = [f"update {ref} {oid}\n" for ref, oid in refs.items() if now.get(ref) != oid]
        lines += [f"delete {ref}\n" for ref in now if ref not in refs]
        repo.git("update-ref", "--stdin", stdin="".join(lines))


def all_refs(repo: Repo) -> dict[str, str]:
    """Every ref but symbolic ones, whatever line separators its name holds."""
    listed = repo.git("for-each-ref", "--format=%(objectname) %(symref) %(refname)").split("\n")
    return {ref: oid for oid, symref, ref in (line.split(" ", 2) for line in listed) if not symref}


def push(place: Workplace, arguments: list[str], folder: Path | None = None) -> PushResult:
    ran = Repo(folder or place.clone.path).try_git("push", *arguments, env=with_tagwarden_on_path())
    said = (ran.stdout + ran.stderr).decode("utf-8", "replace")
    return PushResult(ran.returncode == 0, said, ran.returncode)


def cells(set_ups: Iterable[SetUp]) -> list[Any]:
    """Every form through every set-up."""
    found = []
    for set_up, form in product(set_ups, FORMS):
        each_time = set_up.title in IN_FULL or form.title in STARTS_DIFFERENTLY
        marks = [] if each_time else [pytest.mark.thorough]
        found.append(pytest.param(set_up, form, id=f"{set_up.title}-{form.title}", marks=marks))
    return found


@pytest.mark.parametrize(("set_up", "form"), cells(SET_UPS))
def test_a_bad_tag_is_refused_on_the_client(set_up: SetUp, form: Form, tidy: Workplace) -> None:
    wanted = form.prepare(tidy)
    before = all_refs(tidy.server)

    pushed = push(tidy, *wanted)

    assert not pushed.ok
    assert form.rule in RULE_IN_BRACKETS.findall(pushed.stderr), pushed.stderr
    assert all_refs(tidy.server) == before


@pytest.mark.parametrize(("set_up", "form"), cells([STAGE_ALONE]))
def test_what_a_stage_of_pre_commits_sees(set_up: SetUp, form: Form, tidy: Workplace) -> None:
    wanted = form.prepare(tidy)

    pushed = push(tidy, ["--dry-run", *wanted.arguments], wanted.folder)

    assert ("- hook id: noted" in pushed.stderr) == form.seen_by_pre_commit, pushed.stderr


@pytest.mark.parametrize("set_up", SET_UPS, ids=lambda set_up: set_up.title)
def test_a_good_push_runs_all_other_hooks_with_all_they_had(set_up: SetUp, tidy: Workplace) -> None:
    commit = tidy.clone.commit(message="Train")
    oid = tidy.clone.tag("m@v1.0.0")
    logs = {name: tidy.clone.path / f"{name}.log" for name in ("foreign", "pre-commit")}
    for log in logs.values():
        log.unlink(missing_ok=True)

    pushed = push(tidy, ["origin", "main", "m@v1.0.0"])

    assert pushed.ok, pushed.stderr
    assert tidy.server.refs()["refs/tags/m@v1.0.0"] == oid
    ran = {name for name, log in logs.items() if log.exists()}
    assert ran == set_up.others
    if "foreign" in ran:
        arguments, *lines = logs["foreign"].read_text().splitlines()
        assert arguments == f"origin {tidy.server.path}"
        assert [line.split()[::2] for line in lines] == [["refs/heads/main"] * 2, ["refs/tags/m@v1.0.0"] * 2]
        assert [line.split()[1] for line in lines] == [commit, oid]
    if "pre-commit" in ran:
        assert logs["pre-commit"].read_text() == "refs/heads/main\n"


def matrix() -> str:
    """The table of docs/client.md: what the tests above show."""
    set_ups = [*SET_UPS, STAGE_ALONE]
    lines = [f"{number}. {set_up.title}" for number, set_up in enumerate(set_ups, 1)]
    columns = "".join(f" {number} |" for number in range(1, len(set_ups) + 1))
    rows = [f"| pushed |{columns}", f"|---|{':-:|' * len(set_ups)}"]
    for form in FORMS:
        cells = ["yes"] * len(SET_UPS) + ["yes" if form.seen_by_pre_commit else "**no**"]
        rows.append(f"| {form.title} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *rows, ""])


def test_the_page_shows_what_these_tests_do() -> None:
    _, _, rest = PAGE.read_text().partition(BEGIN)

    assert rest.partition(END)[0] == matrix(), "run `python tests/hooks/test_push_forms.py`"


def test_those_that_are_tried_each_time_are_in_the_table() -> None:
    assert {set_up.title for set_up in SET_UPS} >= IN_FULL
    assert {form.title for form in FORMS} >= STARTS_DIFFERENTLY


def write_page() -> None:
    """Put the table into docs/client.md."""
    text = PAGE.read_text()
    PAGE.write_text(text.partition(BEGIN)[0] + BEGIN + matrix() + END + text.partition(END)[2])


if __name__ == "__main__":
    os.chdir(ROOT)
    write_page()
