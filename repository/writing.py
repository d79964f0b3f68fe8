"""Makes annotated tags, takes them back, and pushes."""

from __future__ import annotations

from ..policy.errors import CannotJudge
from ..policy.record import Record
from .processes import run, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .git_command import Git


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


def committer(git: Git) -> Identity:
    """Who Git would name as the tagger. Raises CannotJudge, in Git's words, where it does not know."""
    ident = run(git.command("var", "GIT_COMMITTER_IDENT"), environment=git.surroundings)[1]
    who, _, rest = ident.decode("utf-8", "surrogateescape").rstrip("\n").rpartition("> ")
    return Identity(f"{who}>", rest.partition(" ")[2])


def store_tag(git: Git, name: str, raw: bytes) -> str:
    """Stores this tag object and makes the ref `name` of it; returns the object's id.

    A ref of that name is never replaced. Raises CannotJudge with Git's words
    where it fails; then there is no ref.
    """
    oid = _write(git, ["hash-object", "-t", "tag", "-w", "--stdin"], raw, {}).decode("ascii").strip()
    nothing = "0" * len(oid)
    run(git.command("update-ref", "--", f"refs/tags/{name}", oid, nothing), environment=git.surroundings)
    return oid


def write_tag(git: Git, draft: TagDraft, *, sign: bool = False) -> str:
    """Stores the tag and makes its ref; returns the object's id.

    A ref of that name is never replaced. With `sign` Git signs as its own
    configuration says (`gpg.format`, `user.signingKey`), after exactly the
    bytes of the draft. Raises CannotJudge with Git's words where it fails;
    then there is no ref.
    """
    oid = _sign(git, draft) if sign else _store(git, draft)
    if not sign:
        nothing = "0" * len(oid)
        run(git.command("update-ref", "--", f"refs/tags/{draft.name}", oid, nothing), environment=git.surroundings)
    return oid


def delete_tag(git: Git, name: str, oid: str) -> None:
    """Deletes the tag if it still names this object; raises CannotJudge with Git's words if not."""
    run(git.command("update-ref", "-d", "--", f"refs/tags/{name}", oid), environment=git.surroundings)


def push(git: Git, remote: str, refspecs: Sequence[str], *, options: Sequence[str] = ()) -> bool:
    """Pushes these refspecs, all or none; says whether it succeeded.

    What Git and the server say goes to our stderr. `options` are for the
    server (`git push -o`). Raises CannotJudge where Git can't be started.
    """
    to_server = [f"--push-option={option}" for option in options]
    command = git.command("push", "--atomic", *to_server, "--", remote, *refspecs)
    return start(command, environment=git.surroundings, stdin=0, to_terminal=True).finish() == 0


def _store(git: Git, draft: TagDraft) -> str:
    output = _write(git, ["hash-object", "-t", "tag", "-w", "--stdin"], draft.raw(), {})
    return output.decode("ascii").strip()


def _sign(git: Git, draft: TagDraft) -> str:
    """Lets `git tag` sign: only it knows every signing format and every setting of them."""
    name = f"refs/tags/{draft.name}"
    message = draft.message.encode("utf-8", "surrogateescape")
    options = ["tag", "--sign", "--cleanup=verbatim", "--file=-", "--", draft.name, draft.target]
    _write(git, options, message, {"GIT_COMMITTER_DATE": f"@{draft.time} {draft.tagger.zone}"})
    oid = git.line("for-each-ref", "--format=%(objectname)", "--count=1", "--", name)
    if not git.run("cat-file", "tag", oid)[1].startswith(draft.raw()):
        delete_tag(git, draft.name, oid)
        raise CannotJudge(
            f"Git signed another text for {draft.name!a} than was judged, so the tag was deleted again. "
            "Look for settings that change what `git tag --sign` writes (`git config --get-regexp '^(tag|i18n)'`)."
        )
    return oid


def _write(git: Git, arguments: Sequence[str], given: bytes, extra: Mapping[str, str]) -> bytes:
    return run(git.command(*arguments), environment={**git.surroundings, **extra}, given=given)[1]
