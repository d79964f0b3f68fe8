"""What packed-refs tells of tag objects is true, and silence where it can't be told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from tagwarden.repository.answers import TagRef
from tagwarden.repository.packed_refs import peeled_between
from tagwarden.repository.reader import Reader

OpenReader = Callable[[Path], Reader]

MODELS, VERSIONS = 3, 300


def fill(repo: Repo, *, models: int = MODELS, versions: int = VERSIONS) -> None:
    """Give `repo` so many packed versions of each model, each on a commit of its own, in a file of several parts."""
    commit = "commit refs/heads/trunk\ncommitter A <a@b.c> {} +0000\ndata 1\nc\n\n"
    tag = "tag {}\nfrom refs/heads/trunk\ntagger A <a@b.c> 1600000000 +0000\ndata 1\nm\n"
    for start in range(0, versions, 100):
        stream = []
        for n in range(start, min(start + 100, versions)):
            again = "from refs/heads/trunk^0\n" if n == start and n else ""
            stream.append(commit.format(1_500_000_000 + n).removesuffix("\n") + again + "\n")
            stream.extend(tag.format(f"m{model}@v0.{n}.0") for model in range(models))
        repo.git("fast-import", "--quiet", stdin="".join(stream))
    repo.git("pack-refs", "--all")


def annotated(repo: Repo) -> dict[str, tuple[str, str]]:
    """Id and target of each annotated tag, by its ref, as Git tells them."""
    listed = repo.git("for-each-ref", "--format=%(refname) %(objecttype) %(objectname) %(*objectname)", "refs/tags")
    fields = [line.split(" ") for line in listed.splitlines()]
    return {ref: (oid, target) for ref, kind, oid, target in fields if kind == "tag"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.init(tmp_path_factory.mktemp("filled") / "repo.git", "--bare")
    fill(repo)
    repo.git("tag", "m1@plain", "trunk")
    repo.git("pack-refs", "--all")
    return repo


def test_every_tag_between_two_refs_is_told_and_nothing_that_is_not_so(filled: Repo) -> None:
    truth = annotated(filled)
    refs = sorted(truth)
    told_in_all = dict(truth.values())
    place = str(filled.path / "packed-refs")
    for first in range(0, len(refs), 37):
        for last in range(first, len(refs), 53):
            told = peeled_between(place, refs[first], refs[last])

            assert told.items() >= dict(truth[ref] for ref in refs[first : last + 1]).items()
            assert told.items() <= told_in_all.items()


def test_refs_that_are_not_there_tell_nothing_wrong(filled: Repo) -> None:
    place = str(filled.path / "packed-refs")
    told_in_all = dict(annotated(filled).values())

    for first, last in (
        ("a", "b"),
        ("refs/tags/m1@", "refs/tags/m1@z"),
        ("refs/tags/zz", "refs/tags/zzz"),
        ("", "\udcff"),
    ):
        assert peeled_between(place, first, last).items() <= told_in_all.items()
    assert peeled_between(place, "", "\udcff") == told_in_all


@pytest.mark.parametrize(
    "header",
    [b"", b"# pack-refs with: peeled fully-peeled \n", b"# pack-refs with: unsorted\n", b"# something else sorted \n"],
)
def test_a_file_that_is_not_sorted_tells_nothing(filled: Repo, tmp_path: Path, header: bytes) -> None:
    content = (filled.path / "packed-refs").read_bytes()
    other = tmp_path / "packed-refs"
    other.write_bytes(header + content.partition(b"\n")[2])

    assert peeled_between(str(other), "refs/tags/m0", "refs/tags/m2") == {}
    assert peeled_between(str(tmp_path / "none"), "refs/tags/m0", "refs/tags/m2") == {}
    assert peeled_between(str(tmp_path), "refs/tags/m0", "refs/tags/m2") == {}


def test_a_file_that_is_cut_off_tells_nothing_wrong(filled: Repo, tmp_path: Path) -> None:
    content = (filled.path / "packed-refs").read_bytes()
    told_in_all = dict(annotated(filled).values())
    other = tmp_path / "packed-refs"
    for lost in range(1, 300):
        other.write_bytes(content[:-lost])
        told = peeled_between(str(other), "refs/tags/m2@v0.9", "refs/tags/m2@v1")
        assert told.items() <= told_in_all.items()


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("where", ["bare", "work tree", "linked work tree"])
def test_a_reader_finds_the_file_of_its_repository(
    tmp_path: Path, open_at: OpenReader, object_format: str, where: str
) -> None:
    bare = ["--bare"] if where == "bare" else []
    repo = Repo.init(tmp_path / "repo", f"--object-format={object_format}", *bare)
    fill(repo, models=1, versions=5)
    path = repo.path
    if where == "linked work tree":
        path = tmp_path / "linked"
        repo.git("worktree", "add", "--quiet", str(path), "trunk~1")
    reader = open_at(path)

    assert reader.peeled(reader.tags_of(["m0"])["m0"]) == dict(annotated(repo).values())
    assert reader.peeled([TagRef("m7@v1.0.0", "0" * 40)]).items() <= dict(annotated(repo).values()).items()


def test_a_loose_tag_above_a_packed_one_is_what_counts(server: Server) -> None:
    fill(server, models=1, versions=VERSIONS)
    clone = server.clone()
    taken, free = (server.git("rev-parse", f"trunk~{back}") for back in (10, 0))
    clone.git("fetch", "--quiet", "origin")
    # Moved by hand on the server: the packed ref still tells of another commit.
    moved = server.write_object(
        f"object {free}\ntype commit\ntag m0@v0.7.0\ntagger A <a@b.c> 1600000000 +0000\n\nm\n".encode()
    )
    server.git("update-ref", "refs/tags/m0@v0.7.0", moved)
    before = server.git("rev-parse", "trunk~292")

    clone.tag("m0@v1.0.0", taken)
    assert clone.push("m0@v1.0.0").rules == {"version-per-commit"}
    clone.tag("m0@v1.1.0", free)
    assert clone.push("m0@v1.1.0").rules == {"version-per-commit"}
    clone.tag("m0@v1.2.0", before)
    assert clone.push("m0@v1.2.0").ok


def test_where_objects_are_replaced_the_file_is_not_believed(tmp_path: Path, open_at: OpenReader) -> None:
    repo = Repo.init(tmp_path / "repo.git", "--bare")
    fill(repo, models=1, versions=3)
    tag, other = (repo.git("rev-parse", f"refs/tags/m0@v0.{n}.0") for n in (0, 1))
    repo.git("replace", tag, other)
    repo.git("tag", "-a", "-m", "x", "m0@v9.0.0", "trunk")
    repo.git("pack-refs", "--all")
    told = peeled_between(str(repo.path / "packed-refs"), "refs/tags/m0", "refs/tags/m1")
    reader = open_at(repo.path)

    assert told.keys() >= {tag, other}
    assert reader.peeled(reader.tags_of(["m0"])["m0"]) == {}
