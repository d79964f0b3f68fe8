"""Whether an existing tag was approved as a policy requires."""

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
    """The policy wants approvals of the tag, and those that there are lie elsewhere."""


def problem_of_approvals(
    tag: Tag, policy: Policy, reader: GitProgram, archived: ArchivedEvidence | None = None
) -> str | None:
    """What is wrong with the approvals that the policy wants of `tag`; None where it wants none, or they are there.

    What is `archived` counts as well. As with signatures, a key counts if it was valid when it signed. Raises
    ApprovalsElsewhere where this repository has none that could be looked at, and CannotJudge.
    """
    name = parse_tag_name(tag.name)
    assert isinstance(name, TagName)
    settings = policy.for_model(name.model)
    entries = dict(requirements_for(settings, name.kind, name.model, name.stage))
    if not entries:
        return None
    instead_of = archived.instead_of if archived is not None else None
    verify = find_verifier(policy, reader, reader.git, now=None, instead_of=instead_of)
    here = approvals_here(policy, reader, reader.git, verify, archived)
    named = [people_in(entry.who, settings.people.groups) for entry in entries.values()]
    standing = here.of(tag.oid, frozenset().union(*named)) if here is not None else None
    if standing is None:
        raise ApprovalsElsewhere(tag.name)
    ref = TAGS + tag.name
    signature = verify([TagPush(ref, name, None, tag)]).get(ref) if verify is not None else None
    parties = Parties(signature.principal if signature is not None else None, knows_pusher=False)
    lacks = shortfalls(entries, standing, parties, settings)
    return "; ".join(map(in_words, lacks)) or None
