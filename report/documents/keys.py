"""Every key of every JSON document, with the type of its value and its meaning.

A key means one thing and has one type, whichever command prints it; a shape
(`shape.py`) only adds whether it may be null or absent, and what the objects
in it hold. The one exception is `old` and `new`, which scripts know from both
the push log (ids) and `diff` (values).
"""

from __future__ import annotations

from ...policy.grammar.tag_name import KINDS
from ...policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
NUMBER = {"type": "integer", "minimum": 0}
ANYTHING: dict[str, Any] = {}
# What these hold is said by the shape that names the key.
OBJECT = {"type": "object"}
OBJECTS = {"type": "array", "items": OBJECT}
TEXTS = {"type": "array", "items": TEXT}
ID = {"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TIME = {"type": "string", "pattern": r"^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"}
OUTCOMES = ("accepted", "refused", "emergency", "would-be-refused", "could-not-judge", "busy", "incomplete", "archived")
STATES = ("waiting", "ready", "overtaken", "expired", "landed", "withdrawn")


class Key(Record):
    """The type of a key's value, as JSON Schema, and what it says."""

    type: Mapping[str, Any]
    doc: str


def one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def by_name(values: Mapping[str, Any]) -> dict[str, Any]:
    """The type of an object whose keys are names that the document is about."""
    return {"type": "object", "additionalProperties": values}


KEYS: dict[str, Key] = {
    "accepted": Key(FLAG, "Whether the push is let through; in mode `evaluate` false only for what spoils approvals."),
    "active": Key(FLAG, "Whether the version is registered, and not deregistered since."),
    "allowed": Key(FLAG, "Whether the push is let through, as far as it depends on who pushes."),
    "after": Key(TEXT, "What the stage holds then: a version, or a commit without one."),
    "answers": Key(OBJECTS, "All answers to a query, the one that counts first."),
    "approvals": Key(OBJECTS, "What people say of a proposal, by their names."),
    "archive": Key(OBJECT, "What was archived, in a line of the outcome `archived`."),
    "artifact": Key(OBJECT, "The file or folder that the version is."),
    "assigned": Key(OBJECTS, "The stages that hold the version, and by which tags."),
    "at": Key(TIME, "The time as of which the answer holds, where one was asked for."),
    "before": Key(TEXT, "What the stage holds now: a version, or a commit without one."),
    "because": Key(TEXT, "The reason."),
    "by": Key(one_of("push-log", "tagger"), "Whether that is known from the push log, or from the dates of the tags."),
    "broken": Key(TEXTS, "The rules that the push broke."),
    "code": Key(OBJECTS, "What the artifact was made from and is in Git."),
    "changes": Key(OBJECTS, "What is different between two versions, or with --all what they hold."),
    "command": Key(TEXT, "A command for a POSIX shell that does it."),
    "commit": Key(ID, "The id of the commit that the tag points at."),
    "configuration": Key(OBJECTS, "Each value of a setting of ours that the server's configuration holds."),
    "content": Key(TEXT, "The whole content of the file."),
    "counts": Key(by_name(NUMBER), "How many findings there are, by rule."),
    "created": Key(FLAG, "Whether the tag was written."),
    "current": Key(FLAG, "Whether what the tag did still holds."),
    "data": Key(OBJECTS, "What the artifact was made from and is not in Git."),
    "deprecated": Key(FLAG, "Whether the model is marked as not to be used any more."),
    "digests": Key(TEXTS, "Digests of the content: `sha256:`, `md5:` as DVC has it, or `git:` and Git's id."),
    "diff": Key({"type": "number"}, "The new value less the old one, of numbers."),
    "done": Key(TEXTS, "What was done, in sentences."),
    "dropped_bytes": Key(NUMBER, "How many bytes of an unfinished line this one replaced."),
    "dump": Key(TEXT, "A command that prints what rules the host has, for `host drift` to read."),
    "dvc_command": Key(OBJECT, "The stage of DVC that made the artifact, and what it ran, by `dvc.lock`."),
    "email": Key(TEXT, "The e-mail address."),
    "emergency": Key(by_name(TEXT), "The reason that the pusher gave for each rule that was broken in an emergency."),
    "endpoint": Key(TEXT, "The path of a request, below the root of the host's API."),
    "enough": Key(NUMBER, "How many of them must approve."),
    "entry": Key(NUMBER, "Which `[[people.allow]]` decided, counted from 1."),
    "error": Key(TEXT, "What went wrong, as on stderr."),
    "events": Key(OBJECTS, "What happened, the newest first unless asked otherwise."),
    "examples": Key(OBJECTS, "Pushes that the rule accepts or refuses."),
    "existing": Key(TEXTS, "The tags that the server has already."),
    "explanation": Key(TEXT, "What the rule refuses, why, and how to fix it."),
    "file": Key(TEXT, "The path of a file: a policy, lines of the push log, or archived approvals."),
    "file_system": Key(TEXT, "The kind of file system that the repository lies on."),
    "files": Key(OBJECTS, "The policy files that were checked."),
    "findings": Key(OBJECTS, "The rules that were broken."),
    "findings_in_all": Key(NUMBER, "How many findings there were, where not all are listed."),
    "fix": Key(TEXT, "A command, or a sentence with one, that fixes it."),
    "from": Key(OBJECT, "The version that is compared."),
    "globs": Key(TEXTS, "The models that the override is for."),
    "guarded": Key(FLAG, "False where the push lock ended with the hook, before the refs were in place."),
    "hash": Key(HASH, "The SHA-256 of the line up to the comma before it."),
    "head": Key(HASH, "The hash of the newest line of the push log."),
    "holds": Key(TEXT, "The version that the stage of the tag holds now."),
    "has": Key(TEXTS, "Whose approvals count for the entry."),
    "hook": Key(
        one_of("pre-receive", "update", "none"), "The hook that judged; `none` of what the server's owner did."
    ),
    "hooks": Key(by_name(TEXT), "The file of each hook that tagwarden installed, by the hook's name."),
    "host": Key(one_of("github", "gitlab", "gitea"), "The host whose own rules are meant."),
    "how": Key(TEXT, "How the pusher is known, or why not."),
    "id": Key(TEXT, "The id of the policy: that of its blob, or `sha256:` and the hash of a file that is not in Git."),
    "in_force": Key(FLAG, "Whether the hooks go by this value."),
    "in_stages": Key(TEXTS, "The stages that hold this version."),
    "intact": Key(FLAG, "Whether the push log is whole and as it was written."),
    "judged": Key(NUMBER, "How many tags the push creates, moves or deletes."),
    "key": Key(TEXT, "The policy key that decides it, such as `versions.order`."),
    "known": Key(NUMBER, "How many findings the baseline knows; they are not listed."),
    "kind": Key(one_of(*KINDS), "What the tag does."),
    "lacks": Key(NUMBER, "How many approvals are missing."),
    "landed": Key(TEXTS, "The tags that have landed, and whose approvals are meant."),
    "last_refusal": Key(OBJECT, "The newest push that was not accepted, of the last 2000 lines of the push log."),
    "latest": Key(TEXT, "The highest active version of the model."),
    "line": Key(NUMBER, "A line's number, counted from 1."),
    "left": Key(OBJECTS, "The tags that were not pushed, and why."),
    "lines": Key(NUMBER, "How many whole lines the push log has."),
    "lock": Key(OBJECT, "What the push lock guarantees here."),
    "logged": Key(NUMBER, "The number of the newest line of the push log, 0 for none."),
    "may": Key(TEXT, "What was asked, in words."),
    "message": Key(TEXT, "A sentence that says what is wrong; of an event, the message of its tag."),
    "method": Key(one_of("POST", "PUT", "PATCH", "DELETE"), "The method of a request."),
    "metrics": Key(OBJECTS, "Metrics of the version."),
    "missing": Key(TEXTS, "Which guarantees do not hold here, in sentences."),
    "mistakes": Key(TEXTS, "What is wrong with the file, in sentences."),
    "mode": Key(one_of("enforce", "evaluate"), "The policy's mode: refuse, or only tell."),
    "model": Key(TEXT, "The model, as GTO spells it: `cv:seg`."),
    "models": Key(OBJECTS, "The models, by name."),
    "moves": Key(OBJECTS, "The stages that the tag moves."),
    "name": Key(TEXT, "The name of a person, a metric or a parameter."),
    "newly_refused": Key(OBJECTS, "The pushes that the tried policy alone refuses."),
    "newly_wrong": Key(OBJECTS, "The errors in standing tags that the tried policy alone sees."),
    "no_longer_refused": Key(OBJECTS, "The pushes that the policy in force alone refuses."),
    "no_longer_wrong": Key(OBJECTS, "The errors in standing tags that the policy in force alone sees."),
    "not_judged": Key(NUMBER, "How many pushes can't be judged again, for what they brought is not there."),
    "new": Key(ID, "The id that the ref gets; null: it is deleted."),
    "not": Key(TEXTS, "Whose approval does not count: `tagger`, who signed the tag; `pusher`, who lands it."),
    "notes": Key(TEXTS, "Sentences on the answer itself: which policy stood in, what could not be known."),
    "number": Key(NUMBER, "The ordinal of the version among all that the model ever had, from 1."),
    "object": Key(TEXT, "The tag object as it is, or would be, written."),
    "of": Key(TEXTS, "Who is asked: principals and groups."),
    "of_line": Key(NUMBER, "The line of the push that landed in part."),
    "oid": Key(ID, "The id of the tag object."),
    "old": Key(ID, "The id that the ref had; null: there was none."),
    "options": Key(TEXTS, "The policy keys that the rule reads."),
    "origin": Key(TEXT, "Where the value comes from: `built-in`, `file`, `.gto` or `override N`."),
    "outcome": Key(one_of(*OUTCOMES), "What became of the push."),
    "outdated": Key(NUMBER, "How many lines of the baseline are about nothing that was found."),
    "overrides": Key(OBJECTS, "The policy's `[[override]]` entries, in the order of the file."),
    "params": Key(OBJECTS, "Parameters of the version."),
    "path": Key(TEXT, "A path from the root of the repository."),
    "payload": Key(by_name(ANYTHING), "The body of a request, as the host's API takes it."),
    "policies": Key(OBJECTS, "Each policy that was asked: the repository's, then the site's."),
    "policy": Key(OBJECT, "The policy that was asked."),
    "portions": Key(
        {"type": "array", "items": TEXTS},
        "The tags that were pushed, or would be, in their order: a list for each push.",
    ),
    "previous": Key(HASH, "The hash of the line before."),
    "principal": Key(TEXT, "By what name the allowed signers know a person."),
    "problems": Key(TEXTS, "What is wrong and what to do, in sentences."),
    "program": Key(TEXT, "The version of tagwarden that the hooks start."),
    "proposal": Key(OBJECT, "A tag that is to land."),
    "proposals": Key(OBJECTS, "What waits for approvals, the oldest first."),
    "proposed": Key(FLAG, "Whether the tag was pushed as a proposal."),
    "proven": Key(one_of("refuses", "reports", "no", "unknown"), "What becomes of a bad tag."),
    "pushed": Key(FLAG, "Whether the tag was pushed."),
    "pusher": Key(OBJECT, "Who pushed, as the hosting system says."),
    "pushed_before": Key(NUMBER, "How many pushes of the push log were judged again."),
    "pushes": Key(OBJECTS, "Lines of the push log, the newest last."),
    "reach": Key(
        one_of("machine", "network", "unknown"),
        "For whom the push lock holds: this machine, which alone has the file system; all that share it; not known.",
    ),
    "reason": Key(TEXT, "Why, as whoever said it has it; empty for none."),
    "ref": Key(TEXT, "The full name of a ref; of a finding null where the push as a whole is meant."),
    "refs": Key(NUMBER, "How many refs that are."),
    "refused": Key(FLAG, "Whether the rule refuses the example."),
    "registered": Key(TIME, "When the version was registered, by the clock of who did it."),
    "remote": Key(TEXT, "The name of a remote, or its URL."),
    "repositories": Key(OBJECTS, "The same for each repository that was named."),
    "repository": Key(TEXT, "The path of a repository."),
    "requests": Key(OBJECTS, "Requests to the host's API, in their order."),
    "requirements": Key(OBJECTS, "What approvals the policy wants."),
    "rule": Key(TEXT, "The id of a rule."),
    "rules": Key(OBJECTS, "All rules, in the order in which they are reported."),
    "said": Key(TEXT, "What the hooks said about the bad tag."),
    "schema": Key({"const": 1}, "The number of this format."),
    "set_in": Key(TEXT, "Where the value stands, such as `file:/etc/gitconfig`."),
    "setting": Key(TEXT, "The name of a setting, in lower case."),
    "settings": Key(by_name(ANYTHING), "Policy keys with their values."),
    "severity": Key(one_of("error", "warning", "off"), "What breaking the rule does."),
    "sha256": Key(HASH, "The SHA-256 of a file."),
    "signature": Key(FLAG, "Whether the tag must be signed."),
    "signer": Key(TEXT, "The principal of a signature."),
    "size": Key(NUMBER, "How many bytes there are."),
    "source": Key(TEXT, "Where the policy comes from."),
    "stage": Key(TEXT, "The stage."),
    "stages": Key(
        by_name({"type": ["string", "null"]}),
        "What each stage holds, or each that the tag moves: a version, or a commit without one.",
    ),
    "steps": Key(OBJECTS, "What the host's rules differ in from what the policy implies, and what puts it right."),
    "state": Key(one_of(*STATES), "What becomes of a proposal."),
    "suggestions": Key(OBJECTS, "Stricter settings that all model tags here satisfy already."),
    "summary": Key(TEXT, "What the rule refuses, in one sentence."),
    "tag": Key(TEXT, "The name of a tag."),
    "tagger": Key(TEXT, "The name of who made the tag, as the tag says."),
    "tags": Key(TEXTS, "The pushed tags, in the notation of docs/rules.md."),
    "time": Key(TIME, "When it happened: by the tagger's clock; in the push log by the server's."),
    "title": Key(TEXT, "What the example is about."),
    "told_by": Key(TEXT, "The file that says so; `tag` for a trailer, `Git` or `Git LFS` for a file itself."),
    "to": Key(OBJECT, "The version that it is compared with."),
    "toml": Key(TEXT, "The policy of the example."),
    "trailers": Key(
        {"type": "array", "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}},
        "The trailers of the message: pairs of key and value.",
    ),
    "troubles": Key(OBJECTS, "What is wrong with the push log."),
    "uid": Key(NUMBER, "The user id that the hook ran with: who pushed, as the kernel of the server knows them."),
    "unless": Key(TEXTS, "Reasons to refuse the push after all where it changes what a stage holds."),
    "until": Key(
        one_of("push", "hook", "unknown"), "How long the push lock is kept: until the refs are in place, or less."
    ),
    "updates": Key(OBJECTS, "The refs of the push."),
    "updates_in_all": Key(NUMBER, "How many refs the push had, where not all are listed."),
    "updates_sha256": Key(HASH, "The SHA-256 of all refs of the push, where not all are listed."),
    "valid": Key(FLAG, "Whether there is no mistake."),
    "value": Key(ANYTHING, "The value, of a policy key as TOML has it; null for none."),
    "values": Key(OBJECTS, "Every key with its value and where that comes from."),
    "verified": Key(FLAG, "Whether it is the artifact, and signed as the policy wants."),
    "version": Key(TEXT, "The version, such as `v1.2.0`."),
    "version_count": Key(NUMBER, "How many active versions the model has."),
    "versions": Key(OBJECTS, "The versions, the newest first."),
    "what": Key(
        one_of("artifact", "data", "code", "command", "param", "metric", "trailer"), "What kind of thing it is."
    ),
    "worse": Key(FLAG, "Whether the metric has become worse, by the policy's `metrics.NAME.better`."),
    "who": Key(TEXT, "The pusher who was asked about."),
    "word": Key(one_of("approve", "revoke"), "Whether the person approves, or has taken that back."),
}
