"""No tag gets in whose commit or tree can hurt GTO, through either hook; honest ones of every age do."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable

import gto.api
import pytest

from support import TAGGER, Repo, Server, raw_tag
from support.trees import FILE, FOLDER, blob, bomb, commit_of, nested, tree

NewServer = Callable[..., Server]
TAG = "churn@v1.0.0"


def doubled(repo: Repo) -> str:
    return tree(repo, (FILE, "a", blob(repo)), (FILE, "a", blob(repo, b"other\n")))


BAD_TREES: dict[str, Callable[[Repo], str]] = {
    "folders too deep in each other": lambda repo: nested(repo, 201),
    "folders so deep that GTO fails": lambda repo: nested(repo, 1100),
    "a thousand million paths": lambda repo: bomb(repo, 9),
    "a file name of 65,536 bytes": lambda repo: tree(repo, (FILE, "a" * 65536, blob(repo))),
    "a mode that nobody reads": lambda repo: tree(repo, ("777777777", "a", blob(repo))),
    "an entry twice": doubled,
    "a file and a folder of one name": lambda repo: tree(repo, (FILE, "a", blob(repo)), (FOLDER, "a", nested(repo, 0))),
    "the wrong order": lambda repo: tree(repo, (FILE, "b", blob(repo)), (FILE, "a", blob(repo))),
    "any of it in a folder": lambda repo: tree(repo, (FOLDER, "a", tree(repo, (FOLDER, "b", doubled(repo))))),
}


def push_tag_on(clone: Repo, commit: str, tag: str = TAG) -> set[str]:
    """Push a tag on this commit; the rules that refuse it."""
    clone.raw_tag(tag, raw_tag(object=commit, tag=tag))
    result = clone.push(f"refs/tags/{tag}")
    assert "Traceback" not in result.stderr
    assert result.ok == (not result.rules), result.stderr
    return result.rules


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("make", BAD_TREES.values(), ids=BAD_TREES)
def test_a_tree_that_hurts_gto_is_refused(new_server: NewServer, hook: str, make: Callable[[Repo], str]) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    before = server.refs()

    commit = commit_of(clone, make(clone))
    began = time.monotonic()
    assert push_tag_on(clone, commit) == {"target-tree"}
    assert time.monotonic() - began < 20
    assert server.refs() == before
    assert gto.api.show(str(server.path)) == {}


LIMITS = ("folders too deep in each other", "folders so deep that GTO fails", "a thousand million paths")


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("bad", ["the wrong order", "any of it in a folder", *LIMITS[:1], *LIMITS[2:]])
def test_a_tag_that_stands_on_a_malformed_tree_may_be_deleted(new_server: NewServer, hook: str, bad: str) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    commit = commit_of(clone, BAD_TREES[bad](clone))
    clone.raw_tag(TAG, raw_tag(object=commit, tag=TAG))
    server.git("fetch", "--quiet", str(clone.path), f"refs/tags/{TAG}:refs/tags/{TAG}")

    deleted = clone.push(f":refs/tags/{TAG}")

    # What is only large was an event all the same.
    assert deleted.refused_by == ({"tag-permanent"} if bad in LIMITS else set())
    assert server.tags() == ({TAG} if bad in LIMITS else set())


def test_a_tree_is_refused_where_it_came_with_a_branch_long_ago(server: Server, clone: Repo) -> None:
    commit = commit_of(clone, nested(clone, 300))
    clone.raw_ref("refs/heads/topic", commit)
    assert clone.push("topic").ok

    assert push_tag_on(clone, commit) == {"target-tree"}


def test_a_tree_that_was_refused_is_refused_again_and_a_good_one_is_taken_twice(server: Server, clone: Repo) -> None:
    bad = commit_of(clone, bomb(clone, 9))
    file = blob(clone)
    many = [(FOLDER, f"folder{n:02}", tree(clone, (FILE, f"file{n}", file))) for n in range(60)]
    good = commit_of(clone, tree(clone, *many))

    assert push_tag_on(clone, bad) == {"target-tree"}
    assert push_tag_on(clone, good, "churn@v1.0.0") == set()
    assert list((server.path / "tagwarden").glob("trees.*"))
    assert push_tag_on(clone, bad, "churn@v1.1.0") == {"target-tree"}
    assert push_tag_on(clone, good, "other@v1.0.0") == set()
    assert server.tags() == {"churn@v1.0.0", "other@v1.0.0"}


def test_a_known_folder_lends_nothing_to_the_one_around_it(server: Server, clone: Repo) -> None:
    file = blob(clone)
    many = [(FOLDER, f"folder{n:02}", tree(clone, (FILE, f"file{n}", file))) for n in range(60)]
    good = tree(clone, *many)
    assert push_tag_on(clone, commit_of(clone, good)) == set()
    deep = good
    for _ in range(200):
        deep = tree(clone, (FOLDER, "down", deep))

    assert push_tag_on(clone, commit_of(clone, deep), "churn@v1.1.0") == {"target-tree"}
    assert push_tag_on(
        clone, commit_of(clone, tree(clone, (FOLDER, "a", good), (FOLDER, "a", good))), "churn@v1.1.0"
    ) == {"target-tree"}


def test_the_limits_are_the_policys(server: Server, clone: Repo) -> None:
    server.commit_on_main({"tagwarden.toml": "[target]\nmax-depth = 3\nmax-paths = 100\n"})

    assert push_tag_on(clone, commit_of(clone, nested(clone, 3))) == set()
    assert push_tag_on(clone, commit_of(clone, nested(clone, 4)), "churn@v1.1.0") == {"target-tree"}
    assert push_tag_on(clone, commit_of(clone, bomb(clone, 2)), "churn@v1.1.0") == {"target-tree"}


def test_with_the_rule_off_a_readable_tree_of_any_size_is_let_in(server: Server, clone: Repo) -> None:
    server.commit_on_main({"tagwarden.toml": '[rules]\ntarget-tree = "off"\n'})

    assert push_tag_on(clone, commit_of(clone, nested(clone, 300))) == set()


COMMITS = {
    "the committer first": "tree {tree}\ncommitter {who}\nauthor {who}\n",
    "an encoding between": "tree {tree}\nauthor {who}\nencoding UTF-8\ncommitter {who}\n",
    "two trees": "tree {tree}\ntree {tree}\nauthor {who}\ncommitter {who}\n",
    "a parent last": "tree {tree}\nauthor {who}\ncommitter {who}\nparent {parent}\n",
    "no blank before the time": "tree {tree}\nauthor {who}\ncommitter A <a@b>1700000000 +0000\n",
    "a time that is no number": "tree {tree}\nauthor {who}\ncommitter A <a@b> soon +0000\n",
}


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("header", COMMITS.values(), ids=COMMITS)
def test_a_commit_that_hurts_gto_is_refused(new_server: NewServer, hook: str, header: str) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    parent = clone.git("rev-parse", "HEAD")
    raw = header.format(tree=nested(clone, 1), who=TAGGER, parent=parent) + "\nA change\n"

    assert push_tag_on(clone, clone.write_object(raw.encode(), "commit")) == {"target-commit"}
    assert server.tags() == set()
    assert gto.api.show(str(server.path)) == {}


def test_an_old_history_of_old_modes_gets_in_and_gto_reads_it(server: Server, clone: Repo) -> None:
    old = tree(clone, ("100664", "README", blob(clone)), ("040000", "src", nested(clone, 2)))

    assert push_tag_on(clone, commit_of(clone, old)) == set()
    assert list(gto.api.show(str(server.path))) == ["churn"]


def test_a_missing_folder_can_not_be_judged(server: Server) -> None:
    # Only damage leaves one in a repository: Git takes no push with it.
    commit = commit_of(server, tree(server, (FOLDER, "data", "1" * 40)))
    oid = server.write_object(raw_tag(object=commit, tag=TAG))
    ran = subprocess.run(
        [server.path / "hooks" / "pre-receive"],
        cwd=server.path,
        env={**os.environ, "GIT_DIR": "."},
        input=f"{'0' * 40} {oid} refs/tags/{TAG}\n",
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 3
    assert f"The folder {'1' * 40}, which a tagged commit holds, is missing." in ran.stderr


HOSTILE_ANNOTATIONS = {
    "a link": lambda repo: ("120000", "artifacts.yaml", blob(repo, b"README.md")),
    "a submodule": lambda _: ("160000", "artifacts.yaml", 20 * "11"),
    "a folder": lambda repo: (FOLDER, "artifacts.yaml", nested(repo, 0)),
    "a pointer of Git LFS": lambda repo: (
        FILE,
        "artifacts.yaml",
        blob(repo, b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"1" * 64 + b"\nsize 12\n"),
    ),
    "nothing": lambda repo: (FILE, "artifacts.yaml", blob(repo, b"")),
    "UTF-16": lambda repo: (FILE, "artifacts.yaml", blob(repo, "- churn\n".encode("utf-16"))),
    "good in its first mebibyte and bad behind": lambda repo: (
        FILE,
        "artifacts.yaml",
        blob(repo, b"churn: {path: model.pkl}\n" + b"\n" * 1024 * 1024 + b"] bad"),
    ),
}


@pytest.mark.parametrize("make", HOSTILE_ANNOTATIONS.values(), ids=HOSTILE_ANNOTATIONS)
def test_odd_annotations_are_refused(server: Server, clone: Repo, make: Callable[[Repo], tuple[str, str, str]]) -> None:
    assert push_tag_on(clone, commit_of(clone, tree(clone, make(clone)))) == {"target-annotations"}


def test_annotations_in_a_folder_and_other_files_are_none_of_gtos(server: Server, clone: Repo) -> None:
    bad = blob(clone, b"] bad")
    inner = tree(clone, (FILE, "artifacts.yaml", bad))
    root = tree(clone, (FILE, ".gto", bad), (FILE, "dvc.yaml", bad), (FOLDER, "models", inner))

    assert push_tag_on(clone, commit_of(clone, root)) == set()
    assert list(gto.api.show(str(server.path))) == ["churn"]


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_no_tag_takes_the_place_of_a_tagged_commit_for_gto(new_server: NewServer, hook: str) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    commit = clone.git("rev-parse", "HEAD")
    assert push_tag_on(clone, commit) == set()
    before = gto.api.show(str(server.path))
    bad = commit_of(clone, nested(clone, 1100))

    for hurting in (bad, blob(clone)):
        result = clone.push(f"{hurting}:refs/tags/{commit}")
        assert result.refused_by == {"tag-name"}
        assert not result.ok
    assert gto.api.show(str(server.path)) == before

    server.raw_ref(f"refs/tags/{commit}", clone.git("rev-parse", TAG))
    assert clone.push(f":refs/tags/{commit}").ok


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("name", ["refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD"])
def test_nor_does_any_other_ref(new_server: NewServer, hook: str, name: str) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    commit = clone.git("rev-parse", "HEAD")
    ref = name.format(commit)
    before = server.refs()

    refused = clone.push(f"{clone.commit()}:{ref}")

    assert not refused.ok
    assert f"'{ref}', which has the id of a commit as its name" in refused.stderr
    assert server.refs() == before
    assert clone.push("HEAD:refs/heads/deadbeef", "HEAD:refs/heads/topic").ok

    server.raw_ref(ref, commit)
    assert clone.push(f":{ref}").ok, "taking it away heals"


# The longest name that is accepted, and the shortest that is not.
AS_DEEP_AS_MAY_BE, TOO_DEEP = "/".join("a" * 50), "/".join("a" * 51)


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("folder", ["refs/tags/", "refs/heads/", "refs/notes/"])
def test_no_ref_lies_so_deep_that_gto_finds_no_tags(new_server: NewServer, hook: str, folder: str) -> None:
    server = new_server(hook=hook)
    clone = server.clone()
    assert push_tag_on(clone, clone.git("rev-parse", "HEAD")) == set()
    before = gto.api.show(str(server.path))
    assert before

    room = 0 if folder == "refs/tags/" else len("a/a/")
    assert clone.push(f"HEAD:{folder}{AS_DEEP_AS_MAY_BE[room:]}").ok
    refs = server.refs()
    refused = clone.push(f"HEAD:{folder}b/{TOO_DEEP[room + 2 :]}")
    assert not refused.ok
    assert "GTO may find no tags at all" in " ".join(refused.stderr.replace("remote:", "").split())
    assert server.refs() == refs
    assert gto.api.show(str(server.path)) == before

    server.git("update-ref", f"{folder}c/{'/'.join('a' * 100)}", "HEAD")
    assert gto.api.show(str(server.path)) == {}, "GTO now lists such tags: nothing need be refused"
    assert clone.push(f":{folder}c/{'/'.join('a' * 100)}").ok, "taking it away heals"
    assert gto.api.show(str(server.path)) == before


def test_a_name_that_no_file_system_takes_leaves_no_folders(new_server: NewServer) -> None:
    """Git makes the folders of a ref before it fails to make the ref."""
    server = new_server()
    clone = server.clone()

    refused = clone.push(f"HEAD:refs/tags/{'/'.join('a' * 3000)}")

    assert refused.refused_by == {"tag-name"}
    assert not (server.path / "refs" / "tags" / "a").exists()
