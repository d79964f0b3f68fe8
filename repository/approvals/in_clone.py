"""Who has approved a tag, as far as a repository can tell that need not be the server."""

from __future__ import annotations

from contextlib import closing

from ...policy.approvals.refs import APPROVALS, ROOT, proposal_ref
from ..git.configuration import Configuration
from ..git.program import GitProgram
from ..remote.reader import with_objects_in
from .identity import SETTING, repository_id
from .standing import StandingApprovals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Literal, Protocol

    from ...policy.approvals.quorum import Standing
    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ..git.command import Git
    from ..git.objects import RawObject
    from ..remote.remote import Remote
    from .standing import RefReader

    FindVerify = Callable[[GitProgram], Verify | None]

    class Approvals(Protocol):
        """Tells who has approved a tag; `untold` is set once an answer was that it can't be told."""

        untold: bool

        def of(self, tag: str) -> Standing | None:
            """What there is of the tag object with the id `tag`; None where that can't be told here."""


NOT_HERE = "whether tags have their approvals could not be told here, for these lie on the server: it judges [approved]"


class ApprovalsHere:
    """What the refs of one repository say. `untold` is set once an answer was that it can't be told."""

    def __init__(self, approvals: StandingApprovals | None) -> None:
        """Without `approvals` nothing can be told: the repository has none, and is not the server's."""
        self._approvals = approvals
        self.untold = False

    def of(self, tag: str) -> Standing | None:
        """What there is of the tag object with the id `tag`; None where that can't be told here."""
        standing = self._approvals.of(tag) if self._approvals is not None else None
        if self._approvals is None or tag in self._approvals.unverified:
            self.untold = True
            return None
        return standing


def approvals_here(policy: Policy, reader: RefReader, git: Git, verify: Verify | None) -> ApprovalsHere | None:
    """What tells who has approved a tag, by the refs of this repository; None where nobody need approve any.

    Raises CannotJudge on a server whose id is not the policy's.
    """
    if not policy.base.approvals.require:
        return None
    with closing(Configuration(git)) as configuration:
        is_server = configuration.get(SETTING) is not None
        known = repository_id(policy, configuration) if is_server else policy.base.approvals.repository
    if known is None or not (is_server or reader.refs_under(ROOT)):
        return ApprovalsHere(None)
    repository = known
    return ApprovalsHere(StandingApprovals(reader, verify, lambda: repository))


class ApprovalsOfRemote:
    """What the refs of a remote say, which is asked for each tag. `untold` is as in `ApprovalsHere`.

    `into` is a folder for what is fetched, `find_verify` makes what verifies
    signatures on the objects that a reader has.
    """

    def __init__(self, remote: Remote, git: Git, into: str, repository: str, find_verify: FindVerify) -> None:
        self._remote = remote
        self._git = git
        self._into = into
        self._repository = repository
        self._find_verify = find_verify
        self._known: dict[str, Standing | None] = {}
        self.untold = False

    def of(self, tag: str) -> Standing | None:
        """What there is of the tag object with the id `tag`; None where its approvals can't be verified here.

        Raises CannotJudge where the remote does not answer.
        """
        if tag not in self._known:
            self._known[tag] = self._ask(tag)
        return self._known[tag]

    def _ask(self, tag: str) -> Standing | None:
        refs = self._remote.refs_matching([proposal_ref(tag), f"{APPROVALS}{tag}/*"])
        git = self._git
        if refs:
            objects = self._remote.fetch(sorted(refs), into=f"{self._into}/approvals-{tag}", id_length=len(tag))
            git = with_objects_in(self._git, objects)
        with closing(GitProgram(git)) as reader:
            verify = self._find_verify(reader)
            here = ApprovalsHere(StandingApprovals(_Listed(refs, reader), verify, lambda: self._repository))
            standing = here.of(tag)
        self.untold = self.untold or here.untold
        return standing


class _Listed:
    """The refs that a remote has named, and objects that are here."""

    def __init__(self, refs: Mapping[str, str], reader: GitProgram) -> None:
        self._refs = refs
        self._reader = reader

    def existing(self, refs: Sequence[str]) -> dict[str, str]:
        return {ref: self._refs[ref] for ref in refs if ref in self._refs}

    def refs_under(self, prefix: str) -> list[tuple[str, str]]:
        return [(ref, oid) for ref, oid in self._refs.items() if ref.startswith(prefix)]

    def objects(
        self, oids: Iterable[str], *, limit: int, content_of: Literal["tag", "commit", "tree"] = "tag"
    ) -> Iterator[RawObject]:
        return self._reader.objects(oids, limit=limit, content_of=content_of)
