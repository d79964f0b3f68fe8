"""The version in a file of a commit, if the policy names such a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policy.budget import Budget
from ..policy.objects.needed_files import MOST_FILE_BYTES

if TYPE_CHECKING:
    from ..policy.grammar.versions import Version
    from ..policy.settings import Settings
    from ..repository.making.tag_maker import TagMaker


def version_from_file(maker: TagMaker, settings: Settings, commit: str) -> Version | None:
    """The version in `target.version-file` at a commit; None if there is none, or if it is already registered.

    A file that is not valid also gives None; the rule `target-version` reports
    it. Raises CannotJudge if the repository can't be read, or if parsing takes
    too long.
    """
    path, key = settings.target.version_file
    if path is None or settings.levels["target-version"] == "off":
        return None
    (content,) = maker.reader.files([(commit, path)], limit=MOST_FILE_BYTES + 1)
    if content is None:
        return None
    from ..policy.objects.document_files import DocumentFiles
    from ..policy.objects.version_file import version_in

    budget = Budget()
    try:
        found = version_in(content, path, key, DocumentFiles(budget), budget)
    except ValueError:
        return None
    taken = {name.version.precedence for name in maker.known.names if name.kind == "register" and name.version}
    return None if found.precedence in taken else found
