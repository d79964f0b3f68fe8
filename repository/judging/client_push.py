"""Judges a push before it leaves a clone, by the remote's tags and everything else that a client can know."""

from __future__ import annotations

import time

from ...policy.errors import CannotJudge
from ...policy.grammar.names import HEADS, TAGS, model_of
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, WholePush
from ...policy.record import Record
from ...policy.rules import rules_where
from ...policy.wording import quoted
from ..git.program import GitProgram
from ..remote.names import remote_to_push_to
from ..remote.offline import OFFLINE_SETTING
from ..remote.reader import RemoteReader, fetch_missing, with_history
from ..remote.remote import DEFAULT_SECONDS, TIMEOUT_SETTING, Listing, Remote, RemoteUnavailable, seconds_for_remotes
from ..trusted.loaded_policy import load_source, with_declared_stages
from ..trusted.policy_source import client_policy
from .branches import HistoryEndsEarly
from .model_updates import updates_by_model
from .obstacles import tags_in_the_way
from .pipeline import judge_updates, models_of_near_misses
from .remote_refs import ask_what_counts, models_new_here, part_about, tags_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ...policy.push import RefUpdate
    from ...policy.verdict import Level, Verdict
    from ..approvals.in_clone import Approvals
    from ..git.command import Git
    from ..git.configuration import Configuration
    from ..git.reader import Reader
    from ..trusted.loaded_policy import LoadedPolicy
    from ..trusted.policy_source import PolicySource


class Destination(Record):
    """Where a push goes.

    `name` is the remote's name, None for a push to a URL or to nothing. `url` is the URL to which the tags are pushed,
    None for nothing: the tags are then judged on their own. If `offline`, the remote is not asked, and this clone's
    tags are used instead of the remote's.
    """

    name: str | None
    url: str | None
    offline: bool = False


class ClientPush(Record):
    """A push from a clone, to be judged.

    `source` is the policy, None for the clone's own. `listing` are the remote's refs, if they are known already.
    `asks_library`: also read the tags with GTO's own library (`consumer_judge.py`), which is too slow for a hook.
    `landed`: the only update is about a tag that the remote already has, which is judged against the tags before it
    (`state_before.py`). `pusher` is the name of the pusher as in the policy's `people`, None if only the server knows.
    """

    updates: Sequence[RefUpdate]
    destination: Destination
    git: Git
    configuration: Configuration
    source: PolicySource | None = None
    listing: Listing | None = None
    asks_library: bool = False
    landed: bool = False
    pusher: str | None = None


def judge_client_push(push: ClientPush) -> Verdict:
    """Judge one push. Raises CannotJudge if the policy, the clone or the remote can't be read."""
    (verdict,) = judge_client_pushes([push])
    return verdict


def judge_client_pushes(pushes: Sequence[ClientPush]) -> list[Verdict]:
    """Judge pushes from one clone to one remote, each on its own.

    In a shallow clone, the history of the remote's branches is fetched if a rule needs it, once for all pushes. Raises
    CannotJudge like `judge_client_push`.
    """
    verdicts: list[Verdict] = []
    try:
        for push in pushes:
            verdicts.append(_judge_here(push))
    except HistoryEndsEarly as early:
        import tempfile

        if push.destination.url is None or push.destination.offline:
            raise
        with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
            git = _with_history(push, [one for one in pushes if one.landed], early, folder)
            verdicts += [_judge_here(one._replace(git=git)) for one in pushes[len(verdicts) :]]
    return verdicts


def _with_history(push: ClientPush, landed: Sequence[ClientPush], early: HistoryEndsEarly, folder: str) -> Git:
    """A Git that also reads the missing history, fetched into `folder`. Raises CannotJudge if the fetch fails."""
    refs = [f"+{HEADS}*:{HEADS}*", *(update.ref for one in landed for update in one.updates)]
    remote = remote_of(push.destination, push.git, push.configuration)
    try:
        return with_history(push.git, remote, refs, into=folder)
    except RemoteUnavailable as silent:
        raise CannotJudge(f"{early}\n{silent}") from None


def _judge_here(push: ClientPush) -> Verdict:
    shares = updates_by_model(push.updates)
    models = [model for model in shares if model is not None]
    clone = GitProgram(push.git)
    try:
        since: tuple[str, ...] = ()
        (loaded,) = with_declared_stages([load_source(push.source or _own_policy(push, clone))], push.updates, clone)
        judge = _judge_for(push, loaded, clone)
        approvals = _approvals_here(judge, push, clone)
        if push.destination.url is None:
            _judge_by(judge, push, Listing({}, {}), push.git)
        elif push.destination.offline or not shares:
            _judge_by(judge, push, push.listing, push.git)
        else:
            since, there = _judge_by_remote(judge, push, models)
            approvals = there or approvals
    finally:
        clone.close()
    if not push.landed:
        judge.judge_whole(WholePush(judge.circumstances, push.updates, None))
    verdict = loaded.verdict_of(judge)
    notes = [*_notes(verdict, loaded.policy, models, push)]
    if approvals is not None and approvals.undetermined:
        from ..approvals.in_clone import NOT_HERE

        notes.append(NOT_HERE)
    return verdict._replace(notes=(*verdict.notes, *since, *notes))


def _own_policy(push: ClientPush, clone: Reader) -> PolicySource:
    return client_policy(clone, push.configuration, remote=_remote_of(push), work_tree=push.git.work_tree())


def _remote_of(push: ClientPush) -> str:
    """The remote whose default branch has the policy; for a push to a URL, the one that `git push` uses by default."""
    return push.destination.name or remote_to_push_to(push.git)


def _judge_for(push: ClientPush, loaded: LoadedPolicy, clone: Reader) -> Judge:
    circumstances = Circumstances(
        int(time.time()),
        "client",
        remote_url=push.destination.url,
        declared_stages=loaded.declared_stages,
        pusher=push.pusher,
        tag_state="landed" if push.landed else "in a clone",
        remote=push.destination.name or "origin",
    )
    # For a tag that the remote already has, its date decides whether the key was valid.
    verify = _verifier(loaded.policy, clone, push, None if push.landed else circumstances.now)
    if push.asks_library:
        from .consumer_judge import ConsumerJudge

        return ConsumerJudge(loaded.policy, circumstances, git=push.git, verify=verify)
    return Judge(loaded.policy, circumstances, verify=verify)


def _approvals_here(judge: Judge, push: ClientPush, clone: GitProgram) -> Approvals | None:
    """Let the judge use the clone's approvals, and return them; None if the policy requires none."""
    if not judge.policy.base.approvals.require:
        return None
    from ..approvals.in_clone import approvals_here

    approvals = approvals_here(judge.policy, clone, push.git, judge.verify)
    if approvals is not None:
        judge.circumstances = judge.circumstances._replace(approvals=approvals.of)
    return approvals


def _approvals_there(judge: Judge, push: ClientPush, remote: Remote, folder: str) -> Approvals | None:
    """Let the judge use the remote's approvals, and return them; None if the policy requires none or names no id.

    They are fetched into `folder`.
    """
    repository = judge.policy.base.approvals.repository
    if repository is None or not judge.policy.base.approvals.require:
        return None
    from ..approvals.in_clone import ApprovalsOfRemote

    now = None if push.landed else judge.circumstances.now
    approvals = ApprovalsOfRemote(
        remote, push.git, folder, repository, lambda reader: _verifier(judge.policy, reader, push, now)
    )
    judge.circumstances = judge.circumstances._replace(approvals=approvals.of)
    return approvals


def _judge_by_remote(judge: Judge, push: ClientPush, models: Sequence[str]) -> tuple[tuple[str, ...], Approvals | None]:
    """Judge by the remote's tags; returns notes on what has happened to a tag that has `landed`, and the approvals."""
    import tempfile

    remote = remote_of(push.destination, push.git, push.configuration)
    listing = _listing_for(judge, push, models, remote) if push.listing is None else push.listing
    if push.landed:
        listing = part_about(push.updates[0], listing)
    needed = listing.tags if push.landed else _needed(push.updates, models, listing)
    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        git = fetch_missing(push.git, remote, needed, into=folder)
        approvals = _approvals_there(judge, push, remote, folder)
        since: tuple[str, ...] = ()
        if push.landed:
            from .state_before import state_before_tag

            (update,) = push.updates
            assert update.new is not None
            listing, since = state_before_tag(update.ref.removeprefix(TAGS), update.new, listing, git)
        _judge_by(judge, push, listing, git)
        return since, approvals


def _listing_for(judge: Judge, push: ClientPush, models: Sequence[str], remote: Remote) -> Listing:
    pushed = [update for update in push.updates if update.ref.startswith(TAGS)]
    if not models and not tags_in_the_way(pushed):
        # Only near misses: to judge them, the models that this clone knows are enough.
        return Listing(tags_here(models_of_near_misses(updates_by_model(pushed)), push.git), {})
    asks_branches = bool(_active(judge.policy, models, ("target-branch",)))
    compares = bool(_active(judge.policy, models, ("near-name",)))
    new = models_new_here(models, pushed, push.git) if compares else ()
    return ask_what_counts(pushed, remote, heads=asks_branches, new=new)


def _judge_by(judge: Judge, push: ClientPush, listing: Listing | None, git: Git) -> None:
    """Judge by the tags of `listing` (None: those of the clone), whose objects `git` can read."""
    reader = RemoteReader(git, listing, remote=push.destination.name)
    try:
        judge_updates(push.updates, reader, [judge])
    finally:
        reader.close()


def remote_of(
    destination: Destination, git: Git, configuration: Configuration, *, seconds: float = DEFAULT_SECONDS
) -> Remote:
    """The remote at `destination`, with the time limit from the configuration, or else `seconds`.

    Raises CannotJudge if the configured limit is not a number.
    """
    assert destination.url is not None
    seconds = seconds_for_remotes(configuration.get(TIMEOUT_SETTING), seconds)
    return Remote.pushed_to(git, destination.name, destination.url, seconds=seconds)


def with_advice(silent: RemoteUnavailable) -> RemoteUnavailable:
    """The same error, with advice for the user of a hook."""
    return RemoteUnavailable(
        f"{silent}\n"
        "A tag can't be judged without the tags that are there already. Push again when the remote answers; or give "
        f"it longer: `git config {TIMEOUT_SETTING} 60`; or judge by the tags of this clone alone: "
        f"`git config {OFFLINE_SETTING} true`."
    )


def _needed(updates: Sequence[RefUpdate], models: Sequence[str], listing: Listing) -> dict[str, str]:
    """The remote's tags whose objects are needed, name → id: those of the pushed models, and those that are changed."""
    wanted = set(models)
    touched = {update.ref[len(TAGS) :] for update in updates if update.ref.startswith(TAGS)}
    return {name: oid for name, oid in listing.tags.items() if name in touched or model_of(name) in wanted}


def _verifier(policy: Policy, reader: Reader, push: ClientPush, now: int | None) -> Verify | None:
    if policy.signing.allowed_signers is None:
        return None
    from ..signatures.verifier import find_verifier

    remote = None if push.destination.url is None else _remote_of(push)
    return find_verifier(policy, reader, push.git, now=now, remote=remote)


def _active(policy: Policy, models: Sequence[str], rules: Sequence[str]) -> list[str]:
    """The rules among `rules` that are not off for all of `models`."""
    levels: list[dict[str, Level]] = [dict(policy.for_model(model).levels) for model in models]
    return [rule for rule in rules if any(level[rule] != "off" for level in levels)]


def _notes(verdict: Verdict, policy: Policy, models: Sequence[str], push: ClientPush) -> Iterator[str]:
    if push.destination.offline and push.destination.url is not None and models:
        unsure = ", ".join(f"[{rule}]" for rule in _active(policy, models, rules_where("needs_remote")))
        yield f"judged by the tags of this clone, because the remote was not asked; it may know better about {unsure}"
    if push.pusher is not None:
        yield f"judged as if {quoted(push.pusher)} pushed; the server knows who really does"
        return
    unjudged = _active(policy, models, rules_where("needs_pusher"))
    if unjudged or verdict.findings:
        rules = f", so that {', '.join(f'[{rule}]' for rule in unjudged)} can't be judged here" if unjudged else ""
        yield f"only the server knows who pushes, its own settings and its clock{rules}"
