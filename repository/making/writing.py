"""Stores annotated tags, deletes them, and pushes."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.record import Record
from ..git.processes import run, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..git.command import Git


class Identity(Record):
    """A tagger: `Name <e-mail>`, and the offset of their time zone (`+0200`)."""

    who: str
    zone: str


class TagDraft(Record):
    """An annotated tag that is not stored yet.

    `target` is the id of the object that it points at, `time` is in seconds since the epoch, and `message` ends with a
    newline.
    """

    name: str
    target: str
    target_type: str
    tagger: Identity
    time: int
    message: str

    def raw(self) -> bytes:
        """The bytes of the object, unsigned."""
        tagger = f"{self.tagger.who} {self.time} {self.tagger.zone}"
        lines = f"object {self.target}\ntype {self.target_type}\ntag {self.name}\ntagger {tagger}\n\n{self.message}"
        return lines.encode("utf-8", "surrogateescape")


# Parts of Git's messages if it has no name or e-mail address that it could write (ident.c).
_NO_IDENTITY = ("identity unknown", "auto-detect", "empty ident", "disallowed characters")


def committer(git: Git) -> Identity:
    """The tagger that Git would write. Raises CannotJudge if Git does not know the user's name or e-mail address."""
    command = git.command("var", "GIT_COMMITTER_IDENT")
    try:
        ident = run(command, environment=git.user_environment)[1]
    except CannotJudge as problem:
        if not any(words in str(problem) for words in _NO_IDENTITY):
            raise
        tell = "git config --global user.name 'YOUR NAME' && git config --global user.email YOU@EXAMPLE.COM"
        raise CannotJudge(f"Git does not know your name, which every tag must contain. Set it: {tell}") from None
    who, _, rest = ident.decode("utf-8", "surrogateescape").rstrip("\n").rpartition("> ")
    return Identity(f"{who}>", rest.partition(" ")[2])


def id_of_tag(raw: bytes) -> str:
    """The id of the tag object `raw`, in the object format of its target (gitformat-loose(5)); nothing is stored."""
    id_length = len(raw.partition(b"\n")[0]) - len(b"object ")
    made = hashlib.new("sha256" if id_length == 64 else "sha1", usedforsecurity=False)
    made.update(b"tag %d\0" % len(raw))
    made.update(raw)
    return made.hexdigest()


def store_object(git: Git, raw: bytes) -> str:
    """Store a tag object without a ref; returns its id. Raises CannotJudge, with Git's message, if that fails."""
    hashing = git.command("hash-object", "-t", "tag", "-w", "--stdin")
    return run(hashing, environment=git.user_environment, given=raw)[1].decode("ascii").strip()


def store_tag(git: Git, name: str, raw: bytes) -> str:
    """Store a tag object and create the tag `name`; returns the object's id.

    An existing tag is never replaced. Raises CannotJudge, with Git's message, if that fails; then no ref was created.
    """
    oid = store_object(git, raw)
    nothing = "0" * len(oid)
    run(git.command("update-ref", "--", TAGS + name, oid, nothing), environment=git.user_environment)
    return oid


def delete_tag(git: Git, name: str, oid: str) -> None:
    """Delete the tag if it still has the id `oid`; raises CannotJudge, with Git's message, if it does not."""
    run(git.command("update-ref", "-d", "--", TAGS + name, oid), environment=git.user_environment)


def push(git: Git, remote: str, refspecs: Sequence[str], *, options: Sequence[str] = ()) -> bool:
    """Push these refspecs atomically; returns whether that succeeded.

    The output of Git and the server goes to our stderr. `options` are push options for the server (`git push -o`).
    Raises CannotJudge if Git can't be started, and KeyboardInterrupt only if it ended the push, too.
    """
    to_server = [f"--push-option={option}" for option in options]
    command = git.command("push", "--atomic", "--no-follow-tags", *to_server, "--", remote, *refspecs)
    pushing = start(command, environment=git.user_environment, stdin=0, to_terminal=True)
    try:
        return pushing.finish() == 0
    except KeyboardInterrupt:
        # The terminal interrupts Git as well, but the push goes on until Git has ended. The interrupt may also have
        # come just after Git was reaped, when its status is lost.
        with suppress(CannotJudge):
            if pushing.finish() == 0:
                return True
        raise
