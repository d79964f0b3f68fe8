"""No name that gets in keeps GTO from writing the next tag of its model."""

from __future__ import annotations

import gto.api
import pytest

from support import Repo
from support.examples import judge_example
from tagwarden.policy.grammar.names import gto_spelling, successor_without_room
from tagwarden.policy.rules.contract import Example


@pytest.fixture
def registry(repo: Repo) -> Repo:
    """A repository in which GTO makes tags: for whom the configuration names."""
    repo.git("config", "user.name", "Ada Lovelace")
    repo.git("config", "user.email", "ada@example.com")
    return repo


def rules_against(tag: str, *existing: str) -> set[str]:
    example = Example("", (tag,), refused=False, existing=existing)
    return {finding.rule for finding in judge_example(example).findings if finding.severity == "error"}


def is_accepted(tag: str, *existing: str) -> bool:
    return "tag-name" not in rules_against(tag, *existing)


@pytest.mark.parametrize(
    ("model", "stage", "counter"),
    [("m", "dev", "9" * 9), ("m" * 228, "dev", "1"), ("a/" + "m" * 228, "s", "1"), ("m", "s" * 236, "1")],
    ids=["the highest counter", "the longest model", "the longest model in a folder", "the longest stage"],
)
def test_gto_can_write_the_next_tag_after_each_that_is_accepted(
    registry: Repo, model: str, stage: str, counter: str
) -> None:
    assert is_accepted(f"{model}@v1.0.0")
    assert is_accepted(f"{model}#{stage}#{counter} at 2", f"{model}@v1.0.0")
    registry.tag(f"{model}@v1.0.0")
    registry.tag(f"{model}#{stage}#{counter}")

    path, name = str(registry.path), gto_spelling(model)
    gto.api.assign(path, name, "other", version="v1.0.0", simple=False)
    gto.api.unassign(path, name, version="v1.0.0", stage=stage, simple=False)
    gto.api.deregister(path, name, version="v1.0.0", simple=False)
    gto.api.deprecate(path, name, simple=False)
    assert gto.api.show(path, deprecated=True)
    assert len(registry.tags()) == 6


@pytest.mark.parametrize(
    "tag",
    [
        "m#dev#" + "9" * 10,
        "m#dev#" + "9" * 243,
        "m@v1.0.0#" + "0" * 200 + "9999999999",
        "m" * 229 + "@v1.0.0",
        "m" * 229 + "#s",
        "m#" + "s" * 237,
        "m@v1.0.0-" + "a" * 240,
        "m@v" + "9" * 234 + ".0.0",
    ],
)
def test_a_name_after_which_gto_could_not_go_on_is_refused(tag: str) -> None:
    assert not is_accepted(tag)


def test_what_takes_back_a_long_name_that_stands_is_accepted() -> None:
    model = "m" * 240

    assert is_accepted(f"{model}@v1.0.0! at 2", f"{model}@v1.0.0")
    assert is_accepted(f"m#{'s' * 240}! at 3", "m@v1.0.0", f"m#{'s' * 240} at 2")


def test_a_model_that_counted_too_far_may_go_on_and_not_jump() -> None:
    existing = ("m@v1.0.0", "m#dev#99999999999 at 2")

    assert is_accepted("m#prod#100000000000 at 3", *existing)
    assert not is_accepted("m#prod#999999999999 at 3", *existing)


def test_versions_may_have_numbers_of_any_length_that_fits(registry: Repo) -> None:
    version = f"v{'9' * 200}.0.0"
    registry.tag(f"m@{version}")
    registry.commit(message="Next")

    assert is_accepted(f"m@{version}")
    gto.api.register(str(registry.path), "m", "HEAD")
    assert set(gto.api.show(str(registry.path))) == {"m"}


def test_room_is_counted_in_parts_between_slashes() -> None:
    assert successor_without_room("a/" + "b" * 200, "a/" + "b" * 200 + "@v1.0.0") is None
    assert successor_without_room("a" * 150 + "/" + "b" * 150, "a" * 150 + "/" + "b" * 150 + "@v1.0.0") is None
    assert (
        successor_without_room("a/" + "b" * 230, "a/" + "b" * 230 + "@v1.0.0")
        == "a/" + "b" * 230 + "@deprecated#9999999999"
    )
