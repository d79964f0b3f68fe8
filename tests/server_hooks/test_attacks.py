"""Every push of two tables, as any client can send it: attacks do no harm, honest pushes are accepted.

After each, GTO works and agrees with `tagwarden show`, no rule is broken that
was kept before, and the push log says what really landed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import pytest

from support.attack_scene import NOTHING, Line, Scene, creates, git_has_reftables
from support.attacks import ATTACKS, CLAIMS, NEED_FILES, NEXT_IN_PROD
from support.honest_pushes import HONEST
from support.pushes import Push
from support.registry_checks import audit_errors, changed, check_gto_agrees, log_is_true, newly_wrong

NewScene = Callable[..., Scene]


def play(push: Push, scene: Scene, must_land: frozenset[str], *, exactly: bool = True) -> None:
    """Push to `scene`: just `must_land` lands, or no more than that, and all is true that must be after any push."""
    push.set_up(scene)
    before = scene.refs()
    wrong_before = audit_errors(scene.server.path) if must_land else frozenset()  # else nothing may change

    result = push.send(scene)

    after = scene.refs()
    landed = changed(before, after)
    expected = must_land if exactly else landed & must_land
    assert landed == expected, result
    if after != before:
        check_gto_agrees(scene.server.path)
        assert not newly_wrong(wrong_before, audit_errors(scene.server.path), before, after), result
    log_is_true(scene.server.path, before, after)


def by_name(pushes: tuple[Push, ...]) -> pytest.MarkDecorator:
    assert len({push.name for push in pushes}) == len(pushes)
    return pytest.mark.parametrize("push", [pytest.param(push, id=push.name) for push in pushes])


by_both_hooks = pytest.mark.parametrize("hook", ["pre-receive", "update"])


@by_name(ATTACKS)
def test_an_attack_does_no_harm(new_scene: NewScene, push: Push) -> None:
    play(push, new_scene(hook="pre-receive"), push.must_land("pre-receive"))


# Git calls the update hook line by line, so for a single line it hardly differs from pre-receive.
SINGLE_LINES = tuple(push for push in ATTACKS if len(push.lines) == 1 and push.lands_by_update is None)


@by_name(tuple(push for push in ATTACKS if push not in SINGLE_LINES))
def test_an_attack_of_several_lines_does_no_harm_by_the_update_hook(new_scene: NewScene, push: Push) -> None:
    play(push, new_scene(hook="update"), push.must_land("update"))


@pytest.mark.thorough
@by_name(SINGLE_LINES)
def test_an_attack_of_a_single_line_does_no_harm_by_the_update_hook(new_scene: NewScene, push: Push) -> None:
    play(push, new_scene(hook="update"), push.must_land("update"))


@by_both_hooks
@by_name(HONEST)
def test_an_honest_push_is_accepted(new_scene: NewScene, push: Push, hook: str) -> None:
    play(push, new_scene(hook=hook), push.must_land(hook))


@by_name(CLAIMS)
def test_a_false_claim_does_no_harm_with_sha256(new_scene: NewScene, push: Push) -> None:
    play(push, new_scene(hook="pre-receive", object_format="sha256"), push.must_land("pre-receive"))


@pytest.mark.thorough
@by_both_hooks
@by_name(ATTACKS + HONEST)
def test_every_push_has_the_same_outcome_with_sha256(new_scene: NewScene, push: Push, hook: str) -> None:
    play(push, new_scene(hook=hook, object_format="sha256"), push.must_land(hook))


@pytest.mark.thorough
@pytest.mark.skipif(not git_has_reftables(), reason="this Git keeps refs in files only")
@by_both_hooks
@by_name(tuple(push for push in ATTACKS + HONEST if push not in NEED_FILES))
def test_every_push_has_the_same_outcome_in_a_reftable(new_scene: NewScene, push: Push, hook: str) -> None:
    play(push, new_scene(hook=hook, refs_in="reftable"), push.must_land(hook))


# With a hook of somebody else's, which is asked ref by ref after ours and may say no


@by_name(HONEST)
def test_beside_another_hook_each_line_stands_alone(new_scene: NewScene, push: Push) -> None:
    play(push, new_scene(hook="pre-receive", foreign=True), push.must_land("pre-receive", another_hook=True))


@pytest.mark.thorough
@by_name(ATTACKS)
def test_beside_another_hook_an_attack_does_no_harm_either(new_scene: NewScene, push: Push) -> None:
    play(push, new_scene(hook="pre-receive", foreign=True), push.must_land("pre-receive", another_hook=True))


SEVERAL_LINES = [push for push in HONEST if len(push.lines) > 1]


@pytest.mark.parametrize(
    ("push", "hook"),
    [
        pytest.param(push, hook, id=f"{push.name}-{hook}")
        for push, hook in zip(SEVERAL_LINES, itertools.cycle(["pre-receive", "update"]), strict=False)
    ],
)
def test_whichever_line_another_hook_drops_the_others_are_right_without_it(
    new_scene: NewScene, push: Push, hook: str
) -> None:
    drop_each(push.lines[:: max(1, len(push.lines) // 3)], new_scene, push, hook)


@pytest.mark.thorough
@by_both_hooks
@by_name(tuple(push for push in HONEST + ATTACKS if len(push.lines) > 1))
def test_the_same_holds_for_each_line_of_each_push(new_scene: NewScene, push: Push, hook: str) -> None:
    drop_each(push.lines, new_scene, push, hook)


def drop_each(lines: Iterable[Line], new_scene: NewScene, push: Push, hook: str) -> None:
    """Send the push once for each of some of its lines, which the other hook refuses."""
    for line in lines:
        scene = new_scene(hook=hook, foreign=True)
        scene.drop(line.ref)

        # Where we judge ref by ref, what needed the dropped line is refused by us.
        exactly = hook == "pre-receive" and not push.capabilities
        play(push, scene, push.must_land_without(line, hook), exactly=exactly)


# What a hook can't tell


@by_both_hooks
def test_a_line_that_only_the_hook_sees_leaves_gto_alive_and_is_logged(new_scene: NewScene, hook: str) -> None:
    """A line break in a ref's name makes one command two lines to the hook, of which none lands.

    If all that the second says is true, nothing tells it from a command of its
    own; then what it supports can land without it.
    """
    scene = new_scene(hook=hook)
    made_up = scene.id(creates("m@v1.2.0", "c3").new)
    name = f"refs/tags/k\n{scene.nothing} {made_up} refs/tags/m@v1.2.0".encode()
    push = Push("two lines in one", (Line(name, NOTHING, "c3"), NEXT_IN_PROD))
    push.set_up(scene)
    before = scene.refs()

    result = push.send(scene)

    after = scene.refs()
    assert changed(before, after) <= ({"m#prod#2"} if hook == "pre-receive" else set()), result
    check_gto_agrees(scene.server.path)
    log_is_true(scene.server.path, before, after)
