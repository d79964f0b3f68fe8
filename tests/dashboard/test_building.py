"""`tagwarden dashboard`: what is read and written anew, what is left alone, and what is refused."""

from __future__ import annotations

import errno
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Repo, Server
from support.command_line import Ran, tagwarden
from tagwarden.dashboard.fingerprint import fingerprint_of
from tagwarden.dashboard.places import names_of
from tagwarden.dashboard.site import WORTH_PROCESSES
from tagwarden.dashboard.state import STATE_FILE

Build = Callable[..., Ran]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def run(*args: object) -> Ran:
        return tagwarden(tmp_path, "dashboard", *map(str, args), "-o", "site")

    return run


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def written(site: Path) -> dict[str, tuple[int, int]]:
    """Every file, and what changes when it is written."""
    files = [file for file in site.rglob("*") if file.is_file()]
    return {str(file.relative_to(site)): (file.stat().st_ino, file.stat().st_mtime_ns) for file in files}


def changed(site: Path, before: dict[str, tuple[int, int]]) -> set[str]:
    """The pages that were written or removed since, but for those that are of the whole site."""
    after = written(site)
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return {name.partition("-")[0] for name in names if name.startswith(("m/", "r/"))}


def models_of(site: Path) -> list[str]:
    text = (site / "data" / "models.js").read_text()
    return [row[1] for row in json.loads(text.removeprefix("window.tagwardenModels=").removesuffix(";\n"))]


def test_a_second_build_writes_nothing_but_the_time(repo: Repo, build: Build, site: Path) -> None:
    repo.tag("churn@v1.0.0")
    build(repo.path)
    before = written(site)

    ran = build(repo.path)

    assert "0 read anew; 0 of " in ran.out or "0 read anew; 1 of " in ran.out  # the home page tells the minute
    assert changed(site, before) == set()


@pytest.mark.parametrize("bare", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_of_a_repository_that_is_named_by_a_relative_path_a_push_is_seen(
    repo: Repo, tmp_path: Path, bare: bool
) -> None:
    repo.tag("churn@v1.0.0")
    if bare:
        repo.git("clone", "--quiet", "--bare", ".", "bare.git")
    at = Repo(repo.path / "bare.git") if bare else repo
    tagwarden(repo.path, "dashboard", "bare.git" if bare else ".", "-o", tmp_path / "site")
    at.tag("fraud@v1.0.0")

    ran = tagwarden(repo.path, "dashboard", "bare.git" if bare else ".", "-o", tmp_path / "site")

    assert "1 read anew" in ran.out
    assert sorted(models_of(tmp_path / "site")) == ["churn", "fraud"]


@pytest.mark.parametrize("packed", [False, True])
def test_after_a_push_only_the_pages_of_its_model_and_repository_are_written(
    repo: Repo, build: Build, site: Path, packed: bool
) -> None:
    repo.tag("churn@v1.0.0")
    repo.commit()
    repo.tag("other@v1.0.0")
    build(repo.path)
    before = written(site)
    repo.commit()
    repo.tag("churn@v1.1.0")
    if packed:
        repo.git("pack-refs", "--all")

    build(repo.path)

    assert changed(site, before) == {"m/churn", "r/repo"}


def test_a_tag_that_is_moved_in_place_is_seen(repo: Repo, build: Build, site: Path) -> None:
    repo.tag("churn@v1.0.0", message="before")
    build(repo.path)
    repo.tag("churn@v1.0.0", message="after")

    build(repo.path)

    assert "after" in next(site.glob("m/churn-*")).read_text()


def test_the_page_of_a_model_that_is_gone_is_removed(repo: Repo, build: Build, site: Path) -> None:
    repo.tag("churn@v1.0.0")
    repo.commit()
    repo.tag("other@v1.0.0")
    build(repo.path)
    repo.git("tag", "-d", "other@v1.0.0")

    ran = build(repo.path)

    assert "1 removed" in ran.out
    assert models_of(site) == ["churn"]
    assert not list(site.glob("m/other-*"))


def test_a_new_line_of_the_push_log_and_another_policy_are_seen(server: Server, build: Build, site: Path) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    assert clone.push("--tags").ok
    build(server.path)
    page = next(site.glob("r/server-*"))
    clone.tag("churn@v1.0", "HEAD")
    assert not clone.push("refs/tags/churn@v1.0").ok
    build(server.path)
    assert "refused" in page.read_text()
    server.commit_on_main({"tagwarden.toml": 'mode = "evaluate"\n'})
    build(server.path)

    assert "In mode evaluate" in page.read_text()


def test_the_settings_of_git_that_lie_outside_are_seen(repo: Repo, tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    before = fingerprint_of(str(repo.path), (str(settings),))
    settings.write_text("[tagwarden]\n")

    assert fingerprint_of(str(repo.path), (str(settings),)) != before


def test_other_options_make_every_page_anew(repo: Repo, build: Build, site: Path) -> None:
    repo.tag("churn@v1.0.0")
    build(repo.path)
    before = written(site)

    build(repo.path, "--base-url", "https://models.example.com")

    assert changed(site, before) == {"m/churn", "r/repo"}
    page = next(site.glob("m/churn-*"))
    assert f'<link rel=canonical href="https://models.example.com/m/{page.name}">' in page.read_text()


def test_a_folder_with_something_else_in_it_is_left_alone(repo: Repo, build: Build, site: Path) -> None:
    site.mkdir()
    (site / "index.html").write_text("mine")

    ran = build(repo.path)

    assert ran.status == 1
    assert "name a new or empty folder" in ran.err
    assert os.listdir(site) == ["index.html"]


def test_what_can_not_be_written_is_named(repo: Repo, build: Build, site: Path) -> None:
    site.write_text("a file")

    ran = build(repo.path)

    assert ran.status == 3
    assert "the site can't be written: site: File exists" in ran.err


def test_a_damaged_state_removes_nothing_outside_of_the_site(
    repo: Repo, build: Build, site: Path, tmp_path: Path
) -> None:
    build(repo.path)
    (tmp_path / "precious.html").write_text("")
    (site / "mine.html").write_text("")
    state = site / STATE_FILE
    kept = json.loads(gzip.decompress(state.read_bytes()))
    claimed = ["m/../../precious.html", "../precious.html", "mine.html"]
    state.write_bytes(gzip.compress(json.dumps({**kept, "files": claimed}).encode()))

    assert build(repo.path).status == 0
    assert (tmp_path / "precious.html").exists()
    assert (site / "mine.html").exists()
    for damaged in (b"{", gzip.compress(b"{"), gzip.compress(b"{}" * 50)[:-9]):
        state.write_bytes(damaged)
        assert build(repo.path).status == 0


def test_a_repository_that_can_not_be_read_is_named_and_the_others_are_shown(
    repo: Repo, build: Build, site: Path, tmp_path: Path
) -> None:
    repo.tag("churn@v1.0.0")

    ran = build(repo.path, tmp_path / "missing")

    assert ran.status == 3
    assert "missing can't be read" in ran.err
    assert "1 repository could not be read" in (site / "index.html").read_text()
    assert "neither a folder nor a URL" in next(site.glob("r/missing-*")).read_text()
    assert models_of(site) == ["churn"]


def test_a_policy_that_can_not_be_read_leaves_the_models_readable(repo: Repo, build: Build, site: Path) -> None:
    repo.commit({"tagwarden.toml": "mode = 1\n"})
    repo.tag("churn@v1.0.0")

    assert build(repo.path).status == 0
    assert models_of(site) == ["churn"]
    assert "The tags could not be judged" in next(site.glob("r/repo-*")).read_text()
    assert "not audited" in (site / "index.html").read_text()


def test_a_url_is_read_by_its_tags(server: Server, build: Build, site: Path) -> None:
    clone = server.clone()
    clone.tag("churn@v1.0.0")
    assert clone.push("--tags").ok

    assert build(f"file://ada:secret@localhost{server.path}").status == 0
    assert models_of(site) == ["churn"]
    assert "Of a URL only the tags are read" in next(site.glob("r/server-*")).read_text()
    assert not [file for file in site.rglob("*.*") if file.name != STATE_FILE and "secret" in file.read_text()]
    assert b"secret" not in gzip.decompress((site / STATE_FILE).read_bytes())


def test_repositories_may_be_listed_in_a_file(repo: Repo, build: Build, site: Path, tmp_path: Path) -> None:
    repo.tag("churn@v1.0.0")
    (tmp_path / "list").write_text(f"# ours\n\n{repo.path}\n")

    assert build("--list", "list").status == 0
    assert models_of(site) == ["churn"]
    assert build("--list", "no-such-list").status == 3


@pytest.mark.parametrize("possible", [True, False], ids=["several", "without shared memory"])
def test_many_repositories_are_read_by_several_processes_where_the_machine_allows_it(
    possible: bool, repo: Repo, build: Build, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    if not possible:
        monkeypatch.setattr("tagwarden.dashboard.site.ProcessPoolExecutor", refuse)
    repo.tag("churn@v1.0.0")
    places = []
    for number in range(WORTH_PROCESSES):
        places.append(tmp_path / f"copy{number}")
        repo.git("clone", "--quiet", "--bare", ".", str(places[-1]))

    ran = build(*places)

    assert ran.status == 0
    assert f"{WORTH_PROCESSES} models in {WORTH_PROCESSES} repositories" in ran.out
    assert len(list(site.glob("m/*.html"))) == WORTH_PROCESSES


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("commit", "does not begin with commit= or tag="),
        ("branch=https://example.com/{commit}", "does not begin with commit= or tag="),
        ("commit=javascript:alert('{commit}')", "must begin with https://"),
        ("tag=https://example.com/tags/", "it lacks {tag}"),
    ],
)
def test_a_link_template_that_makes_no_links_is_refused(
    repo: Repo, build: Build, template: str, complaint: str
) -> None:
    ran = build(repo.path, "--link-template", template)

    assert ran.status == 2
    assert complaint in ran.err


def test_without_jinja_it_is_said_how_to_get_it(repo: Repo, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagwarden.cli.commands.dashboard.find_spec", lambda _: None)

    ran = build(repo.path)

    assert ran.status == 3
    assert "-m pip install 'jinja2>=3.1'" in ran.err


def test_a_repository_that_is_named_twice_is_shown_once(repo: Repo, build: Build, site: Path, tmp_path: Path) -> None:
    repo.tag("churn@v1.0.0")
    (tmp_path / "link").symlink_to(repo.path)

    assert "1 model in 1 repository" in build(repo.path, f"{repo.path}/", f"{repo.path}/.git", tmp_path / "link").out
    assert models_of(site) == ["churn"]


def test_a_policy_in_a_file_of_its_own_is_seen_to_change(repo: Repo, build: Build, site: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("")
    repo.git("config", "tagwarden.policy", f"file:{policy}")
    repo.tag("churn@v1.0.0")
    build(repo.path)
    policy.write_text('mode = "evaluate"\n')

    build(repo.path)

    assert "In mode evaluate" in next(site.glob("r/repo-*")).read_text()


def test_repositories_are_called_by_as_little_of_their_path_as_tells_them_apart() -> None:
    assert names_of(["/srv/git/fraud.git", "/srv/git/a/models.git", "/srv/git/b/models.git"]) == [
        "fraud", "a/models", "b/models",
    ]  # fmt: skip
    assert names_of(["https://ada:secret@git.example.com/team/churn.git", "git@example.com:team/vision.git"]) == [
        "churn", "vision",
    ]  # fmt: skip
    assert names_of(["/srv/ml/churn/.git"]) == ["churn"]
    assert names_of(["/churn", "ssh://churn"]) == ["churn", "churn (2)"]


def test_what_the_site_policy_finds_is_shown_too(server: Server, build: Build, site: Path, tmp_path: Path) -> None:
    server.tag("churn@v1.0.0-rc.1", "main")
    (tmp_path / "policy.toml").write_text("[versions]\nprerelease = false\n")
    server.git("config", "tagwarden.sitePolicy", f"file:{tmp_path / 'policy.toml'}")

    build(server.path)

    pages = "".join(page.read_text() for page in site.rglob("*.html"))
    assert "is a pre-release" in pages
    assert f"the site policy also judges: file:{tmp_path / 'policy.toml'}" in pages
