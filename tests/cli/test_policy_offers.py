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

    assert "##   versions.prerelease = false  # true of 1 version\n" in written
    assert "  versions.prerelease = false  # true of 1 version\n" in ran.out
    assert load_policy(written.encode()).given == load_policy(b"").given
    assert tagwarden(repo.path, "policy", "check").status == 0


def test_without_model_tags_nothing_is_offered(repo: Repo) -> None:
    assert offered(repo) == {}


def test_other_tools_tags_are_to_be_ignored(repo: Repo) -> None:
    repo.tag("churn@v0.0.1")
    for tag in ("ai@6.0.68", "ai@6.0.69", "@ai-sdk/gateway@2.0.31", "v1.2.3", "component-v1.2.3"):
        repo.lightweight(tag)

    ran = tagwarden(repo.path, "policy", "init")
    (repo.path / "tagwarden.toml").unlink()

    assert offered(repo)["scope.ignore"] == ["ai@[0-9]*"]
    assert '  scope.ignore = ["ai@[0-9]*"]  # 2 tags of other tools, such as ai@6.0.68\n' in ran.out
    assert "typo" not in ran.out


def test_what_is_offered_to_be_ignored_is_not_judged_and_what_is_let_through_is_said(repo: Repo) -> None:
    repo.tag("churn@v0.0.1")
    for number in range(9):
        repo.lightweight(f"pkg-{number}@1.0.0")

    said = tagwarden(repo.path, "policy", "init", "--stdout").out
    (repo.path / "tagwarden.toml").write_text('scope.ignore = ["*@[0-9]*"]\n')

    assert offered(repo)["scope.ignore"] == ["*@[0-9]*"]
    assert "a typo such as churn@1.2.0 is not reported" in said
    assert tagwarden(repo.path, "audit").status == 0


def test_a_slip_beside_its_model_is_not_to_be_ignored(repo: Repo) -> None:
    repo.tag("churn@v0.0.1")
    repo.lightweight("churn@1.2.0")
    repo.lightweight("x@created")

    assert "scope.ignore" not in offered(repo)


def test_the_order_that_the_versions_keep_is_offered(repo: Repo) -> None:
    for version in ("v1.0.0", "v2.0.0", "v1.1.0"):
        repo.commit()
        repo.tag(f"churn@{version}")
    assert offered(repo)["versions.order"] == "major"

    repo.commit()
    repo.tag("churn@v1.0.1")
    assert offered(repo)["versions.order"] == "minor"
