"""Judges a push on a server, by the repository's policy and the site's."""

from __future__ import annotations

from ...policy.budget import Budget
from ...policy.errors import CannotJudge
from ...policy.file.policy import built_in_policy
from ...policy.grammar.names import APPROVALS_ROOT, REPLACEMENTS, TAGS
from ...policy.judging.judge import Judge
from ...policy.push import WholePush
from ...policy.record import Record
from ...policy.verdict import AS_PUSHED
from ..trusted.loaded_policy import load_policy_file, load_server_policies, with_declared_stages
from ..trusted.policy_changes import policy_changes, policy_tags
from ..trusted.policy_location import POLICY_FILE
from .claims import check_claims
from .model_updates import updates_by_model
from .pipeline import judge_updates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from ...policy.approvals.guard import Guard
    from ...policy.file.policy import Policy
    from ...policy.judging.emergency import GrantedEmergencies
    from ...policy.judging.judge import Verify
    from ...policy.push import Circumstances, RefUpdate
    from ...policy.verdict import Verdict
    from ..approvals.guarding import FindProposers
    from ..approvals.in_refs import ApprovalsInRefs
    from ..git.configuration import Configuration
    from ..git.objects import TagRef
    from ..git.reader import Reader
    from ..trusted.loaded_policy import LoadedPolicy, LoadPolicy
    from ..trusted.policy_changes import PolicyChange
    from .model_updates import UpdatesByModel
    from .receiving import Receiver

    # Which of the emergencies that the pusher has declared one policy grants.
    FindEmergency = Callable[[Policy], GrantedEmergencies]
    # Returns the verifier of signatures for one policy.
    FindVerify = Callable[[Policy], Verify | None]

# Tags, replacements, which could substitute a tag's object, and approvals of tags.
CONCERNING_TAGS = (TAGS, REPLACEMENTS, APPROVALS_ROOT)


class ServerPush(Record):
    """A push that a server has received and must judge.

    `reader` and `configuration` are the repository's. `receiver` predicts what Git does with accepted updates.
    `trusted` reads the repository as it was before the push, and the policies with it. `earlier` are updates of the
    same push that earlier calls of the hook accepted; `shares` are `earlier` and `updates` by model, None if the caller
    has not split them. `touched` are the tags, proposals and approvals (full names) that earlier calls accepted.
    `find_proposers` returns who proposed tag objects, and `load` parses a policy.
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
    """Judge a push; returns one verdict for each policy, the repository's first.

    An empty list means that the push contains nothing to judge. Raises CannotJudge if a policy or the repository can't
    be read, or if the push makes a false claim about a tag (`claims.py`).
    """
    together = [*push.earlier, *push.updates]
    shares = updates_by_model(together) if push.shares is None else push.shares
    listed = push.reader.tags_of([model for model in shares if model is not None])
    about_approvals = [update for update in push.updates if update.ref.startswith(APPROVALS_ROOT)]
    of_policies = policy_tags(push.reader, push.configuration)
    current = _current_ids(push.updates, shares, listed, push.reader, of_policies)
    if about_approvals:
        found = push.reader.existing([update.ref for update in about_approvals])
        current.update((update.ref, found.get(update.ref)) for update in about_approvals)
    check_claims([update for update in push.updates if update.ref in current], current, push.receiver)
    others = [
        update for update in push.updates if not update.ref.startswith(CONCERNING_TAGS) or update.ref in of_policies
    ]
    changes = policy_changes(push.reader, push.configuration, others)
    if len(others) == len(push.updates) and _of_registry(shares).isdisjoint(update.ref for update in others):
        # The policy in force is not read here, so that a push can repair an unreadable one.
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
    if push.receiver.per_ref_hook is None:
        _check_that_versions_land(push, shares, judges)
    judge_updates(together, push.reader, judges, existing=listed, shares=shares, lands=push.receiver.lands)
    whole = WholePush(circumstances, push.updates, problem_of_changes(changes))
    guards = _guards(about_approvals, push, judges) if about_approvals else {}
    for judge in judges:
        judge.judge_whole(whole._replace(guard=guards.get(id(judge))))
    verdicts = [(one.verdict_of(judge), approvals) for one, judge, approvals in judged]
    return [_with_approvers(verdict, approvals, push) if approvals else verdict for verdict, approvals in verdicts]


def _check_that_versions_land(push: ServerPush, shares: UpdatesByModel, judges: Sequence[Judge]) -> None:
    """Raise CannotJudge if Git will drop a version that `version-step` may count in favour of one on another commit.

    No other rule lets a tag count in favour of one on another commit, and of the tags on one commit, Git drops all or
    none.
    """
    from ...policy.grammar.tag_name import TagName

    counting: list[str] = []
    for model, share in shares.items():
        if any(judge.settings_of(model).levels["version-step"] == "error" for judge in judges):
            named = zip(share.updates, share.names, strict=True)
            new = [one.new for one, name in named if one.new and isinstance(name, TagName) and name.kind == "register"]
            counting += new if len(new) > 1 else []
    if counting and not push.receiver.gets_whole(counting):
        raise CannotJudge(
            "The push lacks a part of the history of its tags, so Git would drop some of them. If the clone is "
            "shallow, complete it, then push again: git fetch --unshallow"
        )


def _with_approvers(verdict: Verdict, approvals: ApprovalsInRefs, push: ServerPush) -> Verdict:
    """The verdict; if it accepts the push, with notes for the push log on whose approvals counted."""
    from ...policy.wording import some_of

    approvers = approvals.approvers() if verdict.accepted else {}
    notes = [
        f"{update.ref.removeprefix(TAGS)!r} has the approvals of {some_of(approvers[update.new])}"
        for update in push.updates
        if update.ref.startswith(TAGS) and update.new in approvers
    ]
    return verdict._replace(notes=(*verdict.notes, *notes))


def _with_the_first_branch(loaded: LoadedPolicy, updates: Sequence[RefUpdate], trusted: Reader) -> LoadedPolicy:
    """The policy; if this push creates the branch that HEAD names, with a note that says so instead of a warning."""
    dangling, head = loaded.source.note, trusted.head() if loaded.source.note else None
    if not any(update.ref == head and update.new for update in updates):
        return loaded
    note = (
        f"HEAD names {head!r}, which comes with this push, so no {POLICY_FILE} was read from it; its own counts from "
        "the next push on"
    )
    return loaded._replace(notes=tuple(note if one == dangling else one for one in loaded.notes))


def _judge_for(
    push: ServerPush, loaded: LoadedPolicy, circumstances: Circumstances
) -> tuple[LoadedPolicy, Judge, ApprovalsInRefs | None]:
    """The policy with the notes of its verdict, the judge that uses it, and the approvals (None: it requires none)."""
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
    """The guard for each judge whose policy requires approvals, by the id() of the judge.

    If none does, the first judge gets an empty guard, with which it refuses the updates.
    """
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
    """The tags, proposals and approvals that the push changes; an approval does not count for a tag of its own push."""
    return push.touched.union(update.ref for update in push.updates if update.ref.startswith((APPROVALS_ROOT, TAGS)))


def _current_ids(
    updates: Sequence[RefUpdate],
    shares: UpdatesByModel,
    listed: Mapping[str, Sequence[TagRef]],
    reader: Reader,
    of_policies: Collection[str],
) -> dict[str, str | None]:
    """The current id of each tag of the push, by full name, None if it does not exist; empty if no tag concerns us."""
    if not shares and not any(update.ref in of_policies for update in updates):
        return {}
    found = {TAGS + tag.name: tag.oid for tags in listed.values() for tag in tags}
    tags = {update.ref for update in updates if update.ref.startswith(TAGS)}
    of_models = {update.ref for model, share in shares.items() if model is not None for update in share.updates}
    if strangers := sorted(tags - of_models):
        found.update(reader.existing(strangers))
    return {ref: found.get(ref) for ref in tags}


def _of_registry(shares: UpdatesByModel) -> set[str]:
    return {update.ref for share in shares.values() for update in share.updates}


def problem_of_changes(changes: Sequence[PolicyChange]) -> tuple[str, tuple[str, ...]] | None:
    """The ref of the first changed policy that would be invalid, and all of its mistakes; None if all are valid."""
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
