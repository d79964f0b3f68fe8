"""Checks whether an existing tag was approved as a policy requires."""

from __future__ import annotations

from ...policy.approvals.quorum import Parties, in_words, people_in, requirements_for, shortfalls
from ...policy.grammar.names import TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.push import TagPush
from ..signatures.verifier import find_verifier
from .in_clone import approvals_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ...policy.push import Tag
    from ..git.program import GitProgram
    from .archived import ArchivedEvidence


class ApprovalsElsewhere(LookupError):
    """The policy requires approvals of the tag, and this repository does not have them: another one may."""


def problem_of_approvals(
    tag: Tag, policy: Policy, reader: GitProgram, archived: ArchivedEvidence | None = None
) -> str | None:
    """What is missing of the approvals that the policy requires of `tag`; None if nothing is.

    Archived approvals count as well. As with signatures, a key counts if it was valid when it signed. Raises
    ApprovalsElsewhere if the approvals can't be determined in this repository, and CannotJudge if it can't be read.
    """
    name = parse_tag_name(tag.name)
    assert isinstance(name, TagName)
    settings = policy.for_model(name.model)
    entries = dict(requirements_for(settings, name.kind, name.model, name.stage))
    if not entries:
        return None
    fill_in = archived.fill_in if archived is not None else None
    verify = find_verifier(policy, reader, reader.git, now=None, fill_in=fill_in)
    here = approvals_here(policy, reader, reader.git, verify, archived)
    named = [people_in(entry.who, settings.people.groups) for entry in entries.values()]
    state = here.of(tag.oid, frozenset().union(*named)) if here is not None else None
    if state is None:
        raise ApprovalsElsewhere(tag.name)
    ref = TAGS + tag.name
    signature = verify([TagPush(ref, name, None, tag)]).get(ref) if verify is not None else None
    parties = Parties(signature.principal if signature is not None else None, knows_pusher=False)
    lacks = shortfalls(entries, state, parties, settings)
    return "; ".join(map(in_words, lacks)) or None
