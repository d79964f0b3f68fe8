"""Versions side by side: the same lines as `tagwarden diff`, of every pair, without asking Git for each."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import permutations

from support import Repo
from tagwarden.contents.difference import changes_between, trailers_between
from tagwarden.contents.record import Contents, Stated
from tagwarden.contents.rows import change_row
from tagwarden.dashboard.comparing import MOST_FILES, Compared, as_json, comparison_of, steps_of
from tagwarden.dashboard.records import Comparison
from tagwarden.policy.objects.piece import Piece
from tagwarden.repository.git.between import between, changed_files, lineage_of
from tagwarden.repository.git.command import Git

BETTER = {"AUC": "higher", "loss": "lower"}
VALUES = (0.91, 0.9, 1, 2, True, "n/a", [1, 2], None)


def random_version(choose: random.Random) -> Compared:
    """A version that holds some of everything; of digests always the same kind."""

    def pieces(paths: Sequence[str]) -> tuple[Piece, ...]:
        return tuple(
            Piece(path, (f"md5:{choose.choice('abc') * 32}",), None, "dvc.lock")
            for path in paths
            if choose.random() < 0.8
        )

    def stated(names: Sequence[str], file: str) -> tuple[Stated, ...]:
        return tuple(Stated(name, choose.choice(VALUES[:-1]), file) for name in names if choose.random() < 0.8)

    artifact = Piece("model.pkl", (f"sha256:{choose.choice('abc') * 64}",), choose.choice((1, 2, None)), "tag")
    contents = Contents(
        choose.choice((artifact, None)),
        pieces(("data/a", "data/b")),
        pieces(("train.py",)),
        stated(("AUC", "loss", "n"), "metrics.json"),
        stated(("rate", "AUC"), "params.yaml"),
        command=choose.choice((None, *(Stated("train", command, "dvc.lock") for command in ("a", "b")))),
    )
    trailers = [("Dataset", choose.choice("ab"))] if choose.random() < 0.8 else []
    return Compared(contents, trailers, "c" * 40)


def lines_of(comparison: Comparison, old: int, new: int) -> set[tuple[str, str, str | None, str | None, str]]:
    """What the page shows of two versions, by their places."""
    found = set()
    for one in comparison.items:
        before, after = one.places[old], one.places[new]
        if before != after and one.texts:
            change = one.changes[before][after] if one.changes else ""
            found.add((one.what, one.name, one.texts[before], one.texts[after], change))
    return found


def test_every_pair_has_the_lines_that_diff_has() -> None:
    choose = random.Random(16)
    for _ in range(20):
        versions = [random_version(choose) for _ in range(4)]
        comparison = comparison_of(versions, BETTER, None, None)
        for old, new in permutations(range(4), 2):
            one, other = versions[old], versions[new]
            assert one.contents is not None
            assert other.contents is not None
            changes = changes_between(one.contents, other.contents, BETTER)
            changes += trailers_between(one.trailers, other.trailers)
            told = {tuple(text or None for text in change_row(change)) for change in changes if change.changed}
            # Where one has no artifact, `diff` does not name the kind of the other's digest.
            told = {(what, "sha256" if name == "digest" else name, *rest) for what, name, *rest in told}
            shown = {tuple(text or None for text in line) for line in lines_of(comparison, old, new)}
            assert shown == told


def branching(repo: Repo) -> list[str]:
    """Commits of two branches and of their merge."""
    commits = [repo.commit({"model": "1", "same": "1"}), repo.commit({"model": "2"})]
    repo.git("switch", "--quiet", "--create", "side", commits[0])
    commits.append(repo.commit({"other": "1"}))
    repo.git("merge", "--quiet", "--no-edit", commits[1])
    commits.append(repo.git("rev-parse", "HEAD"))
    repo.git("rm", "--quiet", "model")
    commits.append(repo.commit({"other\n:2": "2"}))
    return commits


def test_what_lies_between_commits_is_what_git_says_of_each_pair(repo: Repo) -> None:
    commits = branching(repo)
    git = Git.at(str(repo.path))
    lineage = lineage_of(git, commits)
    steps = steps_of(commits)
    files = changed_files(git, steps)
    assert lineage is not None
    assert files is not None

    versions = [Compared(None, (), commit) for commit in commits]
    comparison = comparison_of(versions, {}, lineage, dict(zip(steps, files, strict=True)))

    for old, new in permutations(range(len(commits)), 2):
        told = between(git, commits[old], commits[new])
        assert (comparison.added[old][new], comparison.added[new][old]) == (told.added, told.dropped)
        assert {one.name for one in comparison.items if one.places[old] != one.places[new]} == {*told.files}


def test_where_all_commits_are_on_one_line_the_page_has_how_far_on_each_is(repo: Repo) -> None:
    commits = [repo.commit({"model": str(number)}) for number in range(3)][::-1]
    lineage = lineage_of(Git.at(str(repo.path)), commits)

    document = json.loads(as_json(comparison_of([Compared(None, (), one) for one in commits], {}, lineage, None)))

    assert document["added"] == [2, 1, 0]


def test_of_very_many_files_and_figures_only_some_are_in_the_page() -> None:
    commits = [f"{number:040x}" for number in range(200)]
    steps = {step: {f"file{number:03}": ("a", step[1]) for number in range(80)} for step in steps_of(commits)}
    versions = [
        Compared(Contents(metrics=(Stated("AUC", number / 1000, "metrics.json"),)), (), commit)
        for number, commit in enumerate(commits)
    ]

    comparison = comparison_of(versions, {}, None, steps)

    assert sum(one.what == "code" for one in comparison.items) == MOST_FILES
    assert comparison.notes == [
        "By how much numbers differ is told of some only: there are too many versions.",
        "Of the files of the commits 30 more are not the same everywhere.",
    ]
    assert lines_of(comparison, 0, 1) == {("metric", "AUC", "0.0", "0.001", "")}


def test_numbers_that_are_alike_are_the_same_and_true_is_no_number() -> None:
    versions = [
        Compared(Contents(params=(Stated("rate", value, "params.yaml"),)), (), "c" * 40) for value in (1, 1.0, True)
    ]

    (rate,) = comparison_of(versions, {}, None, None).items

    assert rate.places == [0, 0, 1]
