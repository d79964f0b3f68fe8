"""What is different between two versions."""

from __future__ import annotations

import pytest

from tagwarden.contents.difference import Change, changes_between, trailers_between
from tagwarden.contents.record import Contents, Stated
from tagwarden.policy.objects.piece import Piece


def metrics(**values: object) -> Contents:
    return Contents(metrics=tuple(Stated(name, value, "m.json") for name, value in values.items()))


@pytest.mark.parametrize(
    ("old", "new", "diff"),
    [(0.1, 0.3, 0.2), (0.9512, 0.94, -0.0112), (3, 5, 2), (1, 1.5, 0.5), (1e-05, 2e-05, 1e-05), (2, "x", None)],
)
def test_numbers_differ_by_what_a_person_would_reckon(old: object, new: object, diff: object) -> None:
    assert changes_between(metrics(a=old), metrics(a=new)) == [Change("metric", "a", old, new, diff)]


@pytest.mark.parametrize(
    ("old", "new", "better", "worse"),
    [
        (0.9, 0.8, "higher", True),
        (0.9, 0.9, "higher", False),
        (0.9, 1.0, "higher", False),
        (0.1, 0.2, "lower", True),
        (0.2, 0.1, "lower", False),
        (0.9, None, "higher", True),
        (0.9, "nan", "higher", True),
        (None, 0.1, "higher", False),
    ],
)
def test_a_metric_is_worse_by_the_policy_and_also_where_it_is_gone(
    old: object, new: object, better: str, worse: bool
) -> None:
    sides = [metrics(AUC=value) if value is not None else Contents() for value in (old, new)]

    assert [change.worse for change in changes_between(*sides, {"AUC": better})] == [worse]
    assert [change.worse for change in changes_between(*sides, {"other": better})] == [False]


def test_another_command_of_the_same_stage_is_one_change_and_another_stage_two() -> None:
    old, new, other = (
        Contents(command=Stated(*stage, "dvc.lock")) for stage in (("train", "a"), ("train", "b"), ("fit", "b"))
    )

    assert changes_between(old, new) == [Change("command", "train", "a", "b")]
    assert changes_between(new, other) == [Change("command", "train", "b", None), Change("command", "fit", None, "b")]


def test_what_is_the_same_is_there_and_unchanged() -> None:
    found = changes_between(metrics(a=1, b=True), metrics(a=1.0, b=1))

    assert [(change.name, change.changed) for change in found] == [("a", False), ("b", True)]


def artifact(path: str, *digests: str, size: int | None = None) -> Contents:
    return Contents(artifact=Piece(path, digests, size, "dvc.lock"))


def test_an_artifact_is_compared_by_the_digests_that_both_have() -> None:
    found = changes_between(artifact("a", "sha256:1", "md5:2", size=5), artifact("b", "md5:3", size=7))

    assert found == [
        Change("artifact", "path", "a", "b"),
        Change("artifact", "md5", "md5:2", "md5:3"),
        Change("artifact", "size", 5, 7, 2),
    ]
    assert changes_between(artifact("a", "sha256:1"), artifact("a", "md5:3"))[1] == Change(
        "artifact", "digest", "sha256:1", "md5:3"
    )


def test_an_artifact_that_only_one_version_tells_is_new() -> None:
    assert changes_between(Contents(), artifact("a", "md5:3", size=7)) == [
        Change("artifact", "path", None, "a"),
        Change("artifact", "digest", None, "md5:3"),
        Change("artifact", "size", None, 7),
    ]
    assert changes_between(Contents(), Contents()) == []


def test_data_is_compared_by_its_paths() -> None:
    old = Contents(data=(Piece("a", ("md5:1",), None, "x"), Piece("b", ("md5:2",), None, "x")))
    new = Contents(data=(Piece("b", ("md5:3",), None, "x"), Piece("c", ("md5:4",), None, "x")))

    assert changes_between(old, new) == [
        Change("data", "a", "md5:1", None),
        Change("data", "b", "md5:2", "md5:3"),
        Change("data", "c", None, "md5:4"),
    ]


def test_a_metric_of_several_files_is_named_with_its_file() -> None:
    old = Contents(metrics=(Stated("a", 1, "x.json"), Stated("a", 2, "y.json")))
    new = Contents(metrics=(Stated("a", 1, "x.json"),))

    assert [(change.name, change.old, change.new) for change in changes_between(old, new)] == [
        ("x.json:a", 1, 1),
        ("y.json:a", 2, None),
    ]


def test_other_trailers_are_compared_by_key() -> None:
    old = [("Reviewed-by", "Ada"), ("Metric", "AUC=1")]
    new = [("Reviewed-by", "Ada"), ("Reviewed-by", "Bob"), ("Ticket", "7")]

    assert list(trailers_between(old, new)) == [
        Change("trailer", "Reviewed-by", "Ada", "Ada; Bob"),
        Change("trailer", "Ticket", None, "7"),
    ]
