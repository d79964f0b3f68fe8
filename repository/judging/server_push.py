"""One push, judged on a server: by the repository's policy, and by the site's."""

from __future__ import annotations

from ...policy.budget import Budget
from ...policy.errors import CannotJudge
from ...policy.file.load import built_in_policy, load_policy
from ...policy.grammar.names import REPLACEMENTS, TAGS
from ...policy.judging.judge import Judge
from ...policy.push import WholePush
from ..trusted.policy_source import server_policy, site_policy
from .claims import check_claims
from .model_updates import updates_by_model
from .pipeline import judge_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    from ...policy.file.policy import Policy
    from ...policy.judging.emergency import Granted
    from ...policy.judging.judge import Verify
    from ...policy.push import Circumstances, RefUpdate
    from ...policy.verdict import Verdict
    from ..git.configuration import Configuration
    from ..git.objects import TagRef
    from ..git.reader import Reader
    from ..trusted.policy_changes import PolicyChange
    from ..trusted.policy_source import PolicySource
    from .model_updates import UpdatesByModel
    from .receiving import Receiver

    # What one policy grants of the emergencies that the pusher asks for.
    FindEmergency = Callable[[Policy], Granted]
    # Makes the verifier of signatures that one policy asks for.
    FindVerify = Callable[[Policy], Verify | None]

    class LoadPolicy(Protocol):
        """`load_policy`, or what stands in for it."""

        def __call__(self, data: bytes, *, site: bool = False) -> Policy: ...


# Tags, and the replacements that could disguise one.
CONCERNING_TAGS = (TAGS, REPLACEMENTS)


class InForce:
    """A policy that judges, where it comes from, and what its verdict must mention."""

    __slots__ = ("notes", "policy", "source")

    def __init__(self, source: PolicySource, *, site: bool = False, load: LoadPolicy = load_policy) -> None:
        self.source = source
        self.policy = read_policy(source, site=site, load=load)
        self.notes = [source.note] if source.note else []


def read_policy(source: PolicySource, *, site: bool = False, load: LoadPolicy = load_policy) -> Policy:
    """The policy that `source` found. Raises CannotJudge where it is not a policy."""
    if source.data is None:
        return built_in_policy()
    try:
        return load(source.data, site=site)
    except ValueError as problem:
        mistakes = getattr(problem, "mistakes", (str(problem),))
        listed = "\n".join(f"  {mistake}" for mistake in mistakes)
        raise CannotJudge(
            f"The policy {source.source} can't be read:\n{listed}\n"
            "No push of tags is accepted until it is repaired; `tagwarden policy check FILE` tells when it is."
        ) from None


def judge_server_push(
    updates: Sequence[RefUpdate],
    reader: Reader,
    configuration: Configuration,
    circumstances: Circumstances,
    *,
    receiver: Receiver,
    trusted: Reader | None = None,
    earlier: Sequence[RefUpdate] = (),
    find_emergency: FindEmergency | None = None,
    find_verify: FindVerify | None = None,
    load: LoadPolicy = load_policy,
) -> list[Verdict]:
    """Judge a push that a server receives; one verdict for each policy, the repository's first.

    `receiver` knows what becomes of a line that is accepted, `earlier` are
    updates of the same push that were accepted before, `load` reads the
    policies' content. Where refs of the push may have moved, `trusted` is the
    repository before it, which the policies come from. No verdict at all means that the push is none of our
    business. Raises CannotJudge where a policy or the repository can't be read,
    and where a tag's line is not true of the repository (`claims.py`).
    """
    shares = updates_by_model([*earlier, *updates])
    listed = reader.tags_of([model for model in shares if model is not None])
    standing = _standing(shares, listed, reader)
    check_claims([update for update in updates if update.ref in standing], standing, receiver)
    others = [update for update in updates if not update.ref.startswith(CONCERNING_TAGS)]
    changes: list[PolicyChange] = []
    if others:
        from ..trusted.policy_changes import policy_changes

        changes = policy_changes(reader, configuration, others)
    if len(others) == len(updates):
        # A push that repairs an unreadable policy must pass, so that policy is not read here.
        return [_judge_changes(changes, updates, circumstances)] if changes else []
    trusted = trusted or reader
    source = server_policy(trusted, configuration)
    in_force = [InForce(source, load=load)]
    of_site = site_policy(trusted, configuration)
    if of_site is not None:
        in_force.append(InForce(of_site, site=True, load=load))
    budget = circumstances.budget or Budget()
    circumstances = circumstances._replace(
        budget=budget,
        asked_singly=receiver.asked_singly,
        declared_stages=find_stages(updates, reader, source, in_force, budget),
    )
    judges = []
    for one in in_force:
        granted = find_emergency(one.policy) if find_emergency else None
        if granted is not None:
            one.notes.extend(granted.notes)
        judges.append(
            Judge(
                one.policy,
                circumstances._replace(emergency=granted.reasons) if granted else circumstances,
                verify=find_verify(one.policy) if find_verify else None,
            )
        )
    judge_updates([*earlier, *updates], reader, judges, standing=listed, lands=receiver.lands)
    whole = WholePush(circumstances, updates, problem_of_changes(changes))
    verdicts = []
    for one, judge in zip(in_force, judges, strict=True):
        judge.judge_whole(whole)
        verdicts.append(judge.verdict(source=one.source.source, policy_id=one.source.id, notes=one.notes))
    return verdicts


def _standing(shares: UpdatesByModel, listed: Mapping[str, Sequence[TagRef]], reader: Reader) -> dict[str, str | None]:
    """What each pushed tag that is our business names now, by its full name; None for nothing."""
    found = {TAGS + tag.name: tag.oid for tags in listed.values() for tag in tags}
    strangers = [update.ref for update in shares[None].updates] if None in shares else []
    found.update(reader.existing(strangers) if strangers else {})
    return {update.ref: found.get(update.ref) for share in shares.values() for update in share.updates}


def find_stages(
    updates: Sequence[RefUpdate],
    reader: Reader,
    source: PolicySource,
    in_force: Sequence[InForce],
    budget: Budget | None = None,
) -> tuple[str, ...] | None:
    """The stages that `.gto` declares beside the policy, read only where they can matter.

    Where GTO can't read the file the repository's verdict gets a note of it.
    """
    if not any("#" in update.ref and update.new for update in updates):
        return None
    if all(one.policy.site or one.policy.base.stages.names is not None for one in in_force):
        return None
    from ..trusted.gto_file import declared_stages

    declared = declared_stages(reader, source.commit, budget)
    if declared.note is not None:
        in_force[0].notes.append(declared.note)
    return declared.names


def problem_of_changes(changes: Sequence[PolicyChange]) -> tuple[str, tuple[str, ...]] | None:
    """What would be wrong with the policies after the push: the first ref, and all mistakes."""
    for change in changes:
        mistakes: tuple[str, ...] = (change.problem,) if change.problem else ()
        if change.data is not None:
            try:
                load_policy(change.data, site=change.site)
            except ValueError as problem:
                mistakes = getattr(problem, "mistakes", (str(problem),))
        if mistakes:
            return change.ref, mistakes
    return None


def _judge_changes(
    changes: Sequence[PolicyChange], updates: Sequence[RefUpdate], circumstances: Circumstances
) -> Verdict:
    judge = Judge(built_in_policy(), circumstances)
    judge.judge_whole(WholePush(circumstances, updates, problem_of_changes(changes)))
    change = changes[0]
    return judge.verdict(source=f"{change.ref}:{change.path}, as pushed", policy_id=None)
