"""Makes annotated tags, takes them back, and pushes."""

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
    """Who tags: `Name <e-mail>`, and the zone of their clock (`+0200`)."""

    who: str
    zone: str


class TagDraft(Record):
    """An annotated tag that is not yet in the repository.

    `time` is in seconds since the epoch. `message` ends in a newline, as Git's
    own messages do.
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


# What Git says where it knows no name or address that it would write (its ident.c).
_NO_IDENTITY = ("identity unknown", "auto-detect", "empty ident", "disallowed characters")


def committer(git: Git) -> Identity:
    """Who Git would name as the tagger. Raises CannotJudge where it does not know."""
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
    """The id of this tag object, made as that of its target is (gitformat-loose(5)); nothing is stored."""
    id_length = len(raw.partition(b"\n")[0]) - len(b"object ")
    made = hashlib.new("sha256" if id_length == 64 else "sha1", usedforsecurity=False)
    made.update(b"tag %d\0" % len(raw))
    made.update(raw)
    return made.hexdigest()


def store_object(git: Git, raw: bytes) -> str:
    """Stores this tag object without a ref; returns its id. Raises CannotJudge with Git's words where it fails."""
    hashing = git.command("hash-object", "-t", "tag", "-w", "--stdin")
    return run(hashing, environment=git.user_environment, given=raw)[1].decode("ascii").strip()


def store_tag(git: Git, name: str, raw: bytes) -> str:
    """Stores this tag object and makes the ref `name` of it; returns the object's id.

    A ref of that name is never replaced. Raises CannotJudge with Git's words
    where it fails; then there is no ref.
    """
    oid = store_object(git, raw)
    nothing = "0" * len(oid)
    run(git.command("update-ref", "--", TAGS + name, oid, nothing), environment=git.user_environment)
    return oid


def delete_tag(git: Git, name: str, oid: str) -> None:
    """Deletes the tag if it still names this object; raises CannotJudge with Git's words if not."""
    run(git.command("update-ref", "-d", "--", TAGS + name, oid), environment=git.user_environment)


def push(git: Git, remote: str, refspecs: Sequence[str], *, options: Sequence[str] = ()) -> bool:
    """Pushes these refspecs, all or none; says whether it succeeded.

    What Git and the server say goes to our stderr. `options` are for the
    server (`git push -o`). Raises CannotJudge where Git can't be started, and
    KeyboardInterrupt only where that ended the push, too.
    """
    to_server = [f"--push-option={option}" for option in options]
    command = git.command("push", "--atomic", "--no-follow-tags", *to_server, "--", remote, *refspecs)
    pushing = start(command, environment=git.user_environment, stdin=0, to_terminal=True)
    try:
        return pushing.finish() == 0
    except KeyboardInterrupt:
        # The terminal interrupts Git as well. Until that has ended, the push goes on without us. It may have
        # been waited for just before, with a status that nobody has read.
        with suppress(CannotJudge):
            if pushing.finish() == 0:
                return True
        raise
