"""Examples of accepted and refused pushes, as data: each is a test and stands in the docs."""

from __future__ import annotations

from ..record import Record


class Example(Record):
    """One push.

    A tag is written `NAME [on COMMIT] [at SECOND] [lightweight] [says NAME]
    [tagger TEXT] [committed SECOND] [encoding NAME] [nested DEPTH] [paths COUNT] [damaged HOW]
    [signed PRINCIPAL] [with MESSAGE]` with `c1` and `1` as
    defaults; `signed nobody` means: by no allowed signer. `delete NAME` and
    `move NAME …` stand for themselves. The pusher is `ada`.
    `existing` are the tags that the server has. `policy` is TOML. `refused`
    tells whether the rule whose file this stands in objects.
    """

    title: str
    pushed: tuple[str, ...]
    refused: bool
    existing: tuple[str, ...] = ()
    policy: str = ""
