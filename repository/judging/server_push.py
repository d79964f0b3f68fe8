"""One push, judged on a server: by the repository's policy, and by the site's."""

from __future__ import annotations

from ...policy.budget import Budget
from ...policy.file.policy import built_in_policy
from ...policy.grammar.names import APPROVALS_ROOT, REPLACEMENTS, TAGS
from ...policy.judging.judge import Judge
from ...policy.push import WholePush
from ...policy.record import Record
from ...policy.verdict import AS_PUSHED
from ..trusted.loaded_policy import load_policy_file, load_server_policies, with_declared_stages
from ..trusted.policy_location import POLICY_FILE
from .claims import check_claims
from .model_updates import updates_by_model
from .pipeline import judge_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...policy.approvals.guard import Guard
    from ...policy.file.policy import Policy
    from ...policy.judging.emergency import Granted
    from ...policy.judging.judge import Verify
    from ...policy.push import Circumstances, RefUpdate
    from ...policy.verdict import Verdict
    from ..approvals.guarding import FindProposers
    from ..approvals.standing import StandingApprovals
    from ..git.configuration import Configuration
    from ..git.objects import TagRef
    from ..git.reader import Reader
    from ..trusted.loaded_policy import LoadedPolicy, LoadPolicy
    from ..trusted.policy_changes import PolicyChange
    from .model_updates import UpdatesByModel
    from .receiving import Receiver

    # What one policy grants of the emergencies that the pusher asks for.
    FindEmergency = Callable[[Policy], Granted]
    # Makes the verifier of signatures that one policy asks for.
    FindVerify = Callable[[Policy], Verify | None]

# Tags, the replacements that could disguise one, and what proves that one was approved.
CONCERNING_TAGS = (TAGS, REPLACEMENTS, APPROVALS_ROOT)


class ServerPush(Record):
    """A push that a server received and has to judge.

    `reader` and `configuration` are the repository's, `receiver` knows what
    becomes of a line that is accepted. `earlier` are updates of the same push
    that were accepted before, `shares` all of these by model where the caller
    knows them. Where refs of the push may have moved, `trusted`
    is the repository before it, which the policies come from. `touched` are the tags,
    and the refs of proposals and approvals, that earlier calls for this push accepted. `load` reads the
    content of policies, `find_proposers` tells who proposed tag objects.
    """

    updates: Sequence[RefUpdate]
    reader: Reader
    configuration: Configuration
    circumstances: Circumstances
    receiver: Receiver
    trusted: Reader
    earlier: Sequence[RefUpdate] = ()
    shares: UpdatesByModel | None = None
    find_emergency: FindEmergency | None = None
    find_verify: FindVerify | None = None
    touched: frozenset[str] = frozenset()
    find_proposers: FindProposers = lambda _tags: {}
    load: LoadPolicy = load_policy_file


def judge_server_push(push: ServerPush) -> list[Verdict]:
    """Judge a push; one verdict for each policy, the repository's first.

    No verdict at all means that the push is none of our business. Raises
    CannotJudge where a policy or the repository can't be read, and where a
    tag's line is not true of the repository (`claims.py`).
    """
    together = [*push.earlier, *push.updates]
    shares = updates_by_model(together) if push.shares is None else push.shares
    listed = push.reader.tags_of([model for model in shares if model is not None])
    about_approvals = [update for update in push.updates if update.ref.startswith(APPROVALS_ROOT)]
    standing = _standing(push.updates, shares, listed, push.reader)
    if about_approvals:
        found = push.reader.existing([update.ref for update in about_approvals])
        standing.update((update.ref, found.get(update.ref)) for update in about_approvals)
    check_claims([update for update in push.updates if update.ref in standing], standing, push.receiver)
    others = [update for update in push.updates if not update.ref.startswith(CONCERNING_TAGS)]
    changes = _policy_changes(push, others)
    if len(others) == len(push.updates):
        # A push that repairs an unreadable policy must pass, so that policy is not read here.
        return [_judge_changes(changes, push)] if changes else []
    budget = push.circumstances.budget or Budget()
    loaded = load_server_policies(push.trusted, push.configuration, load=push.load)
    loaded[0] = _with_the_first_branch(loaded[0], together, push.trusted)
    loaded = with_declared_stages(loaded, push.updates, push.reader, budget)
    circumstances = push.circumstances._replace(
        budget=budget, per_ref_hook=push.receiver.per_ref_hook, declared_stages=loaded[0].declared_stages
    )
    judged = [_judge_for(push, one, circumstances) for one in loaded]
    judges = [judge for _, judge, _ in judged]
    judge_updates(together, push.reader, judges, standing=listed, shares=shares, lands=push.receiver.lands)
    whole = WholePush(circumstances, push.updates, problem_of_changes(changes))
    guards = _guards(about_approvals, push, judges) if about_approvals else {}
    for judge in judges:
        judge.judge_whole(whole._replace(guard=guards.get(id(judge))))
    verdicts = [(one.verdict_of(judge), approvals) for one, judge, approvals in judged]
    return [_with_approvers(verdict, approvals, push) if approvals else verdict for verdict, approvals in verdicts]


def _with_approvers(verdict: Verdict, approvals: StandingApprovals, push: ServerPush) -> Verdict:
    """A verdict that lets tags in, with notes on whose approvals counted, for the push log to keep."""
    from ...policy.wording import some_of

    approvers = approvals.approvers() if verdict.accepted else {}
    notes = [
        f"{update.ref.removeprefix(TAGS)!r} has the approvals of {some_of(approvers[update.new])}"
        for update in push.updates
        if update.ref.startswith(TAGS) and update.new in approvers
    ]
    return verdict._replace(notes=(*verdict.notes, *notes))


def _with_the_first_branch(loaded: LoadedPolicy, updates: Sequence[RefUpdate], trusted: Reader) -> LoadedPolicy:
    """The policy; where HEAD names a branch that this very push brings, with a note that says no more than that."""
    dangling, head = loaded.source.note, trusted.head() if loaded.source.note else None
    if not any(update.ref == head and update.new for update in updates):
        return loaded
    note = (
        f"HEAD names {head!r}, which comes with this push, so no {POLICY_FILE} was read from it; its own counts from "
        "the next push on"
    )
    return loaded._replace(notes=tuple(note if one == dangling else one for one in loaded.notes))


def _policy_changes(push: ServerPush, others: Sequence[RefUpdate]) -> list[PolicyChange]:
    if not others:
        return []
    from ..trusted.policy_changes import policy_changes

    return policy_changes(push.reader, push.configuration, others)


def _judge_for(
    push: ServerPush, loaded: LoadedPolicy, circumstances: Circumstances
) -> tuple[LoadedPolicy, Judge, StandingApprovals | None]:
    """The judge by a policy, that policy with what its verdict must mention, and what tells who has approved a tag."""
    verify = push.find_verify(loaded.policy) if push.find_verify else None
    granted = push.find_emergency(loaded.policy) if push.find_emergency else None
    if granted is not None:
        loaded = loaded._replace(notes=(*loaded.notes, *granted.notes))
        circumstances = circumstances._replace(emergency=granted.reasons)
    approvals = None
    if loaded.policy.base.approvals.require:
        from ..approvals.on_server import approvals_on_server

        approvals = approvals_on_server(loaded.policy, push.reader, push.configuration, verify, _touched(push))
        circumstances = circumstances._replace(approvals=approvals.of if approvals else None)
    return loaded, Judge(loaded.policy, circumstances, verify=verify), approvals


def _guards(updates: Sequence[RefUpdate], push: ServerPush, judges: Sequence[Judge]) -> dict[int, Guard]:
    """What each judge whose policy asks for approvals goes by; where none does, the first refuses."""
    from ..approvals.guarding import Evidence, empty_guard, read_guard
    from ..approvals.identity import repository_id

    asking = [judge for judge in judges if judge.policy.base.approvals.require]
    if not asking:
        return {id(judges[0]): empty_guard(updates)}
    guards = {}
    for judge in asking:
        repository = repository_id(judge.policy, push.configuration)
        evidence = Evidence(push.reader, judge.verify, push.find_proposers, _touched(push))
        guards[id(judge)] = read_guard(updates, judge.policy, judge.circumstances, repository, evidence)
    return guards


def _touched(push: ServerPush) -> frozenset[str]:
    """What the push changes. Approvals don't count for tags that come with them, and are evidence for these at once."""
    return push.touched.union(update.ref for update in push.updates if update.ref.startswith((APPROVALS_ROOT, TAGS)))


def _standing(
    updates: Sequence[RefUpdate], shares: UpdatesByModel, listed: Mapping[str, Sequence[TagRef]], reader: Reader
) -> dict[str, str | None]:
    """What each tag of a push that is our business names now, by its full name; None for nothing."""
    if not shares:
        return {}
    found = {TAGS + tag.name: tag.oid for tags in listed.values() for tag in tags}
    tags = {update.ref for update in updates if update.ref.startswith(TAGS)}
    of_models = {update.ref for model, share in shares.items() if model is not None for update in share.updates}
    if strangers := sorted(tags - of_models):
        found.update(reader.existing(strangers))
    return {ref: found.get(ref) for ref in tags}


def problem_of_changes(changes: Sequence[PolicyChange]) -> tuple[str, tuple[str, ...]] | None:
    """What would be wrong with the policies after the push: the first ref, and all mistakes."""
    for change in changes:
        mistakes: tuple[str, ...] = (change.problem,) if change.problem else ()
        if change.data is not None:
            try:
                load_policy_file(change.data, site=change.site)
            except ValueError as problem:
                mistakes = getattr(problem, "mistakes", (str(problem),))
        if mistakes:
            return change.ref, mistakes
    return None


def _judge_changes(changes: Sequence[PolicyChange], push: ServerPush) -> Verdict:
    judge = Judge(built_in_policy(), push.circumstances)
    judge.judge_whole(WholePush(push.circumstances, push.updates, problem_of_changes(changes)))
    change = changes[0]
    return judge.verdict(source=f"{change.ref}:{change.path}{AS_PUSHED}", policy_id=change.id)
