"""Which policy a command goes by: the one in force in the repository at hand, or one that is named."""

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

NOWHERE = PolicySource("built-in", "built-in", None, None, None)


def policy_in_force(*, remote: str | None = None, git: Git | None = None) -> LoadedPolicy:
    """The server's policy in a bare repository, else the clone's as for a push to `remote`.

    Without `remote` it is the one that `git push` would take, without `git`
    the repository is the one at hand. Outside of any repository it is the
    built-in policy. Raises CannotJudge where the policy can't be read.
    """
    git = git or Git.here()
    try:
        bare = git.line("rev-parse", "--is-bare-repository") == "true"
    except CannotJudge as error:
        if "not a git repository" not in str(error):
            raise
        return load_source(NOWHERE)
    if bare:
        git = git.with_settings_file(settings_file_of(git.common_folder()))
    with closing(Configuration(git)) as configuration, closing(GitProgram(git)) as reader:
        if bare:
            source = server_policy(reader, configuration)
        else:
            source = client_policy(
                reader, configuration, remote=remote or remote_to_push_to(git), work_tree=git.work_tree()
            )
        loaded, declared = load_source(source), declared_stages(reader, source.commit)
    notes = (*loaded.notes, declared.note) if declared.note is not None else loaded.notes
    return loaded._replace(declared_stages=declared.names, notes=notes)


def site_policy_in_force() -> LoadedPolicy:
    """The site's policy. Raises Refused where none is set, CannotJudge where it can't be read."""
    found = _site_policy(Git.here())
    if found is None:
        raise Refused("no site policy is set here (`git config tagwarden.sitePolicy`)")
    return found


def site_policy_beside(loaded: LoadedPolicy, git: Git) -> LoadedPolicy | None:
    """The site's policy, which judges beside `loaded` what is pushed to a bare repository; None where there is none.

    Raises CannotJudge where it can't be read.
    """
    if git.line("rev-parse", "--is-bare-repository") != "true":
        return None
    found = _site_policy(git)
    return found and found._replace(declared_stages=loaded.declared_stages)


def _site_policy(git: Git) -> LoadedPolicy | None:
    git = git.with_settings_file(settings_file_of(git.common_folder()))
    with closing(Configuration(git)) as configuration, closing(GitProgram(git)) as reader:
        source = site_policy(reader, configuration)
    return load_source(source, site=True) if source is not None else None


def policy_in_file(file: str, *, site: bool = False) -> LoadedPolicy:
    """The policy in `file`. Raises Refused where there is none, CannotJudge where it can't be read."""
    try:
        source = PolicySource("configured", file, None, read_input(file), None)
    except FileNotFoundError:
        raise Refused(f"there is no file {escape(file)}") from None
    return load_source(source, site=site)


def read_input(path: str) -> bytes:
    """The content of a policy file, `-` being standard input; no more than shows that it is too large.

    Raises FileNotFoundError, and CannotJudge where it can't be read.
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
