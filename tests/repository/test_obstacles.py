"""Names that can't stand beside one another, found without looking at each folder of an endless name."""

from __future__ import annotations

from tagwarden.policy.grammar.names import TAGS
from tagwarden.policy.push import RefUpdate
from tagwarden.repository.git.objects import TagRef
from tagwarden.repository.judging.model_updates import updates_by_model
from tagwarden.repository.judging.obstacles import find_obstacles, tags_in_the_way

OID = "1" * 40


class Refs:
    """A reader that knows these refs, and counts what it is asked."""

    def __init__(self, *tags: str) -> None:
        self.refs = {f"refs/tags/{tag}": OID for tag in tags}
        self.asked: list[str] = []

    def existing(self, refs):
        self.asked += refs
        return {ref: self.refs[ref] for ref in refs if ref in self.refs}


def obstacles(pushed, existing=(), others=(), deleted=()):
    updates = [RefUpdate(None, OID, f"refs/tags/{tag}") for tag in pushed]
    updates += [RefUpdate(OID, None, f"refs/tags/{tag}") for tag in deleted]
    listed = {"": [TagRef(tag, OID) for tag in existing]}
    return find_obstacles(updates, updates_by_model(updates), listed, Refs(*others))


def test_a_tag_that_lies_in_another_is_found_from_both_sides():
    assert obstacles(["a#x", "a#x/y"]) == {"a#x": "a#x/y", "a#x/y": "a#x"}


def test_existing_tags_and_those_of_no_model_are_obstacles():
    assert obstacles(["a#x/y"], existing=["a#x"]) == {"a#x/y": "a#x"}
    assert obstacles(["a#x"], existing=["a#x/y"]) == {"a#x": "a#x/y"}
    assert obstacles(["a/b@v1.0.0"], others=["a"]) == {"a/b@v1.0.0": "a"}


def test_neighbours_that_share_a_beginning_are_no_obstacles():
    assert obstacles(["a#x", "a#x-y", "a#xy/z", "a#x.y" * 3, "b/a#x"], existing=["a#x!", "a@v1.0.0"]) == {}


def test_the_nearest_of_several_folders_is_named():
    assert obstacles(["a/b#c/d"], existing=["a/b#c"], others=["a", "a/b"])["a/b#c/d"] == "a/b#c"


def test_what_the_push_deletes_stands_in_the_way_until_it_is_gone():
    assert obstacles(["a#x/y"], existing=["a#x"], deleted=["a#x"]) == {"a#x/y": "a#x"}


def test_the_folders_of_an_endless_name_are_never_listed():
    endless = "m/" * 32_000 + "x@v1.0.0"
    assert tags_in_the_way([RefUpdate(None, "1" * 40, TAGS + endless)]) == set()
    assert obstacles([endless, "m@v1.0.0"], existing=[endless]) == {}
