"""Has Git sign a tag that is not yet in the repository."""

from __future__ import annotations

import os
import tempfile

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ..git.command import Git
from ..git.processes import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .writing import TagDraft

WHICH_KEY = (
    "Git signs with the key that `git config user.signingKey` names, else with one for your e-mail, in the format that "
    "`git config gpg.format` names: openpgp (the default), ssh or x509."
)
_SETTINGS = "^(gpg|i18n|tag|user)\\."


def signs_by_itself(git: Git) -> bool:
    """Whether `git tag -a` signs unasked: `tag.gpgSign` or `tag.forceSignAnnotated` is set (git-config(1))."""
    settings = ("tag.gpgSign", "tag.forceSignAnnotated")
    return any(git.line("config", "--type=bool", "--get", name, accepted=(0, 1)) == "true" for name in settings)


def signed(git: Git, draft: TagDraft) -> bytes:
    """The tag object of `draft` with a signature, made by `git tag --sign` in a repository that is deleted again.

    Only Git itself knows every signing format and every setting of them
    (`gpg.format`, `user.signingKey`, …); those of this repository count.
    Raises CannotJudge, in Git's words, where it can't sign.
    """
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        there = Git.at(folder)
        id_format = "sha256" if len(draft.target) == 64 else "sha1"
        _run(there, ["init", "--quiet", "--bare", f"--object-format={id_format}"], {})
        environment = {
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _objects_of(git),
            "GIT_COMMITTER_DATE": f"@{draft.time} {draft.tagger.zone}",
            **_settings(git),
        }
        options = ["tag", "--sign", "--cleanup=verbatim", "--file=-", "--", draft.name, draft.target]
        try:
            _run(there, options, environment, draft.message.encode("utf-8", "surrogateescape"))
        except CannotJudge as problem:
            raise CannotJudge(f"{problem}\n{WHICH_KEY}") from None
        raw = _run(there, ["cat-file", "tag", TAGS + draft.name], environment)
    if not raw.startswith(draft.raw()):
        raise CannotJudge(
            f"Git signed another text for {draft.name!r} than was to be judged. Look for settings that change "
            "what `git tag --sign` writes (`git config --get-regexp '^(tag|i18n)'`)."
        )
    return raw


def _objects_of(git: Git) -> str:
    folder = git.line("rev-parse", "--git-path", "objects")
    ours = os.path.abspath(os.path.join(git.directory or ".", folder))
    others = git.user_environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    return ours if not others else f"{ours}{os.pathsep}{others}"


def _settings(git: Git) -> dict[str, str]:
    """The settings that signing goes by, wherever they are set, as the environment carries them (git-config(1))."""
    listed = git.run("config", "--null", "--get-regexp", _SETTINGS, accepted=(0, 1))[1]
    variables = {}
    entries = [entry.decode("utf-8", "surrogateescape") for entry in listed.split(b"\0") if entry]
    for number, entry in enumerate(entries):
        key, newline, value = entry.partition("\n")
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value if newline else "true"
    return {**variables, "GIT_CONFIG_COUNT": str(len(entries))}


def _run(git: Git, arguments: list[str], extra: dict[str, str], given: bytes = b"") -> bytes:
    return run(git.command(*arguments), environment={**git.user_environment, **extra}, given=given)[1]
