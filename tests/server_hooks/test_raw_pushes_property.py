"""Whatever is pushed, whatever it claims and whatever happens meanwhile: what lands keeps the rules, and is logged.

A seed makes a server and pushes to it (`support/random_pushes.py`). To play one
again: `pytest -m "thorough or not thorough" -k "seed-1234"`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.attack_scene import AT_CLIENT, ON_SERVER, Stage, git_moves_refs_at_once
from support.attacks import ON_MAIN, STEP_BY_STEP
from support.gto_in_memory import gto_in_memory
from support.gto_reading import read_by_gto, reading_of, while_nothing_changes
from support.landed_rules import broken
from support.random_pushes import RandomPush, World
from support.raw_push import Advertisement, RawPushResult
from support.ref_model import MAIN, TAGS, Command, RefModel, is_nothing, is_ref_name, read_refs
from support.registry_checks import (
    audit_errors,
    check_gto_agrees,
    is_model_tag,
    is_rewound,
    log_is_true,
    newly_wrong,
)
from tagwarden.policy.grammar.names import gto_spelling
from tagwarden.policy.grammar.tag_name import TagName, parse_tag_name
from tagwarden.policy.objects.tag_object import parse_tag_object
from tagwarden.policy.push import Tag
from tagwarden.policy.registry.event import read_event
from tagwarden.policy.registry.history import ModelHistory

PUSHES = 10
SEEDS = range(10)
MANY_SEEDS = range(1000, 4000)

REFUSED_BY_A_HOOK = ("pre-receive hook declined", "hook declined")
# Where Git itself has something against every line, its report does not tell what the hook said.
OF_A_REFUSAL = ("tagwarden: refused", "Nothing was accepted")

Refs = Mapping[str, str]


def seeds(numbers: range) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("seed", numbers, ids=lambda seed: f"seed-{seed}")


@seeds(SEEDS)
def test_what_lands_keeps_the_rules(stage: Stage, tmp_path: Path, seed: int) -> None:
    play(World(seed, stage, tmp_path))


@pytest.mark.thorough
@seeds(MANY_SEEDS)
def test_what_lands_keeps_the_rules_always(stage: Stage, tmp_path: Path, seed: int) -> None:
    play(World(seed, stage, tmp_path))


def play(world: World) -> None:
    """Push, and look at everything after each push. AssertionError says which push it was."""
    scene = world.scene
    wrong = audit_errors(scene.server.path)
    first = refs = read_refs(scene.server.path)
    unlogged: set[str] = set()
    for number in range(1, PUSHES + 1):
        push = world.push(refs)
        try:
            after = check_push(world, push, refs)
            if changed_model_tags(refs, after):
                found = audit_errors(scene.server.path)
                news = newly_wrong(wrong, found, refs, after)
                if (world.hook == "update" or push.meanwhile) and is_rewound(scene.server.path, refs, after):
                    # A tag that was on the branch when its hook was asked, before the branch's own turn.
                    news = frozenset((rule, ref) for rule, ref in news if rule != "target-branch")
                assert not news
                wrong = found
            # A push of branches alone leaves no line. Until the next that does, no line need tell what they are.
            changed = {ref for ref in refs.keys() | after.keys() if refs.get(ref) != after.get(ref)}
            if any(is_logged(os.fsdecode(line.ref)) for line in push.lines):
                unlogged -= changed
            else:
                unlogged |= changed
            log_is_true(scene.server.path, first, after, beside=unlogged)
        except AssertionError as problem:
            problem.add_note(f"push {number} of {world}: {push}")
            raise
        refs = after
    assert refs == scene.refs()
    check_gto_agrees(scene.server.path)


def is_logged(ref: str) -> bool:
    """Whether a push of this ref leaves a line in the log, and with it all that is pushed along."""
    return ref.startswith("refs/replace/") or (ref.startswith(TAGS) and parse_tag_name(ref[len(TAGS) :]) is not None)


def check_push(world: World, push: RandomPush, refs: Refs) -> Refs:
    """Push to where `refs` stand, and hold what has changed against GTO, the model and the rules; the refs after it."""
    scene = world.scene
    scene.drop(*push.dropped)
    if push.pack_first:
        scene.server.git("pack-refs", "--all")
    commands = scene.commands(push.lines, refs)
    before = refs

    def meanwhile(_: Advertisement) -> None:
        nonlocal before
        scene.push(push.meanwhile)
        before = read_refs(scene.server.path)

    result = scene.send(
        commands,
        capabilities=["atomic"] if push.atomic else [],
        shallow=push.shallow,
        between=meanwhile if push.meanwhile else None,
    )

    after = read_refs(scene.server.path)
    assert "Traceback" not in result.told
    git_did_what_the_hook_let_pass(world, push, [Command.read(line) for line in commands], result, before, after)
    main = {refs[MAIN] for refs in (before, after) if MAIN in refs}
    model = model_of(world)
    wrong = broken(
        before,
        after,
        scene.tag_objects,
        on=(lambda commit: any(model.contains(tip, commit) for tip in main)) if ON_MAIN in world.policy else None,
        step_by_step=STEP_BY_STEP in world.policy,
    )
    assert not list(wrong), result
    gto_agrees(after, scene.tag_objects)
    return after


def git_did_what_the_hook_let_pass(
    world: World, push: RandomPush, commands: list[Command], result: RawPushResult, before: Refs, after: Refs
) -> None:
    """The refs are what the model makes of the commands that no hook refused; and each tag's line has landed."""
    if result.unpacked != "ok":
        # Git gave up: on what is not connected and cut off besides, it does.
        assert after == before, result
        return
    if push.shallow:
        # Git then reports some commands not at all.
        return
    reasons = [reason for _, reason in result.report]
    refused = world.hook == "pre-receive" and any(words in result.told for words in OF_A_REFUSAL)
    passed = [
        command
        for command, reason in zip(commands, reasons, strict=True)
        if not refused and reason not in REFUSED_BY_A_HOOK
    ]
    model = model_of(world)
    if push.atomic and len(passed) < len(commands):
        assert after == before, result
        return
    if git_moves_refs_at_once():
        # The model is of a Git that moves one ref after the other. Here no ref may hold what nobody asked for.
        asked = {(command.ref, command.new) for command in passed}
        assert after.items() <= before.items() | asked, result
        return
    assert after == model.after(before, passed, atomic=push.atomic), result
    about_models = any(is_model_tag(command.ref) for command in passed)
    if world.hook == "update" or world.foreign or push.atomic or not about_models:
        return
    for command in passed:
        if not is_model_tag(command.ref) and any(ref.startswith(f"{command.ref}/") for ref in before):
            continue  # nothing counts on a tag of no model, so nobody lists what may lie in a folder of its name
        if command.ref.startswith(TAGS) and (is_nothing(command.new) or model.is_connected(command.new)):
            assert after.get(command.ref) == (None if is_nothing(command.new) else command.new), (command, result)
        assert is_ref_name(command.ref) or not changed_model_tags(before, after), (command, result)


def changed_model_tags(before: Refs, after: Refs) -> bool:
    return any(is_model_tag(ref) for ref, _ in before.items() ^ after.items())


def model_of(world: World) -> RefModel:
    scene = world.scene
    commits = {scene.id(name): name for name in [*ON_SERVER, *AT_CLIENT]}
    tags = {oid: content[7 : content.index(b"\n")].decode() for oid, content in scene.tag_objects.items()}
    return RefModel(commits, tags, world.settings)


def gto_agrees(refs: Refs, tag_objects: Mapping[str, bytes]) -> None:
    """GTO reads the same from these tags as we do: both from memory, which is a hundred times as fast as from disk."""
    tags = []
    histories: dict[str, ModelHistory] = {}
    for ref, oid in refs.items():
        if not ref.startswith(TAGS):
            continue
        content = tag_objects.get(oid)
        parsed = parse_tag_object(content, len(content)) if content is not None else None
        tag = Tag(ref.removeprefix(TAGS), oid, "commit" if parsed is None else "tag", parsed)
        tags.append(tag)
        name = parse_tag_name(tag.name)
        event = read_event(tag, name) if isinstance(name, TagName) else None
        if event is not None:
            histories.setdefault(event.name.model, ModelHistory()).add(event)
    with gto_in_memory(tags), while_nothing_changes():
        assert read_by_gto("in memory") == {
            gto_spelling(model): reading_of(history) for model, history in histories.items()
        }
