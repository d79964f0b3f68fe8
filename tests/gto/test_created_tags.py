"""Whatever the commands make, the server takes, and GTO reads it as it was meant."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import Repo, Server, Templates
from support.command_line import tagwarden
from support.gto_reading import check_ref_by_gto, read_by_gto, read_by_tagwarden

MODELS = st.sampled_from(["churn", "cv:seg"])
STAGES = st.sampled_from(["prod", "us-east-1"])
VERSIONS = st.sampled_from(["v0.0.1", "v0.0.2", "v1.0.0"])
NUMBERING = st.sampled_from([[], ["--simple"], ["--counter"]])
EVENTS = {
    "register": "registration",
    "deregister": "deregistration",
    "assign": "assignment",
    "unassign": "unassignment",
    "deprecate": "deprecation",
}

COMMANDS = st.one_of(
    st.tuples(st.just("commit")),
    st.tuples(st.just("commit")),
    st.tuples(st.just("register"), MODELS),
    st.tuples(st.just("register"), MODELS, st.just("--pre"), st.sampled_from(["rc", "exp.{date}.{time}"])),
    st.tuples(st.just("register"), MODELS, st.just("--bump"), st.sampled_from(["major", "minor", "patch"])),
    st.tuples(st.just("register"), MODELS, st.just("--version"), VERSIONS),
    st.tuples(st.just("assign"), MODELS, STAGES),
    st.tuples(st.just("assign"), MODELS, STAGES, st.just("--version"), VERSIONS),
    st.tuples(st.just("assign"), MODELS, STAGES, st.just("--from"), STAGES),
    st.tuples(st.just("unassign"), MODELS, STAGES),
    st.tuples(st.just("unassign"), MODELS, STAGES, st.just("--version"), VERSIONS),
    st.tuples(st.just("deregister"), MODELS, VERSIONS),
    st.tuples(st.just("deprecate"), MODELS),
)

# What `register` binds both models to.
DECLARED = {
    "dvc.yaml": "artifacts: {churn: {path: m.bin}}\n",
    "cv/dvc.yaml": "artifacts: {seg: {path: ../m.bin}}\n",
    "m.bin": "weights",
}

places = itertools.count()


def play(commands: list[tuple[tuple[str, ...], list[str]]], server: Server, clone: Repo) -> None:
    """Run the commands with --push; each is accepted by the server, or makes nothing."""
    clone.commit(DECLARED)
    clone.git("push", "--quiet", "origin", "main")
    for command, numbering in commands:
        if command[0] == "commit":
            clone.commit()
            clone.git("push", "--quiet", "origin", "main")
            continue
        before = server.tags()
        ran = tagwarden(clone.path, *command, *numbering, "--push", "--json")

        assert ran.status in (0, 1), ran
        assert "the push failed" not in ran.err, ran
        if ran.status == 1:
            assert server.tags() == clone.tags() == before
            continue
        made = ran.json
        assert server.tags() == clone.tags() == before | {made["tag"]}
        assert ("\nArtifact: sha256:" in made["object"]) == (made["kind"] == "register")
        [event] = check_ref_by_gto(clone.path, made["tag"])
        assert (event.event, event.model) == (EVENTS[made["kind"]], made["model"])
        if made["kind"] != "deprecate":
            resolved = tagwarden(clone.path, "resolve", f"refs/tags/{made['tag']}", "--json").json
            assert (event.version, event.stage) == (resolved["version"], resolved["stage"])
            assert resolved["current"] is True
    assert read_by_gto(clone.path) == read_by_tagwarden(clone.path)
    assert tagwarden(server.path, "audit", "--json").json["counts"] == {}


SEQUENCES = st.lists(st.tuples(COMMANDS, NUMBERING), min_size=4, max_size=12)
AS_ONE_WOULD = [
    (("register", "churn"), []),
    (("assign", "churn", "prod"), []),
    (("unassign", "churn", "prod"), []),
    (("assign", "churn", "prod"), ["--simple"]),
    (("commit",), []),
    (("register", "churn", "--bump", "major"), []),
    (("assign", "churn", "prod"), []),
    (("deregister", "churn", "v1.0.0"), []),
    (("deprecate", "churn"), []),
    (("assign", "churn", "us-east-1", "--version", "v0.0.1"), []),
    (("deprecate", "churn"), []),
]


def test_commands_that_follow_each_other_at_once_are_read_in_their_order(server: Server, clone: Repo) -> None:
    play(AS_ONE_WOULD, server, clone)

    assert len(server.tags()) == len([command for command, _ in AS_ONE_WOULD if command[0] != "commit"])


@settings(max_examples=2)
@given(SEQUENCES)
def test_every_tag_that_is_made_is_accepted_and_read_as_meant(
    templates: Templates, tmp_path: Path, commands: list[tuple[tuple[str, ...], list[str]]]
) -> None:
    server = templates.server(tmp_path / f"server{next(places)}.git")
    play(commands, server, server.clone())


@pytest.mark.thorough
@settings(max_examples=100)
@given(SEQUENCES)
def test_every_tag_of_many_sequences_is_accepted_and_read_as_meant(
    templates: Templates, tmp_path: Path, commands: list[tuple[tuple[str, ...], list[str]]]
) -> None:
    server = templates.server(tmp_path / f"server{next(places)}.git")
    play(commands, server, server.clone())
