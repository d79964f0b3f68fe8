"""One line of the push log: how it is written, and how it is sealed.

A line is one JSON object in ASCII. Its last three fields chain it: `line` is
its number, `previous` the hash of the line before, `hash` the SHA-256 of this
very line up to the comma before `hash`. So a line's hash stands for all lines
up to it, and any SHA-256 program can recompute it.

The encoder is our own: importing `json` costs a hook as much as reading a
model's history.
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

# What the first line has for a line before it.
BEGINNING = "0" * 64

# After these Git was told to go on, so the refs are expected to be in place.
LANDING = ("accepted", "emergency", "would-be-refused")

# Of a line that is about no push: the server's owner has put evidence of landed tags into a file.
ARCHIVED: Literal["archived"] = "archived"

# Who may push must not be able to fill the disk with pushes that are refused;
# of what is accepted every ref is listed, which then costs the pusher more than us.
MOST_OF_A_REFUSED_PUSH = 1000

# A tag object can hold a name of megabytes, which a message would repeat.
LONGEST_TEXT = 2000

# So much of a file is read at a time from its end.
STEP = 1 << 16

HEX = frozenset("0123456789abcdef")


class ArchiveFile(Record):
    """A bundle of evidence: its path, relative where it lies in the repository, and its digest."""

    path: str
    sha256: str


class Entry(Record):
    """What is logged of one push, or of an archive.

    `hook` names the hook that judged. `verdicts` holds one for each policy,
    `emergency` the reason for each rule that an emergency broke. `error` says
    what kept the push from being judged. `guarded` is False where the push
    lock ended with the hook. An incomplete landing lists as `updates` what did
    not land of the push that the line `of_line` is about, and as `verdicts`
    what that breaks. An `archive` lists as `updates` the refs that go once it
    is logged.
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
    """The end of a line. `hash` is the one written there; `intact` tells whether it matches the line's content."""

    number: int
    previous: str
    hash: str
    intact: bool


def outcome_of(verdicts: Sequence[Verdict], emergency: Mapping[str, str]) -> Outcome:
    """What becomes of a push that was judged, `emergency` being the rules that were broken by one."""
    if not all(verdict.accepted for verdict in verdicts):
        return "refused"
    if any(finding.severity == "error" for verdict in verdicts for finding in verdict.findings):
        return "would-be-refused"
    return "emergency" if emergency else "accepted"


def leaves_a_line(updates: Sequence[RefUpdate], verdicts: Sequence[Verdict]) -> bool:
    """Whether a push is logged: of our tags, of approvals or of a policy, unless it is accepted and changes nothing."""
    if all(verdict.accepted for verdict in verdicts) and all(update.old == update.new for update in updates):
        return False
    if any(update.ref.startswith(APPROVALS_ROOT) for update in updates):
        return True
    return any(verdict.judged or verdict.findings or verdict.policy_source.endswith(AS_PUSHED) for verdict in verdicts)


def encode_entry(entry: Entry) -> list[str]:
    """The fields of `entry` as JSON, without the braces: what the lock need not be held for."""
    lands = entry.outcome in LANDING
    kept = lands or entry.outcome in ("incomplete", ARCHIVED)
    # The deletion of a ref that never existed, say, comes to nothing.
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
    """The whole line with its newline, and its hash.

    `dropped` counts the bytes of a torn line that stood in this one's place.
    """
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    torn = [f'"dropped_bytes":{dropped}'] if dropped else []
    begin, end = f'{{"time":"{second}.{int(now * 1000) % 1000:03}Z"', f'"line":{number},"previous":"{previous}"'
    # A large push has megabytes: they are copied as seldom as can be.
    content = ",".join([begin, *fields, *torn, end]).encode("ascii")
    digest = sha256(content)
    return content + f',"hash":"{digest}"}}\n'.encode("ascii"), digest


def read_seal(line: bytes) -> Seal | None:
    """The seal of a whole line without its newline; None if it has none."""
    found = read_end(line)
    if found is None:
        return None
    content, _, _ = line.rpartition(b',"hash":"')
    return found._replace(intact=line[:1] == b"{" and sha256(content) == found.hash)


def read_end(line: bytes) -> Seal | None:
    """The seal at the end of a line, of which the beginning may be missing; its content is not looked at."""
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
    """The number and hash that the head file holds; None for nothing that can be read."""
    number, _, digest = content.rstrip().decode("ascii", "replace").partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) < 20 and is_hash(digest)):
        return None
    return Seal(int(number), "", digest, True)


def end_of_lines(log: int, size: int) -> int:
    """Where the last whole line among the first `size` bytes ends."""
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
    """Whether `text` is a hash as the log writes them."""
    return len(text) == 64 and HEX.issuperset(text)


def quoted(text: str) -> str:
    """`text` as a JSON string in ASCII; lone surrogates become escapes that `json.loads` gives back."""
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
