"""Reading `artifacts.yaml` as GTO does, and `dvc.yaml`."""

from __future__ import annotations

import io

import pytest
from gto.index import Index

from tagwarden.policy import budget
from tagwarden.policy.objects.annotations import declares, problem_of_annotations
from tagwarden.policy.objects.document_files import DocumentFiles

READABLE = {
    "nothing said of a model": "churn: {}",
    "all that can be said": "churn: {type: model, path: m.pkl, labels: [a, b], description: It churns, virtual: no}",
    "a key that nobody knows": "churn: {owner: ada, custom: {any: thing}}",
    "a type that is left open": "churn: {type: null, path: null}",
    "a label and a type that are no names": "churn: {type: a model, labels: [a b, '']}",
    "words for true and false": "churn: {virtual: 'yes'}\ncv: {virtual: 'OFF'}\nseg: {virtual: 0}",
    "names with slashes": "cv/seg: {}\ncv//seg: {}",
    "no models at all": "{}",
}
UNREADABLE = {
    "an empty file": ("", "it is not a table of artifacts"),
    "a list": ("- churn", "it is not a table of artifacts"),
    "no YAML": ("churn: [", "it is not YAML: while parsing"),
    "a key that stands twice": ("churn: {}\nchurn: {}", "it is not YAML: while constructing"),
    "a name that is none": ("Churn!: {}", "'Churn!' is not a valid name of an artifact"),
    "a name with its folder": ("cv:seg: {}", "'cv:seg' is not a valid name of an artifact"),
    "a name that is a number": ("1: {}", "1 is not a valid name of an artifact"),
    "no table for a model": ("churn: model", "there is no table in the artifact 'churn'"),
    "a path that is a list": ("churn: {path: [a]}", "'path' has the wrong type in the artifact 'churn'"),
    "labels that are a word": ("churn: {labels: a}", "'labels' has the wrong type"),
    "no description at all": ("churn: {description: null}", "'description' has the wrong type"),
    "a label that is a number": ("churn: {labels: [1]}", "a label is not a string"),
    "neither true nor false": ("churn: {virtual: maybe}", "'virtual' is not true or false"),
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_what_gto_reads_is_readable(text: str) -> None:
    Index.read(io.StringIO(text))

    assert problem_of_annotations(text.encode(), DocumentFiles()) is None


@pytest.mark.parametrize(("text", "problem"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_gto_can_not_read_is_not(text: str, problem: str) -> None:
    with pytest.raises(Exception):  # noqa: B017 -- GTO raises errors of its own, of pydantic and of ruamel.yaml
        Index.read(io.StringIO(text))

    assert problem in (problem_of_annotations(text.encode(), DocumentFiles()) or "")


def test_a_file_that_is_nested_too_deeply_is_not_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(budget.SECONDS, "documents", 60)  # how long it takes depends on the machine

    assert "it is nested too deeply" in (problem_of_annotations(b"[" * 1_000, DocumentFiles()) or "")


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("artifacts: {churn: {path: m.pkl}}", True),
        ("artifacts: {cv: {path: m.pkl}}", False),
        ("artifacts: [churn]", False),
        ("stages: {churn: {cmd: train}}", False),
        ("[churn]", False),
    ],
)
def test_a_model_is_declared_by_a_key_under_artifacts(text: str, declared: bool) -> None:
    assert declares(text.encode(), "churn", DocumentFiles()) is declared


def test_what_is_no_yaml_declares_nothing_and_says_so_each_time() -> None:
    documents = DocumentFiles()

    for _ in range(2):
        with pytest.raises(ValueError, match="while parsing"):
            declares(b"artifacts: [", "churn", documents)
