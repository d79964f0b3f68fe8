"""The tags that a CI job's event is about, as the remote has them: a job's checkout lacks most of them."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.registry import read_tags
from ..repository.remote.names import is_remote, remote_to_push_to
from ..repository.remote.reader import RemoteReader, fetch_missing
from ..repository.remote.remote import DEFAULT_SECONDS, TIMEOUT_SETTING, Remote, seconds_for_remotes

if TYPE_CHECKING:
    from ..policy.registry.resolution import NamedTag


def tags_of_event(model: str) -> list[NamedTag]:
    """All tags of `model` (as tags spell it) that the clone's remote has; without a remote, those of the clone.

    Nothing is written into the clone. Raises CannotJudge where the remote does
    not give them.
    """
    git = Git.here()
    with ExitStack() as stack:
        configuration = stack.enter_context(closing(Configuration(git)))
        name = remote_to_push_to(git)
        listing = None
        if is_remote(git, name):
            seconds = seconds_for_remotes(configuration.get(TIMEOUT_SETTING), DEFAULT_SECONDS)
            remote = Remote(git, name, seconds=seconds)
            listing = remote.list([model])
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tagwarden-"))
            git = fetch_missing(git, remote, listing.tags, into=folder)
        reader = stack.enter_context(closing(RemoteReader(git, listing, remote=None)))
        return list(read_tags(reader, [model]))
