"""Refuses tags whose message lacks what the policy requires.

The message is the tag's body without the signature and without leading and
trailing white space. `message.min-length` and `message.pattern` (a Python regular
expression that must match the whole message) apply to all kinds of tag; each
`message.trailers.NAME` applies to the kinds that it lists.

Fix: recreate the tag with such a message
(`tagwarden register --message … --trailer NAME=VALUE`).
"""

from __future__ import annotations

from ..budget import Budget
from ..verdict import Breach
from .contract import accepted, refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.model_facts import ModelFacts
    from ..settings import Message

OPTIONS = ("message.min-length", "message.pattern", "message.trailers")
WHY = "only the message says why the tag was made."


def check(facts: ModelFacts) -> Iterator[Breach]:
    wanted = facts.settings.message
    budget = facts.circumstances.budget or Budget()
    for replayed in facts.events:
        found = replayed.push.new.object if replayed.push.new else None
        if found is None:
            continue
        text = found.message.strip()
        for problem, key in _problems(text, replayed.event.name.kind, wanted, budget):
            from ..facts.fix import recreating_command

            yield Breach(
                f"the message of {replayed.push.tag!r} {problem}",
                replayed.push.ref,
                facts.model,
                key,
                fix=recreating_command(facts, replayed.push),
            )


def _problems(text: str, kind: str, wanted: Message, budget: Budget) -> Iterator[tuple[str, str]]:
    if not text and wanted.min_length:
        yield "is empty", "message.min-length"
    elif len(text) < wanted.min_length:
        yield f"has {len(text)} characters, fewer than {wanted.min_length}", "message.min-length"
    if wanted.pattern:
        from ..patterns import matches_in_time

        if not matches_in_time(wanted.pattern, text, budget):
            yield f"does not match the pattern {wanted.pattern!r}", "message.pattern"
    if not wanted.trailers:
        return
    from ..objects.trailers import parse_trailers, problem_of_value
    from ..wording import cut

    values: dict[str, list[str]] = {}
    for key, value in parse_trailers(text):
        values.setdefault(key.lower(), []).append(value)
    for trailer in wanted.trailers:
        if kind not in trailer.what:
            continue
        found = values.get(trailer.key.lower(), ())
        if not found and trailer.required:
            yield f"lacks the trailer '{trailer.key}: …'", f"message.trailers.{trailer.key}"
        problems = ((value, problem_of_value(value, trailer, budget)) for value in found)
        # A message may have thousands of the same trailer, so only the first wrong one is reported.
        first = next(((value, problem) for value, problem in problems if problem), None)
        if first is not None:
            value, problem = first
            yield f"has the trailer '{trailer.key}: {cut(value)}', which {problem}", f"message.trailers.{trailer.key}"


TRAILER = '[message.trailers.Dataset]\npattern = "[0-9a-f]{8}"\n'
NUMBER = '[message.trailers.AUC]\ntype = "number"\nmin = 0.8\nwhat = ["register"]\n'
EXAMPLES = (
    accepted("a message", "churn@v1.0.0 with Trained on the May snapshot"),
    refused("no message", "churn@v1.0.0 with "),
    refused("a message that is too short", "churn@v1.0.0 with ok", policy="[message]\nmin-length = 10\n"),
    refused(
        "a message that does not match the pattern",
        "churn@v1.0.0 with ok",
        policy='[message]\npattern = "ML-[0-9]+: .+"\n',
    ),
    accepted(
        "a message that matches the pattern",
        "churn@v1.0.0 with ML-7: better",
        policy='[message]\npattern = "ML-[0-9]+: .+"\n',
    ),
    accepted("a trailer", "churn@v1.0.0 with Better\\n\\nDataset: 00c0ffee", policy=TRAILER),
    refused("no trailer", "churn@v1.0.0 with Better", policy=TRAILER),
    refused("a malformed trailer", "churn@v1.0.0 with Better\\n\\nDataset: tuesday", policy=TRAILER),
    refused("a number that is too low", "churn@v1.0.0 with Better\\n\\nAUC: 0.71", policy=NUMBER),
    accepted(
        "a trailer that only registrations need", "churn#prod at 2 with Go", existing=("churn@v1.0.0",), policy=NUMBER
    ),
)
