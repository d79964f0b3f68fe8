"""Every key of every JSON document, with the type of its value and its meaning.

A key has the same meaning and type in the output of every command; a shape
(`shape.py`) only adds whether it may be null or absent, and which keys the
objects in its value have. The one exception is `old` and `new`, which are ids
in the push log and values in the output of `diff`.
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
# The shape that names a key of these types says which keys the objects have.
OBJECT = {"type": "object"}
OBJECTS = {"type": "array", "items": OBJECT}
TEXTS = {"type": "array", "items": TEXT}
ID = {"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TIME = {"type": "string", "pattern": r"^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"}
OUTCOMES = ("accepted", "refused", "emergency", "would-be-refused", "could-not-judge", "busy", "incomplete", "archived")
STATES = ("waiting", "ready", "overtaken", "expired", "landed", "withdrawn")


class Key(Record):
    """The type of a key's value as JSON Schema, and its meaning."""

    type: Mapping[str, Any]
    doc: str


def one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def by_name(values: Mapping[str, Any]) -> dict[str, Any]:
    """The type of an object that maps names (of hooks, rules, stages …) to values of the type `values`."""
    return {"type": "object", "additionalProperties": values}


KEYS: dict[str, Key] = {
    "accepted": Key(
        FLAG, "Whether the push is accepted; in mode `evaluate` false only for changes that would invalidate approvals."
    ),
    "active": Key(FLAG, "Whether the version is registered and was not deregistered."),
    "allowed": Key(FLAG, "Whether the push is accepted, as far as that depends on the pusher."),
    "after": Key(TEXT, "What the stage holds afterwards: a version, or a commit without one."),
    "answers": Key(OBJECTS, "All answers to a query, the one that counts first."),
    "approvals": Key(OBJECTS, "Approvals and revocations of a proposal, by person."),
    "archive": Key(OBJECT, "What was archived, in a line with the outcome `archived`."),
    "advice": Key(OBJECTS, "What to do next."),
    "artifact": Key(OBJECT, "The file or folder that the version is."),
    "assigned": Key(OBJECTS, "The stages that hold the version, and by which tags."),
    "at": Key(TIME, "The time for which the answer holds, if one was asked for."),
    "before": Key(TEXT, "What the stage holds now: a version, or a commit without one."),
    "because": Key(TEXT, "The reason."),
    "by": Key(one_of("push-log", "tagger"), "The source of the answer: the push log, or the dates of the tags."),
    "broken": Key(TEXTS, "The rules that the push broke."),
    "code": Key(OBJECTS, "The inputs of the artifact that are in Git."),
    "changes": Key(OBJECTS, "The differences between two versions; with --all also what is equal."),
    "command": Key(TEXT, "A command for a POSIX shell that does it."),
    "commands": Key(TEXTS, "Commands whose JSON output has a schema."),
    "commit": Key(ID, "The id of the commit that the tag points at."),
    "configuration": Key(OBJECTS, "Each value of a `tagwarden.*` setting in the server's configuration."),
    "content": Key(TEXT, "The whole content of the file."),
    "counts": Key(by_name(NUMBER), "The number of findings, by rule."),
    "created": Key(FLAG, "Whether the tag was written."),
    "current": Key(FLAG, "Whether the effect of the tag still holds."),
    "data": Key(OBJECTS, "The inputs of the artifact that are not in Git."),
    "deprecated": Key(FLAG, "Whether the model is deprecated."),
    "digests": Key(TEXTS, "Digests of the content: `sha256:`, `md5:` (DVC's), or `git:` (Git's id)."),
    "diff": Key({"type": "number"}, "The new value minus the old one, if both are numbers."),
    "done": Key(TEXTS, "What was done, in sentences."),
    "dropped_bytes": Key(NUMBER, "How many bytes of an unfinished line this one replaced."),
    "dump": Key(TEXT, "A command that prints the host's rules, as input for `host drift`."),
    "dvc_command": Key(OBJECT, "The DVC stage that made the artifact and the command that it ran, from `dvc.lock`."),
    "email": Key(TEXT, "The e-mail address."),
    "emergency": Key(by_name(TEXT), "The reason that the pusher gave for each rule that was broken in an emergency."),
    "endpoint": Key(TEXT, "The path of a request, relative to the root of the host's API."),
    "enough": Key(NUMBER, "How many people must approve."),
    "entry": Key(NUMBER, "Which `[[people.allow]]` decided, counted from 1."),
    "error": Key(TEXT, "What went wrong, as on stderr."),
    "events": Key(OBJECTS, "The events, the newest first unless another order was requested."),
    "examples": Key(OBJECTS, "Pushes that the rule accepts or refuses."),
    "existing": Key(TEXTS, "The tags that the server already has."),
    "explanation": Key(TEXT, "What the rule refuses, why, and how to fix it."),
    "file": Key(
        TEXT, "The path of a file: a policy, lines of the push log, archived approvals, or a site's first page."
    ),
    "file_count": Key(NUMBER, "How many files the site has."),
    "file_system": Key(TEXT, "The type of the file system that holds the repository."),
    "files": Key(OBJECTS, "The policy files that were checked."),
    "findings": Key(OBJECTS, "The rules that were broken."),
    "findings_in_all": Key(NUMBER, "How many findings there were, if not all are listed."),
    "fix": Key(TEXT, "A command, or a sentence with one, that fixes it."),
    "from": Key(OBJECT, "The version that is compared."),
    "globs": Key(TEXTS, "The models to which the override applies."),
    "guarded": Key(FLAG, "False if the push lock ended with the hook, before the refs were updated."),
    "hash": Key(HASH, "The SHA-256 of the line up to the comma before it."),
    "head": Key(HASH, "The hash of the newest line of the push log."),
    "holds": Key(TEXT, "The version that the stage of the tag holds now."),
    "has": Key(TEXTS, "Whose approvals count for the entry."),
    "hook": Key(
        one_of("pre-receive", "update", "none"), "The hook that judged; `none` for an action of the server's owner."
    ),
    "hooks": Key(by_name(TEXT), "The file of each hook that tagwarden installed, by the hook's name."),
    "host": Key(one_of("github", "gitlab", "gitea"), "The host whose rules are described."),
    "how": Key(TEXT, "How the pusher was identified, or why not."),
    "id": Key(TEXT, "The id of the policy: its blob id, or `sha256:` and the hash of a file that is not in Git."),
    "in_force": Key(FLAG, "Whether the hooks use this value."),
    "in_stages": Key(TEXTS, "The stages that hold this version."),
    "intact": Key(FLAG, "Whether the push log is complete and unchanged."),
    "judged": Key(NUMBER, "How many tags the push creates, moves or deletes."),
    "key": Key(TEXT, "The policy key that decides this, such as `versions.order`."),
    "known": Key(NUMBER, "How many findings are in the baseline; they are not listed."),
    "kind": Key(one_of(*KINDS), "What the tag does."),
    "lacks": Key(NUMBER, "How many approvals are missing."),
    "landed": Key(TEXTS, "The landed tags whose approvals were archived."),
    "last_refusal": Key(OBJECT, "The newest push that was not accepted, among the last 2000 lines of the push log."),
    "latest": Key(TEXT, "The highest active version of the model."),
    "line": Key(NUMBER, "A line's number, counted from 1."),
    "left": Key(OBJECTS, "The tags that were not pushed, and why."),
    "lines": Key(NUMBER, "How many complete lines the push log has."),
    "lock": Key(OBJECT, "What the push lock guarantees on this server."),
    "logged": Key(NUMBER, "The number of the newest line of the push log, 0 for none."),
    "may": Key(TEXT, "The question, in words."),
    "message": Key(TEXT, "A sentence that says what is wrong; for an event, the message of its tag."),
    "method": Key(one_of("POST", "PUT", "PATCH", "DELETE"), "The method of a request."),
    "metrics": Key(OBJECTS, "Metrics of the version."),
    "missing": Key(TEXTS, "The guarantees that do not hold on this server, in sentences."),
    "mistakes": Key(TEXTS, "What is wrong with the file, in sentences."),
    "mode": Key(one_of("enforce", "evaluate"), "The policy's mode: refuse pushes, or only report."),
    "model": Key(TEXT, "The model, as GTO spells it: `cv:seg`."),
    "model_count": Key(NUMBER, "How many models the site shows."),
    "models": Key(OBJECTS, "The models, by name."),
    "moves": Key(OBJECTS, "The stages that the tag moves."),
    "name": Key(TEXT, "The name of a person, a metric or a parameter."),
    "newly_refused": Key(OBJECTS, "The pushes that only the tried policy refuses."),
    "newly_wrong": Key(OBJECTS, "The errors in existing tags that only the tried policy finds."),
    "no_longer_refused": Key(OBJECTS, "The pushes that only the policy in force refuses."),
    "no_longer_wrong": Key(OBJECTS, "The errors in existing tags that only the policy in force finds."),
    "not_judged": Key(NUMBER, "How many pushes can't be judged again, because their objects no longer exist."),
    "new": Key(ID, "The new id of the ref; null: it is deleted."),
    "not": Key(TEXTS, "Whose approval does not count: the `tagger`, who signed the tag; the `pusher`, who lands it."),
    "notes": Key(TEXTS, "Remarks on the answer: which policy was used instead, what could not be determined."),
    "number": Key(NUMBER, "The version's ordinal number among all versions that the model ever had, from 1."),
    "object": Key(TEXT, "The tag object as it is, or would be, written."),
    "of": Key(TEXTS, "The principals and groups who may approve."),
    "of_line": Key(NUMBER, "The line of the push that landed only in part."),
    "oid": Key(ID, "The id of the tag object."),
    "old": Key(ID, "The old id of the ref; null: it did not exist."),
    "options": Key(TEXTS, "The policy keys that the rule reads."),
    "origin": Key(TEXT, "Where the value comes from: `built-in`, `file`, `.gto` or `override N`."),
    "outcome": Key(one_of(*OUTCOMES), "The outcome of the push."),
    "outdated": Key(NUMBER, "How many lines of the baseline match no finding."),
    "overrides": Key(OBJECTS, "The policy's `[[override]]` entries, in the order of the file."),
    "params": Key(OBJECTS, "Parameters of the version."),
    "path": Key(TEXT, "A path from the root of the repository."),
    "payload": Key(by_name(ANYTHING), "The body of a request, as the host's API takes it."),
    "policies": Key(OBJECTS, "Each policy that judged: the repository's, then the site's."),
    "policy": Key(OBJECT, "The policy that judged."),
    "portions": Key(
        {"type": "array", "items": TEXTS},
        "The tags that were or would be pushed, in order: a list for each push.",
    ),
    "previous": Key(HASH, "The hash of the previous line."),
    "principal": Key(TEXT, "A person's name in the allowed signers."),
    "problems": Key(TEXTS, "What is wrong and what to do, in sentences."),
    "program": Key(TEXT, "The version of tagwarden that the hooks start."),
    "proposal": Key(OBJECT, "The proposed tag."),
    "proposals": Key(OBJECTS, "What waits for approvals, the oldest first."),
    "proposed": Key(FLAG, "Whether the tag was pushed as a proposal."),
    "proven": Key(one_of("refuses", "reports", "no", "unknown"), "What happens to a bad tag that is pushed as a test."),
    "pushed": Key(FLAG, "Whether the tag was pushed."),
    "pusher": Key(OBJECT, "Who pushed, according to the hosting system."),
    "pushed_before": Key(NUMBER, "How many pushes of the push log were judged again."),
    "pushes": Key(OBJECTS, "Lines of the push log, the newest last."),
    "reach": Key(
        one_of("machine", "network", "unknown"),
        "Where the push lock holds: on this machine only; on all that share the file system; unknown.",
    ),
    "read": Key(NUMBER, "How many repositories had changed, and were read."),
    "reason": Key(TEXT, "The reason that the person gave; empty if none."),
    "ref": Key(TEXT, "The full name of a ref; null for a finding about the push as a whole."),
    "refs": Key(NUMBER, "How many refs there are."),
    "refused": Key(FLAG, "Whether the rule refuses the example."),
    "registered": Key(TIME, "When the version was registered, by the tagger's clock."),
    "remote": Key(TEXT, "The name of a remote, or its URL."),
    "removed": Key(NUMBER, "How many files were removed, because the site no longer needs them."),
    "repositories": Key(OBJECTS, "The same document for each repository."),
    "repository_count": Key(NUMBER, "How many repositories the site shows."),
    "repository": Key(TEXT, "The path of a repository."),
    "requests": Key(OBJECTS, "Requests to the host's API, in order."),
    "requirements": Key(OBJECTS, "The approvals that the policy requires."),
    "rule": Key(TEXT, "The id of a rule."),
    "rules": Key(OBJECTS, "All rules, in the order in which they are reported."),
    "said": Key(TEXT, "The output of the hooks about the bad tag."),
    "schema": Key({"const": 1}, "The number of this format."),
    "set_in": Key(TEXT, "Where the value is set, such as `file:/etc/gitconfig`."),
    "setting": Key(TEXT, "The name of a setting, in lower case."),
    "settings": Key(by_name(ANYTHING), "Policy keys with their values."),
    "severity": Key(one_of("error", "warning", "off"), "The severity of a violation of the rule."),
    "sha256": Key(HASH, "The SHA-256 of a file."),
    "signature": Key(FLAG, "Whether the tag must be signed."),
    "signer": Key(TEXT, "The principal of a signature."),
    "size": Key(NUMBER, "The size in bytes."),
    "source": Key(TEXT, "Where the policy comes from."),
    "stage": Key(TEXT, "The stage."),
    "stages": Key(
        by_name({"type": ["string", "null"]}),
        "What each stage (or each that the tag moves) holds: a version, or a commit without one.",
    ),
    "steps": Key(OBJECTS, "The differences between the host's rules and the policy, and how to remove each."),
    "state": Key(one_of(*STATES), "The state of the proposal."),
    "suggestions": Key(OBJECTS, "Stricter settings that all existing model tags already satisfy."),
    "summary": Key(TEXT, "What the rule refuses, in one sentence."),
    "tag": Key(TEXT, "The name of a tag."),
    "tagger": Key(TEXT, "The name of the tagger, as in the tag."),
    "tags": Key(TEXTS, "The pushed tags, in the notation of docs/rules.md."),
    "time": Key(TIME, "When it happened: by the tagger's clock; in the push log by the server's."),
    "title": Key(TEXT, "The title of the example."),
    "told_by": Key(TEXT, "The source: a file, `tag` for a trailer, or `Git` or `Git LFS` for the file itself."),
    "to": Key(OBJECT, "The version with which it is compared."),
    "toml": Key(TEXT, "The policy of the example."),
    "trailers": Key(
        {"type": "array", "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}},
        "The trailers of the message: pairs of key and value.",
    ),
    "troubles": Key(OBJECTS, "What is wrong with the push log."),
    "uid": Key(NUMBER, "The user id that the hook ran as: the pusher, according to the server's kernel."),
    "unless": Key(TEXTS, "Reasons to refuse the push anyway if it changes what a stage holds."),
    "until": Key(
        one_of("push", "hook", "unknown"),
        "How long the push lock is held: until the refs are updated, or until the hook ends.",
    ),
    "updates": Key(OBJECTS, "The refs of the push."),
    "updates_in_all": Key(NUMBER, "How many refs the push had, if not all are listed."),
    "updates_sha256": Key(HASH, "The SHA-256 of all refs of the push, if not all are listed."),
    "valid": Key(FLAG, "Whether the file has no mistakes."),
    "value": Key(ANYTHING, "The value (for a policy key, as in TOML); null if there is none."),
    "values": Key(OBJECTS, "Every key with its value and the origin of that value."),
    "verified": Key(FLAG, "Whether it is the artifact, and is signed as the policy requires."),
    "version": Key(TEXT, "The version, such as `v1.2.0`."),
    "version_count": Key(NUMBER, "How many active versions the model has."),
    "versions": Key(OBJECTS, "The versions, the newest first."),
    "what": Key(
        one_of("artifact", "data", "code", "command", "param", "metric", "trailer"), "What kind of thing it is."
    ),
    "worse": Key(FLAG, "Whether the metric has become worse, by the policy's `metrics.NAME.better`."),
    "who": Key(TEXT, "The pusher in question."),
    "why": Key(TEXT, "What the command is for."),
    "word": Key(one_of("approve", "revoke"), "Whether the person approved or revoked that approval."),
    "written": Key(NUMBER, "How many files of the site were written, because they differed."),
}
