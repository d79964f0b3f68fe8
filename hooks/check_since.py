"""Judges the model tags for which CI may have started no job of their own, in a job that it did start.

GitHub starts no workflow for a push of more than three tags, and GitLab starts
only a few pipelines. Nothing records which tags were judged, so a job judges
every tag dated within some time, and always those without a date.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from typing import TYPE_CHECKING

from ..policy.grammar.names import TAGS
from ..policy.grammar.tag_name import parse_tag_name
from ..policy.objects.needed_files import MOST_FILE_BYTES
from ..policy.objects.tag_object import parse_tag_object
from ..policy.push import RefUpdate
from ..policy.verdict import merge_verdicts
from ..report.table import utc_text
from ..repository.git.command import Git
from ..repository.git.configuration import Configuration
from ..repository.judging.client_push import ClientPush, remote_of
from ..repository.registry import TAG_BYTES
from ..repository.remote.reader import RemoteReader, fetch_missing, with_objects_in
from ..repository.remote.remote import PATIENCE
from .check import destination_of, verdicts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..policy.verdict import Verdict
    from ..repository.trusted.policy_source import PolicySource


def check_since(
    verdict: Verdict, moment: int, *, excluding: str, remote: str | None = None, source: PolicySource | None = None
) -> Verdict:
    """`verdict`, combined with the verdicts on the remote's model tags that are dated at `moment` or later.

    Each is judged against what existed before it. Near misses and tags without a
    date are included; the tag `excluding` is not. `moment` is in seconds since
    1970. Raises NotFound and CannotJudge.
    """
    git = Git.here()
    with closing(Configuration(git)) as configuration, tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        destination = destination_of(git, remote, offline=False)
        if destination.url is None:
            return verdict
        asked = remote_of(destination, git, configuration, seconds=PATIENCE)
        listing = asked.list(None, heads=True)
        tags = {name: oid for name, oid in listing.tags.items() if parse_tag_name(name) is not None}
        seeing = fetch_missing(git, asked, tags, into=os.path.join(folder, "tags"))
        chosen = _dated_since(seeing, {name: oid for name, oid in tags.items() if name != excluding}, moment)
        if not chosen:
            return verdict
        objects = asked.fetch(
            [TAGS + name for name in chosen],
            into=os.path.join(folder, "files"),
            id_length=len(next(iter(chosen.values()))),
            largest_file=MOST_FILE_BYTES,
        )
        push = ClientPush((), destination, with_objects_in(seeing, objects), configuration, source, asks_library=True)
        verdicts = verdicts_of(
            [
                push._replace(updates=[RefUpdate(None, oid, TAGS + name)], listing=listing, landed=True)
                for name, oid in sorted(chosen.items())
            ]
        )
        count = f"{len(chosen)} other model tag{'s' if len(chosen) > 1 else ''}"
        note = f"judged as well: {count}, dated since {utc_text(moment)} or without a date"
        others = [one._replace(notes=(note,)) for one in verdicts]
        # An event of a branch was judged by no policy, so its verdict goes last.
        return merge_verdicts([verdict, *others] if verdict.judged else [*others, verdict])


def _dated_since(git: Git, tags: Mapping[str, str], moment: int) -> dict[str, str]:
    with closing(RemoteReader(git, None, remote=None)) as reader:
        chosen = {}
        for (name, oid), found in zip(tags.items(), reader.objects(list(tags.values()), limit=TAG_BYTES), strict=True):
            tagger = parse_tag_object(found.data, found.size).tagger if found.type == "tag" else None
            if tagger is None or tagger.time >= moment:
                chosen[name] = oid
        return chosen
