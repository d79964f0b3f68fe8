"""Which policy judges: each source in its turn, and none that the push brings."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from support import Repo
from tagwarden.policy.errors import CannotJudge
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.command import Git
from tagwarden.repository.git.configuration import Configuration
from tagwarden.repository.git.program import GitProgram
from tagwarden.repository.trusted.policy_changes import PolicyChange, policy_changes
from tagwarden.repository.trusted.policy_location import LARGEST_POLICY
from tagwarden.repository.trusted.policy_source import PolicySource, client_policy, server_policy, site_policy

POLICY = 'mode = "evaluate"\n'
FILE = "tagwarden.toml"


@contextmanager
def opened(repo: Repo) -> Iterator[tuple[GitProgram, Configuration]]:
    git = Git.at(str(repo.path))
    with closing(GitProgram(git)) as reader, closing(Configuration(git)) as configuration:
        yield reader, configuration


def on_server(repo: Repo) -> PolicySource:
    with opened(repo) as (reader, configuration):
        return server_policy(reader, configuration)


def of_site(repo: Repo) -> PolicySource | None:
    with opened(repo) as (reader, configuration):
        return site_policy(reader, configuration)


def on_client(repo: Repo, remote: str | None = "origin") -> PolicySource:
    with opened(repo) as (reader, configuration):
        return client_policy(reader, configuration, remote=remote, work_tree=str(repo.path))


def changes(repo: Repo, *updates: tuple[str | None, str | None, str]) -> list[PolicyChange]:
    for old, _, ref in updates:
        if old is not None:
            repo.git("update-ref", ref, old)
    with opened(repo) as (reader, configuration):
        return policy_changes(reader, configuration, [RefUpdate(*update) for update in updates])


def test_without_any_policy_the_built_in_one_judges(repo: Repo) -> None:
    assert on_server(repo) == PolicySource("built-in", "built-in", None, None, repo.git("rev-parse", "HEAD"))
    assert on_client(repo) == PolicySource("built-in", "built-in", None, None, None)
    assert of_site(repo) is None


def test_the_policy_at_head_is_known_by_its_blob(repo: Repo) -> None:
    head = repo.commit({FILE: POLICY})
    blob = repo.git("rev-parse", f"HEAD:{FILE}")

    assert on_server(repo) == PolicySource("head", f"HEAD:{FILE}", blob, POLICY.encode(), head)


def test_a_detached_head_has_its_policy_too(repo: Repo) -> None:
    repo.commit({FILE: POLICY})
    repo.git("checkout", "--quiet", "--detach")

    assert on_server(repo).data == POLICY.encode()


@pytest.mark.parametrize("ref", ["refs/heads/rules", "rules"])
def test_a_configured_ref_comes_before_head(repo: Repo, ref: str) -> None:
    commit = repo.commit({"some/where.toml": POLICY})
    repo.git("branch", "rules")
    repo.git("rm", "-rq", "some")
    repo.commit({FILE: "other"})
    repo.git("config", "tagwarden.policy", f"ref:{ref}:some/where.toml")

    found = on_server(repo)

    assert (found.kind, found.source) == ("configured", f"ref:{ref}:some/where.toml")
    assert (found.data, found.commit) == (POLICY.encode(), commit)
    assert on_client(repo).data == POLICY.encode()


def test_a_configured_file_comes_before_head_and_is_known_by_its_hash(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(POLICY)
    head = repo.commit({FILE: "other"})
    repo.git("config", "tagwarden.policy", f"file:{tmp_path}/policy")

    found = on_server(repo)

    assert (found.data, found.commit) == (POLICY.encode(), head)
    assert found.id == f"sha256:{hashlib.sha256(POLICY.encode()).hexdigest()}"


def test_the_default_policy_stands_in_where_head_has_none(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(POLICY)
    repo.git("config", "tagwarden.defaultPolicy", f"file:{tmp_path}/policy")

    assert on_server(repo).kind == "default"
    repo.commit({FILE: "own"})
    assert on_server(repo).kind == "head"


def test_the_site_has_a_policy_of_its_own(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "site").write_text(POLICY)
    repo.commit({FILE: "own"})
    repo.git("config", "tagwarden.sitePolicy", f"file:{tmp_path}/site")

    site = of_site(repo)

    assert site is not None
    assert (site.source, site.data) == (f"file:{tmp_path}/site", POLICY.encode())
    assert on_server(repo).data == b"own"


def test_an_unborn_head_is_said_and_nothing_stands_in_for_it(repo: Repo) -> None:
    commit = repo.commit({FILE: POLICY})
    repo.git("symbolic-ref", "HEAD", "refs/heads/gone")
    for ref in ("refs/tags/HEAD", "refs/heads/HEAD", "refs/tags/refs/heads/gone"):
        repo.raw_ref(ref, commit)

    found = on_server(repo)

    assert (found.kind, found.data, found.commit) == ("built-in", None, None)
    assert found.note is not None
    assert "refs/heads/gone" in found.note
    # Every pusher reads it, and who points HEAD elsewhere chooses the policy.
    assert "symbolic-ref" not in found.note
    assert "tagwarden status --server" in found.note


def test_an_unborn_head_leaves_the_default_policy_in_force_and_is_said(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text(POLICY)
    repo.git("config", "tagwarden.defaultPolicy", f"file:{tmp_path}/policy")
    repo.git("symbolic-ref", "HEAD", "refs/heads/gone")

    found = on_server(repo)

    assert (found.kind, found.data) == ("default", POLICY.encode())
    assert found.note is not None


UNREADABLE = {
    "a missing file": ("file:{tmp}/none", "no such file"),
    "a folder": ("file:{tmp}", "an ordinary file|Is a directory"),
    "a fifo": ("file:{tmp}/fifo", "not an ordinary file"),
    "too large a file": ("file:{tmp}/large", "more than 1048576 bytes"),
    "a relative path": ("file:policy.toml", "is not a policy location"),
    "no form": ("tagwarden.toml", "is not a policy location"),
    "no path": ("ref:refs/heads/main", "is not a policy location"),
    "a missing ref": ("ref:refs/heads/none:tagwarden.toml", "refs/heads/none.*does not exist"),
    "a missing path": ("ref:main:none.toml", "no such file"),
    "a path out of the tree": ("ref:main:../x", "is not a policy location"),
    "a link": ("ref:main:link", "is a symlink"),
    "a tree": ("ref:main:folder", "is a folder"),
    "too large a blob": ("ref:main:large", "more than 1048576 bytes"),
}


@pytest.mark.parametrize("setting", ["tagwarden.policy", "tagwarden.defaultPolicy", "tagwarden.sitePolicy"])
@pytest.mark.parametrize(("value", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_policy_that_is_set_and_cannot_be_read_is_not_passed_over(
    repo: Repo, tmp_path: Path, setting: str, value: str, said: str
) -> None:
    (tmp_path / "large").write_bytes(b"#" * (LARGEST_POLICY + 1))
    os.mkfifo(tmp_path / "fifo")
    (repo.path / "link").symlink_to("README.md")
    repo.git("add", "link")
    repo.commit({"folder/file": "x", "large": "#" * (LARGEST_POLICY + 1)})
    repo.git("config", setting, value.format(tmp=tmp_path))

    with pytest.raises(CannotJudge, match=said) as refused:
        of_site(repo) if setting == "tagwarden.sitePolicy" else on_server(repo)
    assert setting in str(refused.value)


def test_a_policy_at_head_that_is_a_link_is_not_passed_over(repo: Repo) -> None:
    (repo.path / FILE).symlink_to("elsewhere")
    repo.git("add", FILE)
    repo.commit()

    with pytest.raises(CannotJudge, match=r"tagwarden\.toml.*is a symlink"):
        on_server(repo)


def test_a_client_takes_the_remotes_policy_then_that_of_the_work_tree(repo: Repo, tmp_path: Path) -> None:
    (repo.path / FILE).write_text("in the work tree")
    head = repo.git("rev-parse", "HEAD")
    repo.git("update-ref", "refs/remotes/origin/main", head)
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    first = on_client(repo)
    repo.git("update-ref", "refs/remotes/origin/main", repo.commit({FILE: POLICY}))
    second = on_client(repo)

    assert (first.kind, first.data, first.commit) == ("work-tree", b"in the work tree", head)
    assert (second.kind, second.source) == ("remote", f"refs/remotes/origin/HEAD:{FILE}")
    assert second.data == POLICY.encode()
    assert on_client(repo, remote=None).kind == "work-tree"
    assert on_client(repo, remote="https://example.com/x.git").kind == "work-tree"


def test_a_work_tree_policy_that_cannot_be_read_is_not_passed_over(repo: Repo) -> None:
    (repo.path / FILE).mkdir()

    with pytest.raises(CannotJudge, match=r"tagwarden\.toml"):
        on_client(repo)


def test_a_push_that_does_not_touch_the_policy_changes_none(repo: Repo) -> None:
    old, new = repo.commit({FILE: POLICY}), repo.commit({"x": "y"})

    assert changes(repo, (old, new, "refs/heads/main"), (None, new, "refs/tags/t")) == []
    assert changes(repo) == []


def test_a_policy_on_another_branch_is_none(repo: Repo) -> None:
    old = repo.git("rev-parse", "HEAD")

    assert changes(repo, (old, repo.commit({FILE: POLICY}), "refs/heads/other")) == []


def test_a_changed_policy_comes_with_its_new_bytes(repo: Repo) -> None:
    old, new = repo.commit({FILE: POLICY}), repo.commit({FILE: "new"})

    expected = [PolicyChange("refs/heads/main", FILE, b"new", None, id=repo.git("rev-parse", f"{new}:{FILE}"))]
    assert changes(repo, (old, new, "refs/heads/main")) == expected
    assert changes(repo, (None, new, "refs/heads/main")) == expected, "whatever the client says of it"


def test_the_first_push_to_the_branch_of_an_unborn_head_brings_a_policy(repo: Repo) -> None:
    new = repo.commit({FILE: POLICY})
    repo.git("symbolic-ref", "HEAD", "refs/heads/trunk")

    assert [change.data for change in changes(repo, (None, new, "refs/heads/trunk"))] == [POLICY.encode()]


def test_taking_the_policy_away_from_head_is_a_change_without_a_problem(repo: Repo) -> None:
    old = repo.commit({FILE: POLICY})
    repo.git("rm", "-q", FILE)
    new = repo.commit()

    for gone in (new, None):
        assert changes(repo, (old, gone, "refs/heads/main")) == [PolicyChange("refs/heads/main", FILE, None, None)]


@pytest.mark.parametrize("setting", ["tagwarden.policy", "tagwarden.defaultPolicy", "tagwarden.sitePolicy"])
def test_taking_a_configured_policy_away_is_a_problem(repo: Repo, setting: str) -> None:
    old = repo.commit({"p.toml": POLICY})
    repo.git("config", setting, "ref:refs/heads/rules:p.toml")
    repo.git("rm", "-q", "p.toml")
    new = repo.commit()

    for gone in (new, None):
        (change,) = changes(repo, (old, gone, "refs/heads/rules"))
        assert change.problem is not None
        assert setting in change.problem
        assert change.site == (setting == "tagwarden.sitePolicy")


def test_making_the_policy_a_link_is_a_problem(repo: Repo) -> None:
    old = repo.commit({FILE: POLICY})
    (repo.path / FILE).unlink()
    (repo.path / FILE).symlink_to("x")
    repo.git("add", FILE)

    (change,) = changes(repo, (old, repo.commit(), "refs/heads/main"))

    assert change.problem is not None
    assert "is a symlink" in change.problem


def test_with_a_configured_policy_that_of_head_is_not_watched(repo: Repo) -> None:
    repo.git("config", "tagwarden.policy", "file:/etc/tagwarden.toml")
    old, new = repo.commit({FILE: POLICY}), repo.commit({FILE: "new"})

    assert changes(repo, (old, new, "refs/heads/main")) == []


def test_the_push_that_repairs_a_missing_policy_is_a_change_like_any_other(repo: Repo) -> None:
    repo.git("config", "tagwarden.policy", "ref:rules:p.toml")
    new = repo.commit({"p.toml": POLICY})

    assert changes(repo, (None, new, "refs/heads/rules")) == [
        PolicyChange("refs/heads/rules", "p.toml", POLICY.encode(), None, id=repo.git("rev-parse", f"{new}:p.toml"))
    ]
