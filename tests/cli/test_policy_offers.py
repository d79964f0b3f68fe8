"""What `policy init` offers: stricter settings that today's tags satisfy."""

from __future__ import annotations

from support import Repo
from support.command_line import tagwarden
from tagwarden.policy.file.load import load_policy


def offered(repo: Repo) -> dict[str, object]:
    document = tagwarden(repo.path, "policy", "init", "--stdout", "--json").json
    return {one["key"]: one["value"] for one in document["suggestions"]}


def test_what_all_tags_satisfy_is_offered(repo: Repo) -> None:
    repo.tag("churn@v0.0.1")
    repo.tag("churn#prod#1")
    repo.tag("cv=seg@v0.1.0")
    repo.tag("release-2024")

    assert offered(repo) == {
        "models.names": ["churn", "cv:seg"],
        "versions.prerelease": False,
        "rules.version-step": "error",
        "stages.names": ["prod"],
        "target.branches": ["main"],
    }


def test_what_a_tag_would_break_is_not(repo: Repo) -> None:
    repo.tag("churn@v0.0.1-rc.1")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit()
    repo.tag("churn@v3.0.0")
    repo.git("checkout", "--quiet", "main")

    assert offered(repo) == {"models.names": ["churn"]}


def test_the_offer_is_a_comment_that_leaves_the_file_as_it_was(repo: Repo) -> None:
    repo.tag("churn@v0.0.1")

    ran = tagwarden(repo.path, "policy", "init")
    written = (repo.path / "tagwarden.toml").read_text()

    assert "##   versions.prerelease = false\n" in written
    assert "  versions.prerelease = false\n" in ran.out
    assert load_policy(written.encode()).given == load_policy(b"").given
    assert tagwarden(repo.path, "policy", "check").status == 0


def test_without_model_tags_nothing_is_offered(repo: Repo) -> None:
    assert offered(repo) == {}
