"""Clones that lack files, folders or history: what is needed is fetched at once, or the message says what to run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import tagwarden
from support.repositories import BEGINNING
from tagwarden.hooks.install import install

POLICY = '[target]\nfiles = ["MODEL_CARD.md"]\nbranches = ["main"]\n[models]\ndeclared-in = "dvc.yaml"\n'
MANY = 12
FILTERS = ["--filter=blob:none", "--filter=tree:0"]


@pytest.fixture
def full(plain_server: Server) -> Server:
    """A server with a policy that looks into files, and commits with folders."""
    stream = []
    for number in range(MANY):
        models = "".join(f"  m{one}: {{type: model, path: p}}\n" for one in range(number + 1))
        files = {"dvc.yaml": f"artifacts:\n{models}", "MODEL_CARD.md": f"{number}\n", f"data/{number}/x": f"{number}\n"}
        stream += ["commit refs/heads/main", f"committer Ada <ada@example.com> {BEGINNING} +0000", "data 1\n."]
        stream += [] if number else ["from refs/heads/main^0"]
        stream += [f"M 644 inline {name}\ndata {len(text)}\n{text}" for name, text in files.items()]
        stream += [f"M 644 inline tagwarden.toml\ndata {len(POLICY)}\n{POLICY}"]
    plain_server.git("fast-import", "--quiet", stdin="".join(f"{line}\n" for line in stream))
    plain_server.git("config", "uploadpack.allowFilter", "true")
    return plain_server


def clone_of(server: Server, *options: str) -> Repo:
    path = server.path.with_name("partial")
    command = ["git", "clone", "-q", "--no-checkout", *options, f"file://{server.path}", str(path)]
    subprocess.run(command, check=True)
    install(str(path))
    return Repo(path)


def fetches(trace: Path) -> int:
    """How often Git fetched, by its own account (api-trace2)."""
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    return sum(event["event"] == "cmd_name" and event["name"] == "fetch" for event in events)


@pytest.mark.parametrize("option", FILTERS)
class TestWhatIsMissing:
    def test_is_fetched_by_the_hook_at_once(self, full: Server, option: str, tmp_path: Path) -> None:
        clone = clone_of(full, option)
        for number in range(MANY):
            clone.tag(f"m{number}@v1.0.0", f"HEAD~{MANY - 1 - number}")

        (tmp_path / "temporary").mkdir()
        environment = {"GIT_TRACE2_EVENT": str(tmp_path / "trace"), "TMPDIR": str(tmp_path / "temporary")}

        pushed = clone.push("--tags", env=environment)

        assert pushed.ok, pushed.stderr
        assert not list((tmp_path / "temporary").iterdir())
        assert fetches(tmp_path / "trace") <= 4

    def test_is_fetched_by_commands_at_once(
        self, full: Server, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(MANY):
            full.tag(f"m{number}@v1.0.0", f"main~{MANY - 1 - number}")
        clone = clone_of(full, option)
        monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))

        assert tagwarden(clone.path, "audit").status == 0
        assert tagwarden(clone.path, "check").status == 0
        assert fetches(tmp_path / "trace") <= 8

    def test_is_judged_as_in_a_full_clone(self, full: Server, option: str) -> None:
        clone = clone_of(full, option)
        clone.tag("unheard-of@v1.0.0")

        assert clone.push("unheard-of@v1.0.0").client_rules == {"model-known"}

    def test_is_told_where_the_remote_does_not_give_it(self, full: Server, option: str) -> None:
        clone = clone_of(full, option)
        clone.tag("m1@v1.0.0")
        full.path.rename(full.path.with_name("away"))

        said = tagwarden(clone.path, "check", "--offline").err

        assert "This partial clone lacks" in said
        assert "'origin' did not give it. Git says: fatal: '" in said
        full.path.with_name("away").rename(full.path)
        command = said.strip().rpartition("full one: ")[2]
        subprocess.run(command, shell=True, cwd=clone.path, check=True, capture_output=True)
        full.path.rename(full.path.with_name("away"))
        assert tagwarden(clone.path, "check", "--offline").status == 0


@pytest.mark.parametrize("kind", ["--bare", "--no-checkout"])
def test_a_server_fetches_nothing_and_says_what_it_is(full: Server, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mirror.git"
    command = ["git", "clone", "-q", kind, "--filter=blob:none", f"file://{full.path}", str(path)]
    subprocess.run(command, check=True)
    assert tagwarden(path, "install", "--server", ".").status == 0
    clone = full.clone()
    clone.tag("m1@v1.0.0")

    pushed = clone.push("m1@v1.0.0", remote=f"file://{path}", env={"GIT_TRACE2_EVENT": str(tmp_path / "trace")})

    assert not pushed.ok
    assert "remote: tagwarden could not judge this push: This repository is a partial clone" in pushed.stderr
    assert fetches(tmp_path / "trace") == 0
    fix = next(line for line in pushed.stderr.splitlines() if "run: " in line).rpartition("run: ")[2].strip()
    subprocess.run(fix, shell=True, cwd=path, check=True, capture_output=True)
    assert clone.push("m1@v1.0.0", remote=f"file://{path}").ok


@pytest.fixture
def shallow(full: Server) -> Repo:
    """A clone with two commits of main that lacks what is between them; a tag is on the older one."""
    clone = clone_of(full, "--depth=1")
    clone.git("fetch", "-q", "--depth=1", "origin", full.git("rev-parse", "main~3"))
    clone.tag("m1@v1.0.0", "FETCH_HEAD")
    return clone


def test_a_shallow_clone_is_told_by_the_remote_which_branch_contains_a_commit(shallow: Repo) -> None:
    boundary = (shallow.path / ".git" / "shallow").read_text()
    refs = shallow.refs()

    assert shallow.push("m1@v1.0.0").ok
    assert ((shallow.path / ".git" / "shallow").read_text(), shallow.refs()) == (boundary, refs)


def test_of_a_commit_beside_the_branches_a_shallow_clone_says_so(full: Server, shallow: Repo) -> None:
    aside = full.git("commit-tree", "-m", "Aside", "-p", "main~3", "main~3^{tree}")
    full.git("update-ref", "refs/heads/aside", aside)
    shallow.git("fetch", "-q", "--depth=1", "origin", "aside")
    shallow.tag("m1@v1.1.0", "FETCH_HEAD")

    refused = shallow.push("m1@v1.1.0")

    assert (refused.ok, refused.client_rules) == (False, {"target-branch"})


def test_a_shallow_clone_without_its_remote_says_what_it_can_not_tell(shallow: Repo) -> None:
    shallow.git("config", "tagwarden.offline", "true")

    refused = shallow.push("m1@v1.0.0")

    assert (refused.ok, refused.client_rules) == (False, set())
    fix = refused.stderr.partition("no files: ")[2].splitlines()[0]
    subprocess.run(fix, shell=True, cwd=shallow.path, check=True, capture_output=True)
    assert shallow.push("m1@v1.0.0").ok


def test_in_a_shallow_clone_the_commands_ask_the_remote_as_the_hook_does(shallow: Repo) -> None:
    boundary = (shallow.path / ".git" / "shallow").read_text()
    older = shallow.git("rev-parse", "m1@v1.0.0^{commit}")
    shallow.git("tag", "-d", "m1@v1.0.0")

    assert "git fetch --unshallow" in tagwarden(shallow.path, "register", "m1", older, "--offline").err
    assert tagwarden(shallow.path, "register", "m1", older, "--push").status == 0
    assert (shallow.path / ".git" / "shallow").read_text() == boundary


def test_a_shallow_clone_fetches_nothing_where_it_can_tell(full: Server, tmp_path: Path) -> None:
    clone = clone_of(full, "--depth=1")
    clone.tag("m1@v1.0.0")

    assert clone.push("m1@v1.0.0", env={"GIT_TRACE2_EVENT": str(tmp_path / "trace")}).ok
    assert fetches(tmp_path / "trace") == 0
