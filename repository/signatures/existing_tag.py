"""Checks whether an existing tag has the signature that a policy requires."""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS
from ...policy.grammar.tag_name import TagName, parse_tag_name
from ...policy.push import TagPush
from .verifier import find_verifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...policy.file.policy import Policy
    from ...policy.push import Tag
    from ..git.program import GitProgram


def problem_of_signature(tag: Tag, policy: Policy, reader: GitProgram) -> str | None:
    """What is wrong with the signature that the policy requires of `tag`; None if it is good, or none is required.

    A key counts if it was valid when the tag was made. Raises CannotJudge if the signature can't be verified.
    """
    name = parse_tag_name(tag.name)
    assert isinstance(name, TagName)
    wanted = policy.for_model(name.model).signing.require
    if not any(one.covers(name.kind, name.model, name.stage) for one in wanted):
        return None
    if tag.object is None or tag.object.signature is None:
        return "it is not signed"
    if tag.object.text_after_signature:
        return "it has text after its signature, which nobody signed"
    if tag.object.name != tag.name:
        return f"it has a signature for another tag, {tag.object.name!r}"
    verify = find_verifier(policy, reader, reader.git, now=None)
    if verify is None:
        raise CannotJudge("The policy requires a signature but names no allowed signers (`signing.allowed-signers`).")
    ref = TAGS + tag.name
    found = verify([TagPush(ref, name, None, tag)]).get(ref)
    if found is None:
        raise CannotJudge(f"The signature of {tag.name!r} could not be verified here.")
    return None if found.principal is not None else f"it has no good signature: {found.problem}"
