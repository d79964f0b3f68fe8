"""The shapes of documents that several commands print, or that are made outside of a command."""

from __future__ import annotations

from .shape import holding, if_any, or_null, shape

# For answers about an earlier time: the time, and the source of the answer.
AS_OF = (if_any("at"), if_any("by"))

SOURCE = shape("source", "A policy.", "source", or_null("id"))

FINDING = shape(
    "finding", "A breach of a rule: what is wrong, why it matters, and how to fix it.",
    "rule", "severity", or_null("ref"), or_null("tag"), or_null("model"), "message", or_null("key"), or_null("fix"),
)  # fmt: skip

VERDICT = shape(
    "verdict", "The verdict on a push.",
    "schema", "accepted", "mode", holding("policy", SOURCE), "notes", holding("findings", FINDING), "judged",
)  # fmt: skip

FAILURE = shape(
    "error", "The error of any command that ends without an answer, with exit status 1, 2 or 3.",
    "schema", "accepted", "error", holding("findings", FINDING),
)  # fmt: skip

LOGGED_FINDING = shape(
    "logged finding", "A finding as stored in the push log.",
    "rule", "severity", or_null("ref"), "message",
)  # fmt: skip

LOGGED_VERDICT = shape(
    "logged verdict", "The verdict of one policy.",
    "source", or_null("id"), "mode", "accepted", holding("findings", LOGGED_FINDING), if_any("findings_in_all"),
    "notes",
)  # fmt: skip

LOGGED_PUSH = shape(
    "logged push", "One line of the push log.",
    "time", "outcome", "hook",
    holding("pusher", shape("pusher", "Who pushed.", or_null("name"), or_null("email"), "how", if_any("uid"))),
    holding("updates", shape("update", "One ref of a push.", "ref", or_null("old"), or_null("new"))),
    if_any("updates_in_all"), if_any("updates_sha256"),
    holding("policies", LOGGED_VERDICT),
    if_any("emergency"), if_any("of_line"),
    if_any(holding("archive", shape("archive", "The bundle with archived proposals and approvals.", "file", "sha256"))),
    if_any("guarded"), if_any("error"), if_any("dropped_bytes"),
    "line", "previous", "hash",
)  # fmt: skip
