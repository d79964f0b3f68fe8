"""libgit2's reading of tags, commits and trees, held against our own."""

from __future__ import annotations

import pytest

from support import Repo, raw_tag
from tagwarden.policy.objects.commit_object import Commit, parse_commit
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Tag
from tagwarden.repository.git.command import Git
from tagwarden.repository.judging.consumer_view import ConsumerView, Difference, open_consumer_view


def view(repo: Repo) -> ConsumerView:
    opened = open_consumer_view(Git.at(str(repo.path)))
    assert isinstance(opened, ConsumerView)
    return opened


def tag_in(repo: Repo, raw: bytes) -> Tag:
    return Tag("m@v1.0.0", repo.write_object(raw), "tag", parse_tag_object(raw))


def commit_in(repo: Repo, raw: bytes) -> tuple[str, Commit]:
    return repo.write_object(raw, "commit"), parse_commit(raw)


def head(repo: Repo) -> tuple[str, Commit]:
    raw = repo.try_git("cat-file", "commit", "HEAD").stdout
    return repo.git("rev-parse", "HEAD"), parse_commit(raw)


def difference(repo: Repo, tag: Tag, commit: Commit | None) -> Difference | None:
    return view(repo).difference(tag, commit)


def test_what_git_writes_is_read_alike(repo: Repo) -> None:
    repo.commit({"a/b/c": "deep", "artifacts.yaml": "{}"})
    oid, commit = head(repo)

    assert difference(repo, tag_in(repo, raw_tag(object=oid, tag="m@v1.0.0")), commit) is None


def test_a_lightweight_tag_is_passed_over_as_gto_does(repo: Repo) -> None:
    oid, commit = head(repo)

    assert difference(repo, Tag("m@v1.0.0", oid, "commit", None), commit) is None


def test_a_tag_that_libgit2_can_not_read_is_named(repo: Repo) -> None:
    oid, commit = head(repo)
    raw = raw_tag(object=oid, tag="m@v1.0.0")
    doubled = raw.replace(b"\ntag m@v1.0.0\n", b"\ntag m@v1.0.0\ntag m@v1.0.0\n")

    found = difference(repo, tag_in(repo, doubled), commit)

    assert found is not None
    assert found.rule == "tag-object"
    assert found.why.startswith("can't read the tag object: ")


def test_another_name_than_ours_is_a_difference(repo: Repo) -> None:
    oid, commit = head(repo)
    tag = tag_in(repo, raw_tag(object=oid, tag="m@v1.0.0"))
    assert tag.object is not None

    found = difference(repo, tag._replace(object=tag.object._replace(name="m@v9.9.9")), commit)

    assert found is not None
    assert found.rule == "tag-object"
    assert "m@v9.9.9" in found.why


def test_another_date_of_the_commit_than_ours_is_a_difference(repo: Repo) -> None:
    oid, commit = head(repo)
    tag = tag_in(repo, raw_tag(object=oid, tag="m@v1.0.0"))

    found = difference(repo, tag, commit._replace(time=commit.time + 1))

    assert found is not None
    assert found.rule == "target-commit"


def test_a_tree_that_libgit2_can_not_read_is_named(repo: Repo) -> None:
    blob = bytes.fromhex(repo.write_object(b"x", "blob"))
    ran = repo.try_git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=b"777777777777 a\0" + blob)
    tree = ran.stdout.decode().strip()
    person = "Ada <ada@example.com> 1700000000 +0000"
    oid, commit = commit_in(repo, f"tree {tree}\nauthor {person}\ncommitter {person}\n\nodd\n".encode())

    found = difference(repo, tag_in(repo, raw_tag(object=oid, tag="m@v1.0.0")), commit)

    assert found is not None
    assert found.rule == "target-tree"


def test_a_repository_that_libgit2_can_not_open_gets_a_note(tmp_path: object) -> None:
    repo = Repo.init(tmp_path / "r", "--object-format=sha256")  # type: ignore[operator]

    note = open_consumer_view(Git.at(str(repo.path)))

    assert isinstance(note, str)
    assert note.startswith("GTO's own library (libgit2) can't open this repository, so it was not asked: ")


@pytest.mark.parametrize("count", [1, 3])
def test_a_commit_is_looked_at_once_for_all_of_its_tags(repo: Repo, count: int) -> None:
    oid, commit = head(repo)
    seen = view(repo)
    tags = [tag_in(repo, raw_tag(object=oid, tag="m@v1.0.0", message=str(number))) for number in range(count)]

    assert [seen.difference(tag, commit) for tag in tags] == [None] * count
    assert len(seen._commits) == 1
