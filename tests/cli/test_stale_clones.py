"""Reading a clone: what its remote knows better is said, and a remote can be read in its place."""

from __future__ import annotations

import pytest

from support import Repo, Server
from support.command_line import Ran, tagwarden
from support.hook_files import everything


@pytest.fixture
def stale(server: Server) -> Repo:
    """A clone without the last tag of the server, which took v1.0.0 out of production, and with a tag of its own."""
    server.tag("churn@v1.0.0", "main")
    server.tag("churn#prod#1", "main")
    clone = server.clone()
    server.commit_on_main({"more": "data"})
    server.tag("churn@v1.1.0", "main")
    server.tag("churn#prod#2", "main")
    clone.tag("churn@v9.0.0", clone.commit())
    return clone


def read(repo: Repo, command: str) -> Ran:
    return tagwarden(repo.path, *command.split())


EACH = pytest.mark.parametrize("command", ["show", "show churn", "history", "history churn", "resolve churn#prod"])


@EACH
def test_what_the_remote_has_beyond_the_clone_is_said(stale: Repo, command: str) -> None:
    ran = read(stale, command)
    told = read(stale, f"{command} --json").json

    assert ran.status == 0
    assert "note: 'origin' has 2 tags that are not here: 'churn#prod#2', 'churn@v1.1.0'" in ran.err
    assert "git fetch --tags origin" in ran.err
    assert "note: 'churn@v9.0.0' is only here, and not on 'origin'" in ran.err
    assert [f"note: {note}" for note in told["notes"]] == ran.err.splitlines()


@EACH
def test_offline_nobody_is_asked(stale: Repo, command: str) -> None:
    stale.git("remote", "set-url", "origin", "/nowhere")

    assert read(stale, f"{command} --offline").err == ""
    stale.git("config", "tagwarden.offline", "true")
    assert read(stale, command).err == ""


@EACH
def test_a_remote_that_does_not_answer_keeps_nobody_from_reading(stale: Repo, command: str) -> None:
    stale.git("remote", "set-url", "origin", "/nowhere")

    ran = read(stale, command)

    assert ran.status == 0
    assert "note: this is what the clone has, and 'origin' may have more" in ran.err


def test_a_tag_that_was_moved_here_is_not_believed_without_a_word(stale: Repo) -> None:
    stale.git("fetch", "-q", "--tags")
    stale.git("tag", "-d", "churn@v9.0.0")
    stale.git("tag", "-f", "-a", "-m", "mine", "churn@v1.0.0", "HEAD")

    said = read(stale, "resolve churn@v1.0.0").err

    assert (
        "note: 'churn@v1.0.0' is another object on 'origin', which counts; fetch it: git fetch --tags --force" in said
    )


def test_a_clone_that_has_all_says_nothing(stale: Repo) -> None:
    stale.git("fetch", "-q", "--tags")
    stale.git("tag", "-d", "churn@v9.0.0")
    stale.git("tag", "only-mine")

    assert read(stale, "show").err == ""


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("resolve churn#prod -r origin", "v1.1.0"),
        ("resolve churn@latest -r origin", "v1.1.0"),
        ("resolve churn#prod --repo origin --tag", "churn#prod#2"),
    ],
)
def test_a_remote_can_be_read_by_its_name(stale: Repo, command: str, out: str) -> None:
    before = everything(stale.git_dir)

    ran = read(stale, command)

    assert (ran.status, ran.out.strip(), ran.err) == (0, out, "")
    assert everything(stale.git_dir) == before
    assert [one["latest"] for one in read(stale, "show -r origin --json").json["models"]] == ["v1.1.0"]
    assert len(read(stale, "history -r origin --json").json["events"]) == 4


def test_what_is_neither_folder_nor_url_nor_remote_is_named(stale: Repo) -> None:
    ran = read(stale, "show -r upstream")

    assert ran.status == 3
    assert "'upstream' is not a repository: it is neither a folder nor a URL nor a remote's name" in ran.err


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:hunter2@host.invalid/m.git", "https://host.invalid/m.git"),
        ("https://ada:p@hunter2@host.invalid/m.git", "https://host.invalid/m.git"),
        ("https://hunter2@host.invalid/m.git", "https://host.invalid/m.git"),
        ("ssh://git:hunter2@host.invalid/m.git", "ssh://git@host.invalid/m.git"),
    ],
)
@pytest.mark.parametrize("command", ["show", "check --remote origin", "register churn", "resolve churn@latest -r"])
def test_no_output_holds_a_password(stale: Repo, command: str, url: str, shown: str) -> None:
    stale.git("remote", "set-url", "origin", url)
    stale.git("config", "core.sshCommand", "false")
    stale.git("config", "http.proxy", "http://127.0.0.1:9")
    call = command + (f" {url}" if command.endswith("-r") else "")

    ran, in_json = read(stale, call), read(stale, f"{call} --json")

    assert "hunter2" not in ran.out + ran.err + in_json.out + in_json.err
    assert shown in ran.err or "'origin'" in ran.err


def test_a_folder_that_is_named_like_a_remote_changes_nothing_of_what_is_read(server: Server) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    assert clone.push("churn@v1.0.0").ok
    stale = server.clone()
    stale.git("tag", "-d", "churn@v1.0.0")
    Repo.init(stale.path / "origin")

    assert tagwarden(stale.path, "resolve", "churn@latest", "-r", "origin").out == "v1.0.0\n"
    assert tagwarden(stale.path, "show", "-r", "./origin", "--json").json["models"] == []
