"""Finds the hooks that Git runs for each ref after pre-receive, and which can therefore refuse single refs.

Hook files are in one folder; since Git 2.54, hooks can also be configured
(githooks(5), git-hook(1)). gitolite's own rules are an `update` hook. On GitLab,
Git's own hooks belong to Gitaly and refuse nothing themselves; an administrator's
are in `custom_hooks`. Gitea and Forgejo have scripts that run what is in
`<hook>.d`, where `gitea` is their own.
"""

from __future__ import annotations

import os

from ..policy.grammar.names import TAGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PER_REF = ("update", "reference-transaction", "proc-receive")
# The files that Gitea and Forgejo themselves put into `<hook>.d`.
OF_THE_HOST = frozenset(("gitea", "forgejo"))


def find_per_ref_hook(common_dir: str, settings: Sequence[tuple[str, str]], host: str) -> str | None:
    """The hook that may refuse single refs after pre-receive, in the user's words; None if there is none.

    `settings` are the (name, value) pairs of `core`, `receive` and `hook` that Git obeys; `host` is the hosting
    system or "".
    """
    for name, value in settings:
        if name.startswith("hook.") and name.endswith(".event") and value in PER_REF[:2]:
            return f"the configured hook {name[len('hook.') : -len('.event')]!r} ({value})"
    for hook in PER_REF:
        if hook == "proc-receive" and not _handles_tags(settings):
            continue
        found = _of_gitlab(common_dir, hook) if host == "gitlab" else _in_folder(_folder(common_dir, settings), hook)
        if found is not None:
            return f"the hook {found}"
    return None


def _folder(common_dir: str, settings: Sequence[tuple[str, str]]) -> str:
    paths = [value for name, value in settings if name == "core.hookspath"]
    # A relative path starts where hooks run, which on a server is the repository.
    return os.path.expanduser(paths[-1]) if paths else os.path.join(common_dir, "hooks")


def _in_folder(folder: str, hook: str) -> str | None:
    file = os.path.join(folder, hook)
    if not os.access(file, os.X_OK) or os.path.isdir(file):
        return None
    # Imported only now, because most repositories have no such file.
    from ..repository.git.whole_file import read_start
    from ..repository.hook_files.our_files import KEPT_SUFFIX, is_our_text

    beginning = read_start(file)
    if is_our_text(beginning):
        behind = file + KEPT_SUFFIX
        return os.path.relpath(behind, os.path.dirname(folder)) if os.access(behind, os.X_OK) else None
    if f"{hook}.d".encode() in beginning and os.path.isdir(f"{file}.d"):
        return _of_delegate(f"{file}.d", folder)
    return os.path.relpath(file, os.path.dirname(folder))


def _of_gitlab(common_dir: str, hook: str) -> str | None:
    folder = os.path.join(common_dir, "custom_hooks")
    file = os.path.join(folder, hook)
    if os.path.isfile(file) and os.access(file, os.X_OK):
        return os.path.relpath(file, common_dir)
    return _of_delegate(f"{file}.d", folder)


def _of_delegate(folder: str, hooks: str) -> str | None:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return None
    from ..repository.git.whole_file import read_start
    from ..repository.hook_files.our_files import is_our_text

    for name in names:
        file = os.path.join(folder, name)
        runs = name not in OF_THE_HOST and os.path.isfile(file) and os.access(file, os.X_OK)
        if runs and not is_our_text(read_start(file)):
            return os.path.relpath(file, os.path.dirname(hooks))
    return None


def _handles_tags(settings: Sequence[tuple[str, str]]) -> bool:
    """Whether `receive.procReceiveRefs` covers tags: its values are prefixes after modifiers and a colon."""
    for name, value in settings:
        if name == "receive.procreceiverefs":
            prefix = value.rpartition(":")[2].rstrip("/")
            if "!" in value.partition(":")[0] or "refs/tags".startswith(prefix) or prefix.startswith(TAGS):
                return True
    return False
