"""One line of the push log: how it is written and sealed.

A line is one JSON object in ASCII. Its last three fields chain it: `line` is its
number, `previous` the hash of the line before it, and `hash` the SHA-256 of this
line up to the comma before `hash`. So a line's hash vouches for all lines up to
it, and any SHA-256 program can recompute it.

We encode it ourselves, because importing `json` costs a hook as much as reading
a model's history.
"""

from __future__ import annotations

import os
import time

from ...policy.grammar.names import APPROVALS_ROOT
from ...policy.record import Record
from ...policy.verdict import AS_PUSHED
from ...repository.git.own_file import STATE_FOLDER
from ...repository.git.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from ...policy.push import RefUpdate
    from ...policy.verdict import Finding, Verdict
    from ..pusher import Pusher

    Outcome = Literal[
        "accepted", "refused", "emergency", "would-be-refused", "could-not-judge", "busy", "incomplete", "archived"
    ]

LOG = f"{STATE_FOLDER}/push-log.jsonl"
HEAD = f"{STATE_FOLDER}/push-log.head"

# The `previous` of the first line.
BEGINNING = "0" * 64

# Outcomes after which Git goes on, so that the refs are expected to be in place.
LANDING = ("accepted", "emergency", "would-be-refused")

# The outcome of a line that is about no push: the server's owner has moved evidence of landed tags into a file.
ARCHIVED: Literal["archived"] = "archived"

# Refused pushes must not be able to fill the disk. Of an accepted push every ref is listed, because it costs the
# pusher more than the line costs us.
MOST_OF_A_REFUSED_PUSH = 1000

# A tag object can contain a name of megabytes, which a message would repeat.
LONGEST_TEXT = 2000

# How much of a file is read at a time when reading from its end, in bytes.
STEP = 1 << 16

HEX = frozenset("0123456789abcdef")


class ArchiveFile(Record):
    """A bundle of evidence: its path, relative if it is in the repository, and its SHA-256."""

    path: str
    sha256: str


class Entry(Record):
    """What is logged about one push, or about an archive.

    `hook` is the hook that judged. `verdicts` has one verdict for each policy;
    `emergency` maps each rule broken in an emergency to the reason. `error` says
    why the push could not be judged. `guarded` is False if the push lock ended
    with the hook. For an incomplete landing, `of_line` is the number of the line
    about the push, `updates` are those that did not land, and `verdicts` say
    which rules the others break. For an `archive`, `updates` are the refs that
    are deleted once the line is written.
    """

    hook: str
    pusher: Pusher
    updates: Sequence[RefUpdate]
    outcome: Outcome
    verdicts: Sequence[Verdict] = ()
    emergency: Mapping[str, str] = {}
    error: str | None = None
    guarded: bool = True
    of_line: int | None = None
    archive: ArchiveFile | None = None


class Seal(Record):
    """The end of a line. `hash` is the one written there; `intact` says whether it matches the line's content."""

    number: int
    previous: str
    hash: str
    intact: bool


def outcome_of(verdicts: Sequence[Verdict], emergency: Mapping[str, str]) -> Outcome:
    """The outcome of a judged push; `emergency` maps the rules that it broke in an emergency to the reasons."""
    if not all(verdict.accepted for verdict in verdicts):
        return "refused"
    if any(finding.severity == "error" for verdict in verdicts for finding in verdict.findings):
        return "would-be-refused"
    return "emergency" if emergency else "accepted"


def is_logged(updates: Sequence[RefUpdate], verdicts: Sequence[Verdict]) -> bool:
    """Whether to log a push: of our tags, of approvals or of a policy, unless it is accepted and changes nothing."""
    if all(verdict.accepted for verdict in verdicts) and all(update.old == update.new for update in updates):
        return False
    if any(update.ref.startswith(APPROVALS_ROOT) for update in updates):
        return True
    return any(verdict.judged or verdict.findings or verdict.policy_source.endswith(AS_PUSHED) for verdict in verdicts)


def encode_entry(entry: Entry) -> list[str]:
    """The fields of `entry` as JSON, without the braces: the part of a line that needs no lock."""
    lands = entry.outcome in LANDING
    kept = lands or entry.outcome in ("incomplete", ARCHIVED)
    # Leave out updates that change nothing, such as the deletion of a ref that does not exist.
    updates = [update for update in entry.updates if update.old != update.new] if lands else entry.updates
    fields = [
        f'"outcome":{quoted(entry.outcome)}',
        f'"hook":{quoted(entry.hook)}',
        _pusher(entry.pusher),
        *_updates(updates, kept),
        '"policies":[' + ",".join(_policy(verdict, kept) for verdict in entry.verdicts) + "]",
    ]
    if entry.emergency:
        reasons = (f"{quoted(rule)}:{_text(reason)}" for rule, reason in entry.emergency.items())
        fields.append('"emergency":{' + ",".join(reasons) + "}")
    if entry.of_line is not None:
        fields.append(f'"of_line":{entry.of_line}')
    if entry.archive is not None:
        path, digest = entry.archive
        fields.append(f'"archive":{{"file":{quoted(path)},"sha256":{quoted(digest)}}}')
    if not entry.guarded:
        fields.append('"guarded":false')
    if entry.error is not None:
        fields.append(f'"error":{_text(entry.error)}')
    return fields


def _pusher(pusher: Pusher) -> str:
    uid = "" if pusher.uid is None else f',"uid":{pusher.uid}'
    return f'"pusher":{{"name":{_text(pusher.name)},"email":{_text(pusher.email)},"how":{_text(pusher.how)}{uid}}}'


def seal(fields: Sequence[str], *, now: float, number: int, previous: str, dropped: int = 0) -> tuple[bytes, str]:
    """The complete line with its newline, and its hash.

    `dropped` counts the bytes of a partial line that this one overwrites.
    """
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    torn = [f'"dropped_bytes":{dropped}'] if dropped else []
    begin, end = f'{{"time":"{second}.{int(now * 1000) % 1000:03}Z"', f'"line":{number},"previous":"{previous}"'
    # The line of a large push has megabytes, so it is copied as rarely as possible.
    content = ",".join([begin, *fields, *torn, end]).encode("ascii")
    digest = sha256(content)
    return content + f',"hash":"{digest}"}}\n'.encode("ascii"), digest


def read_seal(line: bytes) -> Seal | None:
    """The seal of a complete line without its newline, with `intact` computed; None if it has none."""
    found = read_end(line)
    if found is None:
        return None
    content, _, _ = line.rpartition(b',"hash":"')
    return found._replace(intact=line[:1] == b"{" and sha256(content) == found.hash)


def read_end(line: bytes) -> Seal | None:
    """The seal at the end of a line whose beginning may be missing; its content is not checked."""
    content, comma, digest = line.rpartition(b',"hash":"')
    rest, comma_before, previous = content.rpartition(b',"previous":"')
    _, comma_first, number = rest.rpartition(b',"line":')
    if not (comma and comma_before and comma_first and number.isdigit() and len(number) < 20):
        return None
    this, before = digest.decode("ascii", "replace"), previous.decode("ascii", "replace")
    if this[64:] != '"}' or before[64:] != '"' or not (is_hash(this[:64]) and is_hash(before[:64])):
        return None
    return Seal(int(number), before[:64], this[:64], False)


def read_head(content: bytes) -> Seal | None:
    """The number and the hash in a head file; None if its content is not valid."""
    number, _, digest = content.rstrip().decode("ascii", "replace").partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) < 20 and is_hash(digest)):
        return None
    return Seal(int(number), "", digest, True)


def end_of_lines(log: int, size: int) -> int:
    """Where the last complete line within the first `size` bytes ends."""
    if os.pread(log, 1, max(0, size - 1)) == b"\n":
        return size
    at = size
    while at > 0:
        start = max(0, at - STEP)
        newline = os.pread(log, at - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        at = start
    return 0


def is_hash(text: str) -> bool:
    """Whether `text` has the form of the log's hashes."""
    return len(text) == 64 and HEX.issuperset(text)


def quoted(text: str) -> str:
    """`text` as a JSON string in ASCII; lone surrogates become escapes that `json.loads` restores."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if " " <= character <= "~":
        return character
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _text(text: str | None) -> str:
    if text is None:
        return "null"
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}... ({len(text) - LONGEST_TEXT} more characters)"
    return quoted(text)


def _id(oid: str | None) -> str:
    return "null" if oid is None else f'"{oid}"'


def _updates(updates: Sequence[RefUpdate], kept: bool) -> list[str]:
    listed = updates if kept else updates[:MOST_OF_A_REFUSED_PUSH]
    name = quoted if kept else _text
    rows = [f'{{"ref":{name(ref)},"old":{_id(old)},"new":{_id(new)}}}' for old, new, ref in listed]
    fields = [f'"updates":[{",".join(rows)}]']
    if len(listed) < len(updates) or (not kept and any(len(ref) > LONGEST_TEXT for _, _, ref in listed)):
        every = "".join(f"{update.old or '-'} {update.new or '-'} {update.ref}\n" for update in updates)
        fields.append(f'"updates_in_all":{len(updates)}')
        fields.append(f'"updates_sha256":"{sha256(every.encode("utf-8", "surrogateescape"))}"')
    return fields


def _policy(verdict: Verdict, kept: bool) -> str:
    found = verdict.findings
    listed = found if kept else found[:MOST_OF_A_REFUSED_PUSH]
    fields = [
        f'"source":{_text(verdict.policy_source)}',
        f'"id":{_text(verdict.policy_id)}',
        f'"mode":{quoted(verdict.mode)}',
        f'"accepted":{"true" if verdict.accepted else "false"}',
        '"findings":[' + ",".join(map(_finding, listed)) + "]",
    ]
    if len(listed) < len(found):
        fields.append(f'"findings_in_all":{len(found)}')
    if verdict.notes:
        fields.append('"notes":[' + ",".join(map(_text, verdict.notes)) + "]")
    return "{" + ",".join(fields) + "}"


def _finding(finding: Finding) -> str:
    return (
        f'{{"rule":{quoted(finding.rule)},"severity":{quoted(finding.severity)},'
        f'"ref":{_text(finding.ref)},"message":{_text(finding.message)}}}'
    )
