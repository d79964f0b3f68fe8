"""Signs a tag by Git without storing it in the repository."""

from __future__ import annotations

import os
import tempfile

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.objects.tag_object import split_signature
from ..git.bare.empty import make_empty_repository
from ..git.configuration import parsed
from ..git.extra_environment import borrowing, with_settings
from ..git.processes import run, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.command import Git
    from .writing import TagDraft

WHICH_KEY = (
    "Git signs with the key that `git config user.signingKey` names, else with one for your e-mail, in the format that "
    "`git config gpg.format` names: openpgp (the default), ssh or x509."
)
_SETTINGS = "^(gpg|i18n|tag|user)\\."


def signs_by_itself(git: Git) -> bool:
    """Whether `git tag -a` signs by default: `tag.gpgSign` or `tag.forceSignAnnotated` is set (git-config(1))."""
    settings = ("tag.gpgSign", "tag.forceSignAnnotated")
    return any(git.line("config", "--type=bool", "--get", name, accepted=(0, 1)) == "true" for name in settings)


def signed(git: Git, draft: TagDraft) -> bytes:
    """The signed tag object of `draft`, made by `git tag --sign` in a temporary repository.

    Only Git itself knows all signing formats and their settings (`gpg.format`, `user.signingKey`, …); those of this
    repository apply. Raises CannotJudge, with Git's message, if it can't sign.
    """
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        make_empty_repository(folder, sha256=len(draft.target) == 64)
        # From all configuration files that apply to this repository.
        settings = parsed(git.run("config", "--null", "--get-regexp", _SETTINGS, accepted=(0, 1))[1])
        environment = with_settings(borrowing(git.user_environment, git.place("--git-path", "objects")), settings)
        environment |= {"GIT_DIR": folder, "GIT_COMMITTER_DATE": f"@{draft.time} {draft.tagger.zone}"}
        message = os.path.join(folder, "TAG_EDITMSG")
        with open(message, "wb") as file:
            file.write(draft.message.encode("utf-8", "surrogateescape"))
        signing = ["git", "tag", "--sign", "--cleanup=verbatim", f"--file={message}", "--", draft.name, draft.target]
        child = start(signing, environment=environment)
        try:
            child.check()
        except CannotJudge as problem:
            raise CannotJudge(f"{problem}\n{WHICH_KEY}") from None
        finally:
            child.abandon()
        raw = run(["git", "cat-file", "tag", TAGS + draft.name], environment=environment)[1]
    if not raw.startswith(draft.raw()):
        raise CannotJudge(
            f"Git signed another text for {draft.name!r} than was to be judged. Look for settings that change "
            "what `git tag --sign` writes (`git config --get-regexp '^(tag|i18n)'`)."
        )
    if split_signature(raw[len(draft.raw()) :])[1] is None:
        # Git 2.39 exits with 0 if ssh-keygen fails, and leaves an unsigned tag.
        said = child.stderr_text()
        raise CannotJudge(f"`git tag --sign` did not sign {draft.name!r}{f': {said}' if said else ''}\n{WHICH_KEY}")
    return raw
