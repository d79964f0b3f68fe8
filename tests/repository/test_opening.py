"""Whoever reads a repository sees what Git sees: in quarantine, through alternates, under any path."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from support import Repo
from support.project import ROOT
from tagwarden.repository.git_program import GitProgram
from tagwarden.repository.libgit2 import LibGit2
from tagwarden.repository.opening import open_reader

READ_ALL = """
import json, sys
sys.path.insert(0, {imports!r})
sys.path += {site!r}
from tagwarden.repository.opening import open_reader
seen = {{}}
lines = [line.split() for line in sys.stdin]
for prefer in ("git", "libgit2"):
    reader = open_reader(trusted=True, prefer=prefer)
    pushed = [new for _, new, _ in lines]
    found = list(reader.objects(pushed, limit=10_000))
    targets = [found.data.split()[1].decode() for found in found if found.type == "tag"]
    commits = [c.oid for c in reader.objects(targets, limit=0) if c.type == "commit"]
    old = [oid for _, oid in reader.refs_under("refs/")]
    seen[prefer] = [
        [(o.type, o.size, len(o.data)) for o in found],
        [o.type for o in reader.objects([*targets, *old], limit=10_000)],
        [content and content.decode() for content in reader.files([(c, "README.md") for c in commits], limit=99)],
        sorted(reader.not_contained(commits, old)) == sorted(set(commits) - set(old)),
    ]
    seen[prefer + " type"] = type(reader).__name__
    reader.close()
json.dump(seen, open({report!r}, "w"))
"""


def server_that_reads(path: Path, imports: Path, *options: str) -> tuple[Repo, Path]:
    """A bare repository whose pre-receive hook reads what is pushed with both readers; and where it reports."""
    server = Repo.init(path, "--bare", *options)
    report = imports / "report.json"
    if not (imports / "tagwarden").exists():
        (imports / "tagwarden").symlink_to(ROOT)
    site = [entry for entry in sys.path if entry.endswith("site-packages")]
    hook = path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    code = READ_ALL.format(imports=str(imports), site=site, report=str(report))
    hook.write_text(f"#!{sys.executable} -IS\n{code}")
    hook.chmod(0o755)
    return server, report


def work_repo(path: Path, *options: str) -> Repo:
    repo = Repo.init(path, *options)
    repo.commit({"README.md": "Begin\n"})
    return repo


def push_and_read(repo: Repo, server: Repo, report: Path, *refs: str) -> dict[str, list[list[object]]]:
    report.unlink(missing_ok=True)
    pushed = repo.try_git("push", str(server.path), *refs)
    assert pushed.returncode == 0, pushed.stderr.decode()
    seen: dict[str, list[list[object]]] = json.loads(report.read_text())
    assert seen["git"] == seen["libgit2"]
    return seen


@pytest.fixture
def imports(tmp_path: Path) -> Path:
    folder = tmp_path / "imports"
    folder.mkdir()
    return folder


CASES = ["plain", "colon in the path", "sha256", "absolute alternate", "relative alternate", "alternate without a dot"]


@pytest.mark.parametrize("packs", [False, True], ids=["loose", "packs"])
@pytest.mark.parametrize("case", CASES)
def test_objects_in_quarantine_and_older_ones_are_seen(tmp_path: Path, imports: Path, case: str, packs: bool) -> None:
    options = ["--object-format=sha256"] if case == "sha256" else []
    repo = work_repo(tmp_path / "work", *options)
    name = "ser:ver.git" if case == "colon in the path" else "server.git"
    server, report = server_that_reads(tmp_path / name, imports, *options)
    if packs:
        server.git("config", "receive.unpackLimit", "1")
    if "alternate" in case:
        pool = Repo.init(server.path / "objects" / "sub" if "without" in case else tmp_path / "pool", "--bare")
        repo.git("push", "--quiet", str(pool.path), "main")
        alternate = {
            "absolute alternate": f"{pool.path}/objects",
            "relative alternate": "../../pool/objects",
            "alternate without a dot": "sub/objects",
        }[case]
        (server.path / "objects" / "info").mkdir(exist_ok=True)
        (server.path / "objects" / "info" / "alternates").write_text(f"{alternate}\n")
    push_and_read(repo, server, report, "main")
    repo.tag("m@v1.0.0")
    seen = push_and_read(repo, server, report, "m@v1.0.0")
    new = repo.commit({"README.md": "Changed\n"})
    repo.tag("m@v1.1.0", new)
    again = push_and_read(repo, server, report, "main", "m@v1.1.0")

    assert seen["git"][0][0][0] == "tag"  # type: ignore[index]
    assert seen["git"][1:] == [["commit", "commit"], ["Begin\n"], True]
    assert again["git"][2] == ["Changed\n"]
    assert seen["libgit2 type"] == ("GitProgram" if case == "sha256" else "LibGit2")


def test_a_push_from_a_shallow_clone_is_read(tmp_path: Path, imports: Path) -> None:
    repo = work_repo(tmp_path / "work")
    for number in range(3):
        repo.commit({"README.md": f"{number}\n"})
    server, report = server_that_reads(tmp_path / "server.git", imports)
    push_and_read(repo, server, report, "main")
    Repo.init(tmp_path).git("clone", "--quiet", "--depth=1", f"file://{server.path}", str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow")
    shallow.tag("m@v1.0.0")

    assert push_and_read(shallow, server, report, "m@v1.0.0")["git"][2] == ["2\n"]


def test_linked_work_trees_and_partial_clones_are_read_by_libgit2(repo: Repo, tmp_path: Path) -> None:
    tag = repo.tag("m@v1.0.0")
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    reader = open_reader(str(tmp_path / "linked"), prefer="libgit2")

    assert isinstance(reader, LibGit2)
    assert [found.type for found in reader.objects([tag], limit=9)] == ["tag"]
    reader.close()


@pytest.mark.parametrize("wish", ["git", "libgit2"])
def test_packs_are_read_in_a_linked_work_tree(repo: Repo, tmp_path: Path, wish: str) -> None:
    tag = repo.tag("m@v1.0.0")
    repo.git("repack", "-adq")
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    reader = open_reader(str(tmp_path / "linked"), prefer="git" if wish == "git" else "libgit2")

    assert [found.type for found in reader.objects([tag], limit=9)] == ["tag"]
    reader.close()


def test_what_libgit2_does_not_know_git_reads(tmp_path: Path) -> None:
    repo = work_repo(tmp_path / "sha256", "--object-format=sha256")

    assert isinstance(open_reader(str(repo.path), prefer="libgit2"), GitProgram)


def test_without_pygit2_git_reads(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygit2", None)

    assert isinstance(open_reader(str(repo.path), prefer="libgit2"), GitProgram)


def test_the_owner_is_asked_for_except_in_a_trusted_hook(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    import pygit2

    asked: list[bool] = []
    opened = pygit2.Repository

    def watched(*arguments: object) -> pygit2.Repository:
        asked.append(pygit2.settings.owner_validation)
        return opened(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(pygit2, "Repository", watched)
    open_reader(str(repo.path), prefer="libgit2").close()
    open_reader(str(repo.path), trusted=True, prefer="libgit2").close()

    assert asked == [True, False]
    assert pygit2.settings.owner_validation
