"""Whatever a command prints with --json fits the schema that `tagwarden schema` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from support import Server, Templates
from support.command_line import Ran, tagwarden
from support.json_schema import command_in, problems_of, shape_of
from support.json_situations import IN_A_TEAM, SITUATIONS, Situation, build, play, play_in_team
from support.signing import SshKey, needs_ssh
from support.team import POLICY, make_team
from tagwarden.cli.command_table import COMMANDS
from tagwarden.cli.documents import command_of, documents_by_command
from tagwarden.cli.group import tagwarden as root
from tagwarden.policy.push import RefUpdate
from tagwarden.policy.verdict import Finding, Verdict
from tagwarden.report.documents.keys import KEYS, OBJECT, OBJECTS, OUTCOMES
from tagwarden.report.documents.shape import json_schema, parts_of, shape
from tagwarden.report.documents.shapes import FAILURE, LOGGED_PUSH
from tagwarden.report.push_log import as_document
from tagwarden.server_hooks.log.line import Entry, encode_entry, seal
from tagwarden.server_hooks.pusher import Pusher

DOCUMENTS = {document.name: document for those in documents_by_command().values() for document in those}
PARTS = [part for document in [*DOCUMENTS.values(), FAILURE, LOGGED_PUSH] for part in parts_of(document)]


def test_in_every_situation_the_document_is_the_promised_one(templates: Templates, tmp_path: Path) -> None:
    assert not unexpected(play(build(tmp_path, templates)))


@needs_ssh
def test_the_documents_about_approvals_are_the_promised_ones(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMOTE_USER", "ada")
    server.git("config", "tagwarden.pusher", "http")
    keys = {name: SshKey.make(tmp_path / name) for name in ("ada", "grace", "lin")}
    everything = POLICY.partition("[[approvals.require]]")[0] + '[[approvals.require]]\nwho = ["@ml"]\n'
    team = make_team(server, keys, everything)

    assert not unexpected(play_in_team(team))


def unexpected(played: Iterable[tuple[Situation, Ran]]) -> list[str]:
    """What happened otherwise than the situations say."""
    happened = [
        (situation, ran.status, shape_of(ran.json, command_in(situation.call.split()) or ""))
        for situation, ran in played
    ]
    return [
        f"`tagwarden {situation.call} --json` in {situation.place}: {status}, {found and found.name}"
        for situation, status, found in happened
        if (situation.status, situation.document) != (status, found and found.name)
    ]


def test_every_document_of_every_command_is_met_in_a_situation_and_so_is_an_error_of_every_command() -> None:
    situations = (*SITUATIONS, *IN_A_TEAM)
    met = {situation.document for situation in situations}
    failing = {command_in(situation.call.split()) for situation in situations if situation.document == "error"}

    assert not DOCUMENTS.keys() - met
    assert not documents_by_command().keys() - failing


def options_of(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def commands_below(group: click.Group, path: str = "") -> dict[str, click.Command]:
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = f"{path} {name}".strip()
        found |= commands_below(command, words) if isinstance(command, click.Group) else {words: command}
    return found


def test_every_command_that_takes_json_has_a_schema() -> None:
    taking = {name for name, command in commands_below(root).items() if "--json" in options_of(command)}

    assert taking == documents_by_command().keys() | {"policy schema"}
    assert {command_of(document).split()[0] for document in DOCUMENTS.values()} < COMMANDS.keys()


def test_no_two_shapes_have_one_name() -> None:
    shapes: dict[str, Any] = {}
    for part in PARTS:
        assert shapes.setdefault(part.name, part) == part


def test_every_key_of_the_table_is_in_a_document_and_no_document_has_another() -> None:
    assert {field.key for part in PARTS for field in part.fields} == KEYS.keys()


def test_a_key_that_holds_objects_says_of_which_shape() -> None:
    fields = [field for part in PARTS for field in part.fields]

    assert not [field for field in fields if (field.shape is not None) != (KEYS[field.key].type in (OBJECT, OBJECTS))]


def test_a_verdict_has_notes_wherever_it_is() -> None:
    keys = [{field.key for field in part.fields} for part in PARTS]

    assert not [one for one in keys if {"mode", "findings"} <= one and "notes" not in one]


@pytest.mark.parametrize("command", [(), *((command,) for command in documents_by_command())], ids=str)
def test_what_is_printed_is_a_schema(command: tuple[str, ...], tmp_path: Path) -> None:
    ran = tagwarden(tmp_path, "schema", *" ".join(command).split())
    schema = ran.json

    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"schema": 1, "accepted": False, "error": "no", "findings": []})
    assert not validator.is_valid({"schema": 2, "accepted": False, "error": "no", "findings": []})
    assert not validator.is_valid({"schema": 1, "accepted": False, "error": "no", "findings": [], "more": 1})


def test_the_schema_of_all_takes_what_any_command_prints(tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(tagwarden(tmp_path, "schema").json)

    assert validator.is_valid(tagwarden(tmp_path, "rules", "version-order", "--json").json)
    assert not validator.is_valid({"schema": 1, "models": [{"model": "churn"}]})


def test_commands_with_a_schema_are_listed_and_others_are_refused(tmp_path: Path) -> None:
    listed = tagwarden(tmp_path, "schema", "--list").out.split("\n")
    refused = tagwarden(tmp_path, "schema", "polcy", "show")

    assert "policy show" in listed
    assert refused.status == 1
    assert "there is no schema for 'polcy show'" in refused.err


def test_a_key_that_no_shape_names_is_told_with_the_place_that_is_meant() -> None:
    document = {"schema": 1, "models": [{"model": "churn", "latest": 1, "surprise": 2}]}

    told = "\n".join(problems_of(document, "show"))

    assert "$.models[0]" in told
    assert "'surprise' was unexpected" in told
    assert "$.models[0].latest: 1 is not of type 'string', 'null'" in told
    assert "'stages' is a required property" in told


def test_a_field_must_be_in_the_table_of_keys() -> None:
    with pytest.raises(KeyError, match="no-such-key"):
        json_schema("x", [shape("x", "", "no-such-key")])


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_line_of_the_push_log_fits(outcome: Any) -> None:
    many = [RefUpdate(None, "1" * 40, f"refs/tags/churn@v1.0.{number}") for number in range(1001)]
    findings = [Finding("tag-name", "error", update.ref, "churn", "no", None, None) for update in many]
    verdict = Verdict(False, "enforce", "built-in", None, tuple(findings), 1, ("a note",))
    lines = [
        Entry("pre-receive", Pusher(None, None, "not set"), many, outcome, (verdict, verdict._replace(notes=()))),
        Entry("update", Pusher("ada", "a@b.c", "set"), many[:1], outcome, (), {"who": "on call"}, "why", False, 7),
    ]

    for number, entry in enumerate(lines):
        line, _ = seal(encode_entry(entry), now=1e9, number=number, previous="0" * 64, dropped=number)
        assert not problems_of({"schema": 1, "pushes": [as_document(json.loads(line))]}, "log")


def test_only_old_and_new_mean_another_thing_in_another_document() -> None:
    shapes = [part for those in documents_by_command().values() for one in those for part in parts_of(one)]

    assert {field.key for part in shapes for field in part.fields if field.says is not None} == {"old", "new"}
