"""Which policy a command uses: the one in force in the repository at hand, or one that is named."""

from __future__ import annotations

import sys
from contextlib import closing

from ..policy.errors import CannotJudge
from ..policy.file.load import MOST_BYTES
from ..report.escape import escape
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.git.program import GitProgram
from ..repository.remote.names import remote_to_push_to
from ..repository.trusted.gto_file import declared_stages
from ..repository.trusted.loaded_policy import LoadedPolicy, load_source
from ..repository.trusted.policy_source import PolicySource, client_policy, server_policy, site_policy
from ..server_hooks.machine_settings import settings_file_of
from .errors import Refused

BUILT_IN = PolicySource("built-in", "built-in", None, None, None)


def policy_in_force(
    *, remote: str | None = None, git: Git | None = None, reader: GitProgram | None = None
) -> LoadedPolicy:
    """The server's policy in a bare repository, otherwise the clone's for a push to `remote`.

    `remote` defaults to the one that `git push` would use. The repository is that
    of `reader`, which stays open, or of `git`, or else the current one. Outside of
    any repository the built-in policy is in force. Raises CannotJudge if the
    policy can't be read.
    """
    git = git or (reader.git if reader else Git.here())
    try:
        git = _with_settings(git)
    except CannotJudge as error:
        if "not a git repository" not in str(error):
            raise
        return load_source(BUILT_IN)
    with closing(Configuration(git)) as configuration:
        if reader is not None:
            return _own_policy(git, reader, configuration, remote)
        with closing(GitProgram(git)) as own:
            return _own_policy(git, own, configuration, remote)


def policies_in_force(reader: GitProgram) -> tuple[LoadedPolicy, LoadedPolicy | None]:
    """The policy in force, and for a bare repository the site's policy, which also judges pushes (None: none).

    Raises CannotJudge if one of them can't be read.
    """
    git = _with_settings(reader.git)
    with closing(Configuration(git)) as configuration:
        own = _own_policy(git, reader, configuration, None)
        site = site_policy(reader, configuration) if git.is_bare() else None
    if site is None:
        return own, None
    return own, load_source(site, site=True)._replace(declared_stages=own.declared_stages)


def site_policy_in_force() -> LoadedPolicy:
    """The site's policy. Raises Refused if none is configured, CannotJudge if it can't be read."""
    git = Git.here()
    git = git.with_settings_file(settings_file_of(git.common_folder()))
    with closing(Configuration(git)) as configuration, closing(GitProgram(git)) as reader:
        source = site_policy(reader, configuration)
    if source is None:
        raise Refused("no site policy is configured here (`git config tagwarden.sitePolicy`)")
    return load_source(source, site=True)


def _with_settings(git: Git) -> Git:
    """Git with the settings file that the hook of a server's repository uses; unchanged in a clone."""
    return git.with_settings_file(settings_file_of(git.common_folder())) if git.is_bare() else git


def _own_policy(git: Git, reader: GitProgram, configuration: Configuration, remote: str | None) -> LoadedPolicy:
    if git.is_bare():
        source = server_policy(reader, configuration)
    else:
        source = client_policy(
            reader, configuration, remote=remote or remote_to_push_to(git), work_tree=git.work_tree()
        )
    loaded, declared = load_source(source), declared_stages(reader, source.commit)
    notes = (*loaded.notes, declared.note) if declared.note is not None else loaded.notes
    return loaded._replace(declared_stages=declared.names, notes=notes)


def policy_in_file(file: str, *, site: bool = False) -> LoadedPolicy:
    """The policy in `file`. Raises Refused if there is no such file, CannotJudge if it can't be read."""
    try:
        source = PolicySource("configured", file, None, read_input(file), None)
    except FileNotFoundError:
        raise Refused(f"there is no file {escape(file)}") from None
    return load_source(source, site=site)


def read_input(path: str) -> bytes:
    """The content of a policy file (`-`: standard input), cut off just above the size limit.

    Raises FileNotFoundError, and CannotJudge if it can't be read.
    """
    try:
        if path == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CannotJudge(f"{escape(path)} can't be read: {reason}") from error
