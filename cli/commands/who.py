"""`tagwarden who`: says whether somebody may push a tag, and which line of the policy decides it."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import click

from ...policy.grammar.tag_name import KINDS, STAGED_KINDS
from ...policy.people import Person, decide, denied_stages, describe
from ...policy.record import Record
from ...report.documents.shape import holding, or_null, shape
from ...report.escape import display, escape
from ...report.exit_status import ACCEPTED, REFUSED
from ..errors import Refused
from ..options import json_option, model_argument
from ..policy_in_force import BUILT_IN, policy_in_file, policy_in_force, site_policy_in_force
from ..reading import model_of, stage_of

if TYPE_CHECKING:
    from ...repository.trusted.loaded_policy import LoadedPolicy

ANSWER = shape(
    "answer", "What one policy says.",
    "source", "allowed", "because", or_null("entry"), or_null("line"), "signature", "unless",
)  # fmt: skip
DOCUMENTS = (
    shape(
        "who", "Whether somebody may push a tag.",
        "schema", "allowed", "who", or_null("signer"), "may", holding("policies", ANSWER),
    ),
)  # fmt: skip


class Answer(Record):
    """What one policy says.

    `line` is that of the deciding entry in the policy file, None if unknown.
    `unless` are reasons to refuse an event that changes what a stage holds.
    """

    source: str
    allowed: bool
    because: str
    entry: int | None
    line: int | None
    signature: bool
    unless: tuple[str, ...] = ()


@click.command()
@click.option("--as", "name", metavar="NAME", required=True, help="The pusher's name on the server.")
@click.option("--signer", metavar="PRINCIPAL", help="The principal of the signature on the tag.")
@click.option("--policy", "file", metavar="FILE", help="Use this file instead of the policy in force here.")
@click.option(
    "--remote", metavar="NAME", help="In a clone: the remote whose policy decides.  [default: where `git push` goes]"
)
@json_option
@click.argument("kind", type=click.Choice(KINDS))
@model_argument
@click.argument("stage", required=False)
def who(
    name: str,
    signer: str | None,
    file: str | None,
    remote: str | None,
    as_json: bool,
    kind: str,
    model: str,
    stage: str | None,
) -> int:
    """Say whether NAME may push a tag of this KIND for MODEL (and STAGE).

    If a site policy is in force too, both must allow it. Exits with 1 if the
    answer is no.
    """
    if (stage is not None) != (kind in STAGED_KINDS):
        raise click.UsageError(f"{kind} {'takes no' if stage else 'needs a'} stage")
    tag_spelling = model_of(model)
    if stage is not None:
        stage = stage_of(stage)
    person = Person(name, signer)
    answers = [_ask(one, person, kind, tag_spelling, stage) for one in _policies(file, remote)]
    allowed = all(answer.allowed for answer in answers)
    if as_json:
        document = {
            "schema": 1,
            "allowed": allowed,
            "who": display(name),
            "signer": None if signer is None else display(signer),
            "may": describe(kind, tag_spelling, stage),
            "policies": [{**answer._asdict(), "source": display(answer.source)} for answer in answers],
        }
        click.echo(json.dumps(document))
    else:
        for answer in answers:
            click.echo(_sentence(answer))
    return ACCEPTED if allowed else REFUSED


def _policies(file: str | None, remote: str | None) -> list[LoadedPolicy]:
    if file is not None:
        return [policy_in_file(file)]
    found = [policy_in_force(remote=remote)]
    if found[0].source is not BUILT_IN:
        with contextlib.suppress(Refused):
            found.append(site_policy_in_force())
    return found


def _ask(loaded: LoadedPolicy, person: Person, kind: str, model: str, stage: str | None) -> Answer:
    settings = loaded.policy.for_model(model)
    decision = decide(settings, person, kind, model, stage)
    because = decision.because
    refuses = settings.levels["who"] == "error" and loaded.policy.mode == "enforce"
    if not decision.allowed and not refuses:
        key = "mode" if loaded.policy.mode != "enforce" else "rules.who"
        because += f"; but because of {key} this is only reported, not refused"
    unless = denied_stages(settings, person, kind, model) if decision.allowed else []
    signature = any(selector.covers(kind, model, stage) for selector in settings.signing.require)
    line = line_of_entry(loaded.source.data or b"", decision.entry, len(settings.people.allow))
    return Answer(
        loaded.source.source,
        decision.allowed or not refuses,
        because,
        decision.entry,
        line,
        signature,
        tuple(one.because for one in unless),
    )


def line_of_entry(data: bytes, entry: int | None, entries: int) -> int | None:
    """The line of the header `[[people.allow]]` number `entry`; None if the file writes these entries otherwise."""
    headers = [
        number
        for number, line in enumerate(data.split(b"\n"), 1)
        if line.partition(b"#")[0].translate(None, b" \t\r") == b"[[people.allow]]"
    ]
    return headers[entry - 1] if entry is not None and len(headers) == entries else None


def _sentence(answer: Answer) -> str:
    line = f", line {answer.line}" if answer.line is not None else ""
    sentence = f"{'yes' if answer.allowed else 'no'}: {escape(answer.because)} ({escape(answer.source)}{line})"
    for because in answer.unless:
        sentence += f"; but not where that changes what a stage holds: {escape(because)}"
    return sentence + ("; the tag must be signed by an allowed signer" if answer.signature else "")
