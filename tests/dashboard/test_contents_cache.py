"""What versions hold is kept between builds: read once, and never believed where it may not be true."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo
from support.command_line import tagwarden
from tagwarden.contents.record import Contents, Stated
from tagwarden.dashboard import contents_cache, shown_contents
from tagwarden.dashboard.contents_cache import ContentsCache
from tagwarden.policy.objects.piece import Piece

PIECE = Piece("m.pkl", ("md5:1", "sha256:2"), 7, "dvc.lock")
EVERYTHING = Contents(
    PIECE,
    (PIECE, Piece("data\udcff", (), None, "tag")),
    (PIECE,),
    (Stated("AUC", 0.1 + 0.2, "metrics.json"), Stated("by", [1, {"a": None}], "tag")),
    (Stated("lr", True, "params.yaml"), Stated("n", 10**30, "params.yaml")),
    ("a note\n\u202e",),
    "part",
    Stated("train", "a\nb", "dvc.lock"),
)


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents_cache, "WORTH_KEEPING", 1)


def read_now() -> Contents:
    return Contents(notes=("read now",))


def kept(contents: Contents = EVERYTHING) -> bytes:
    keeping = ContentsCache(made_by="this")
    assert keeping.of("churn", "1" * 40, lambda: contents) == contents
    data = keeping.as_bytes()
    assert data is not None
    return data


def test_what_was_read_is_the_same_in_the_next_build() -> None:
    again = ContentsCache(kept(), "this")

    assert again.of("churn", "1" * 40, read_now) == EVERYTHING
    assert again.as_bytes() == kept()
    assert again.of("churn", "2" * 40, read_now) == again.of("fraud", "1" * 40, read_now) == read_now()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-9],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda _: b"",
        lambda _: gzip.compress(b'"this"\n["churn"]'),
        lambda _: gzip.compress(b'"this"\n["1 churn",{"artifact":7}]'),
        lambda data: gzip.compress(gzip.decompress(data).replace(b'"params"', b'"parms"')),
        lambda data: gzip.compress(gzip.decompress(data).replace(b'"this"', b'"another"', 1)),
    ],
)
def test_what_is_damaged_or_of_another_program_is_read_again(damage: Callable[[bytes], bytes]) -> None:
    assert ContentsCache(damage(kept()), "this").of("churn", "1" * 40, read_now) == read_now()


def test_what_may_be_told_otherwise_another_time_is_not_kept() -> None:
    again = ContentsCache(kept(EVERYTHING._replace(reproducible=False)), "this")

    assert again.of("churn", "1" * 40, read_now) == read_now()


def test_no_more_is_kept_than_is_bearable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents_cache, "MOST_BYTES", 10)

    assert ContentsCache(kept(), "this").of("churn", "1" * 40, read_now) == read_now()


def test_after_a_push_only_its_version_is_read_and_the_pages_are_those_of_a_first_build(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    reading = shown_contents.contents_of

    def noted(entries, model, commit, trailers, documents):
        read.append(commit)
        return reading(entries, model, commit, trailers, documents)

    monkeypatch.setattr(shown_contents, "contents_of", noted)
    for number in range(3):
        commit = repo.commit({"metrics.json": f'{{"AUC": 0.{number}}}', "params.yaml": f"lr: {number}\n"})
        repo.tag(f"churn@v1.{number}.0")
        assert tagwarden(tmp_path, "dashboard", str(repo.path), "-o", "site").status == 0
        assert read == [commit]
        read.clear()
    assert tagwarden(tmp_path, "dashboard", str(repo.path), "-o", "other").status == 0
    assert len(read) == 3

    pages, others = (
        {file.name: file.read_bytes() for file in (tmp_path / name / "m").iterdir()} for name in ("site", "other")
    )
    assert pages == others
    assert len([*(tmp_path / "site" / "data").glob("*.contents.gz")]) == 1


def test_of_few_versions_nothing_is_kept_and_what_was_is_removed(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.tag("churn@v1.0.0")
    tagwarden(tmp_path, "dashboard", str(repo.path), "-o", "site")
    assert [*(tmp_path / "site" / "data").glob("*.contents.gz")]
    repo.commit()
    repo.tag("churn@v1.1.0")
    monkeypatch.setattr(contents_cache, "WORTH_KEEPING", 3)

    tagwarden(tmp_path, "dashboard", str(repo.path), "-o", "site")

    assert not [*(tmp_path / "site" / "data").glob("*.contents.gz")]
