"""Objects: complete, in order, in flat memory, and never wrong in silence."""

from __future__ import annotations

import functools
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support import Repo, raw_tag
from support.project import ROOT
from support.trees import tree_of
from tagwarden.policy.errors import CannotJudge
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.objects import RawObject
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.git.reader import Reader

OpenReader = Callable[[Path], Reader]
MANY, VERY_MANY = 300, 1500


def blob(repo: Repo, content: str) -> str:
    return repo.write_object(content.encode(), "blob")


def big_blob(repo: Repo, megabytes: int) -> str:
    return repo.write_object(b"\0" * (megabytes << 20), "blob")


def damage(repo: Repo, oid: str, content: bytes = b"garbage") -> None:
    file = repo.git_dir / "objects" / oid[:2] / oid[2:]
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    file.write_bytes(content)


@pytest.mark.parametrize("limit", [0, 10, 100_000])
@pytest.mark.parametrize("times", [1, MANY, VERY_MANY], ids=["few", "many", "more than one read of their sizes takes"])
def test_objects_come_in_order_and_only_tags_with_content(
    repo: Repo, open_at: OpenReader, limit: int, times: int
) -> None:
    tag, head, leaf = repo.tag("m@v1.0.0"), repo.git("rev-parse", "HEAD"), blob(repo, "x" * 99)
    raw = repo.git("cat-file", "tag", tag).encode() + b"\n"
    expected = [
        RawObject(tag, "tag", len(raw), raw[:limit]),
        RawObject(head, "commit", int(repo.git("cat-file", "-s", head)), b""),
        RawObject(leaf, "blob", 99, b""),
        RawObject(tree_of(repo), "tree", 0, b""),
        RawObject("1" * 40, None, 0, b""),
        RawObject(tag, "tag", len(raw), raw[:limit]),
    ]

    found = open_at(repo.path).objects([answer.oid for answer in expected] * times, limit=limit)

    assert list(found) == expected * times


def test_commits_come_with_content_instead_where_that_is_asked(repo: Repo, open_at: OpenReader) -> None:
    tag, head = repo.tag("m@v1.0.0"), repo.git("rev-parse", "HEAD")
    raw = repo.git("cat-file", "commit", head).encode() + b"\n"

    found = list(open_at(repo.path).objects([head, tag], limit=50, content_of="commit"))

    assert found[0] == RawObject(head, "commit", len(raw), raw[:50])
    assert (found[1].type, found[1].data) == ("tag", b"")


@pytest.mark.parametrize("times", [1, MANY], ids=["few", "many"])
def test_what_is_no_full_id_is_no_object(repo: Repo, open_at: OpenReader, times: int) -> None:
    head = repo.git("rev-parse", "HEAD")
    asked = ["HEAD", head[:10], "", f"{head}\n{head}", f"{head}:", head.upper() + "x", "0" * 40, "e" * 64, "main"]

    found = list(open_at(repo.path).objects([*asked, head] * times, limit=10))

    assert [answer.oid for answer in found] == [*asked, head] * times
    assert [answer.type for answer in found] == [*[None] * len(asked), "commit"] * times


def test_no_objects_are_no_question(repo: Repo, open_at: OpenReader) -> None:
    assert list(open_at(repo.path).objects([], limit=10)) == []


def test_a_short_id_is_not_taken_for_a_longer_one(tmp_path: Path, open_at: OpenReader) -> None:
    repo = Repo.init(tmp_path / "sha256", "--object-format=sha256")
    head = repo.commit()
    repo.raw_ref(f"refs/heads/{'a' * 40}", head)
    reader = open_at(repo.path)

    assert [found.type for found in reader.objects([head[:40], "a" * 40, head], limit=9)] == [None, None, "commit"]


@pytest.mark.parametrize("times", [1, MANY], ids=["few", "many"])
def test_raw_bytes_of_a_tag_come_back_unchanged(repo: Repo, open_at: OpenReader, times: int) -> None:
    head = repo.git("rev-parse", "HEAD")
    odd = [b"", b"\0", b"\r\n\xff\xfe", b"missing\n", b"no newline", f"{head} tag 3\nabc\n".encode()]
    raws = [raw_tag(object=head, tag="m@v1.0.0", message=message) for message in odd]
    oids = [repo.write_object(raw) for raw in raws]

    assert [answer.data for answer in open_at(repo.path).objects(oids * times, limit=10_000)] == raws * times


@pytest.mark.parametrize("times", [1, 30], ids=["few", "many"])
def test_large_objects_between_others_are_not_read_over(
    repo: Repo, open_at: OpenReader, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = repo.tag("m@v1.0.0")
    large = repo.write_object(raw_tag(object=repo.git("rev-parse", "HEAD"), tag="x", message="y" * (3 << 20)))
    asked = [tag, big_blob(repo, 8), tag, large, large, big_blob(repo, 8)] * times

    found = list(open_at(repo.path).objects(asked, limit=1000))

    assert [answer.oid for answer in found] == asked
    assert [answer.type for answer in found] == ["tag", "blob", "tag", "tag", "tag", "blob"] * times
    assert max(len(answer.data) for answer in found) == 1000


def test_a_reader_is_as_good_after_a_large_object_as_before(repo: Repo, open_at: OpenReader) -> None:
    tag = repo.tag("m@v1.0.0")
    reader = open_at(repo.path)

    for _ in range(3):
        assert [found.type for found in reader.objects([big_blob(repo, 8)], limit=10)] == ["blob"]
        assert [found.type for found in reader.objects([tag], limit=10)] == ["tag"]


def test_two_questions_can_be_open_at_once(repo: Repo, open_at: OpenReader) -> None:
    tag, head = repo.tag("m@v1.0.0"), repo.git("rev-parse", "HEAD")
    reader = open_at(repo.path)

    many = reader.objects([tag] * MANY, limit=10)
    few = reader.objects([head, head], limit=10)
    pairs = [(next(many).type, next(few).type), (next(many).type, next(few).type)]

    assert pairs == [("tag", "commit")] * 2
    assert [found.type for found in reader.objects([head], limit=10)] == ["commit"]
    many.close()  # type: ignore[attr-defined]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_memory_stays_flat_beside_a_tag_of_100_mb(repo: Repo, tmp_path: Path, many: bool) -> None:
    head = repo.git("rev-parse", "HEAD")
    huge = repo.write_object(raw_tag(object=head, tag="m@v1.0.0", message=b"z" * 100_000_000))
    (tmp_path / "tagwarden").symlink_to(ROOT)
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
sys.path += {[path for path in sys.path if path.endswith("site-packages")]!r}
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.program import GitProgram
reader = GitProgram(Git.at({str(repo.path)!r}))
sizes = [found.size for found in reader.objects([{huge!r}] * 2 + [{head!r}] * {MANY if many else 1}, limit=65536)]
assert sizes[:2] == [{100_000_000 + len(raw_tag(object=head, tag="m@v1.0.0", message=b""))}] * 2
reader.close()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 80


@pytest.mark.parametrize("times", [1, MANY], ids=["few", "many"])
def test_a_damaged_object_is_not_a_missing_one(repo: Repo, open_at: OpenReader, times: int) -> None:
    tag = repo.tag("m@v1.0.0")
    damage(repo, tag)

    with pytest.raises(CannotJudge, match=r"git fsck"):
        list(open_at(repo.path).objects([repo.git("rev-parse", "HEAD"), tag] * times, limit=10))


@pytest.mark.parametrize("times", [1, MANY], ids=["few", "many"])
def test_an_object_that_breaks_off_keeps_the_push_from_being_judged(
    repo: Repo, open_at: OpenReader, times: int
) -> None:
    tag = repo.write_object(raw_tag(object=repo.git("rev-parse", "HEAD"), tag="m", message=os.urandom(1 << 16).hex()))
    file = repo.git_dir / "objects" / tag[:2] / tag[2:]
    damage(repo, tag, file.read_bytes()[: 1 << 14])

    with pytest.raises(CannotJudge, match=r"git fsck"):
        list(open_at(repo.path).objects([tag] * times, limit=1 << 20))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "ended with exit status 7 and said: killed in the dark"),
        ("%(oid) tag 100", "ended with exit status 7"),
        ("%(oid) tag 100\nabc", "ended with exit status 7"),
        ("%(oid) ambiguous\n", "answered '.* ambiguous"),
        ("%(oid) tag 1\nabc\n", "answered with more than it announced"),
    ],
    ids=["no answer", "half a header", "half a content", "an ambiguous id", "too long a content"],
)
@pytest.mark.parametrize("times", [1, MANY], ids=["few", "many"])
def test_a_git_that_fails_half_way_keeps_the_push_from_being_judged(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, said: str, times: int
) -> None:
    tag = repo.tag("m@v1.0.0")
    broken = tmp_path / "bin" / "git"
    broken.parent.mkdir()
    reply = answer.replace("%(oid)", tag)
    sizes = f'case "$*" in *--batch-check*) exec {shutil.which("git")} "$@" ;; esac'
    broken.write_text(f"#!/bin/sh\n{sizes}\nread line\nprintf '%s' '{reply}'\necho killed in the dark >&2\nexit 7\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
    reader = GitProgram(Git.at(str(repo.path)))

    with pytest.raises(CannotJudge, match=said):
        list(reader.objects([tag] * times, limit=1000))


def test_questions_never_block_on_the_smallest_pipe(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        pytest.skip("pipes can't be made smaller here")
    make = os.pipe

    def small_pipe() -> tuple[int, int]:
        ends = make()
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 4096)
        return ends

    monkeypatch.setattr(os, "pipe", small_pipe)
    tag = repo.write_object(raw_tag(object=repo.git("rev-parse", "HEAD"), tag="m", message="x" * 20_000))
    reader = GitProgram(Git.at(str(repo.path)))

    for count in (1, 50, 99, 100, 101, 5000):
        assert sum(1 for found in reader.objects([tag] * count, limit=30_000) if len(found.data) > 20_000) == count
    reader.close()


def test_replaced_objects_are_read_as_they_are_stored(repo: Repo, open_at: OpenReader) -> None:
    bad, good = repo.tag("m@v1.0.0", message="bad"), repo.tag("m@v2.0.0", message="good")
    repo.git("update-ref", f"refs/replace/{bad}", good)

    (found,) = open_at(repo.path).objects([bad], limit=1000)

    assert found.data.endswith(b"\n\nbad\n")


def test_closing_ends_the_process_and_reading_on_starts_another(repo: Repo) -> None:
    reader = GitProgram(Git.at(str(repo.path)))
    head = repo.git("rev-parse", "HEAD")

    assert [found.type for found in reader.objects([head], limit=1)] == ["commit"]
    reader.close()
    reader.close()
    assert [found.type for found in reader.objects([head], limit=1)] == ["commit"]
    reader.close()


def test_an_answer_that_is_not_taken_leaves_no_process(repo: Repo) -> None:
    reader = GitProgram(Git.at(str(repo.path)))
    objects = reader.objects([repo.git("rev-parse", "HEAD")] * MANY, limit=10)
    next(objects)

    objects.close()  # type: ignore[attr-defined]
    reader.close()

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("times", [1, MANY], ids=["few", "many"])
def test_what_is_too_large_is_never_unpacked(repo: Repo, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    monkeypatch.setattr("tagwarden.repository.git.cat_file.LARGEST", 10_000)
    monkeypatch.setattr("tagwarden.repository.git.program.LARGEST", 10_000)
    head = repo.commit({"README.md": "text"})
    raw = raw_tag(object=head, tag="m@v1.0.0", message="x" * 20_000)
    huge, small = repo.write_object(raw), repo.tag("m@v1.0.1")
    with closing(GitProgram(Git.at(str(repo.path)))) as reader:
        asked: list[str] = []
        talk, run = reader.answering._talk, reader.answering._run

        def note(original, how, questions, *rest):
            asked.extend(questions if how == "--batch" else ())
            return original(how, questions, *rest)

        monkeypatch.setattr(reader.answering, "_talk", functools.partial(note, talk))
        monkeypatch.setattr(reader.answering, "_run", functools.partial(note, run))
        found = list(reader.objects([huge, small, head] * times, limit=1000))

        assert [answer.type for answer in found[:3]] == ["tag", "tag", "commit"]
        assert (found[0].size, found[0].data) == (len(raw), b"")
        assert found[1].data
        assert set(asked) == {small}
        assert reader.files([(head, "README.md")], limit=100) == [b"text"]
        with pytest.raises(CannotJudge, match="too many to look for a file in it"):
            reader.files([(head, "README.md"), (huge, "README.md")], limit=100)
        with pytest.raises(CannotJudge, match="too many to look for a file in it"):
            reader.entry(huge, "README.md", limit=0)
