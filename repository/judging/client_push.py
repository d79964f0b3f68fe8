"""One push, judged before it leaves a clone: by the remote's real tags, and by all that a client can know."""

from __future__ import annotations

import time

from ...policy.errors import CannotJudge
from ...policy.grammar.names import TAGS, model_of
from ...policy.judging.judge import Judge
from ...policy.push import Circumstances, WholePush
from ...policy.record import Record
from ...policy.rules import rules_where
from ..git.program import GitProgram
from ..remote.names import remote_to_push_to
from ..remote.reader import RemoteReader, fetch_missing
from ..remote.remote import DEFAULT_SECONDS, TIMEOUT_SETTING, Listing, Remote, RemoteIsSilent, seconds_for_remotes
from ..trusted.policy_source import client_policy
from .model_updates import updates_by_model
from .obstacles import tags_in_the_way
from .pipeline import judge_updates
from .server_push import InForce, find_stages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Verify
    from ...policy.push import RefUpdate
    from ...policy.verdict import Level, Verdict
    from ..git.command import Git
    from ..git.configuration import Configuration
    from ..trusted.policy_source import PolicySource

OFFLINE_SETTING = "tagwarden.offline"


class Destination(Record):
    """Where a push goes.

    `name` is the remote's name, None where a URL is pushed to or nothing at
    all; `url` is where the pushed tags end, None for nowhere: then they are
    judged by themselves. `offline` leaves the remote alone, and takes this
    clone's own tags for the remote's.
    """

    name: str | None
    url: str | None
    offline: bool = False


def judge_client_push(
    updates: Sequence[RefUpdate],
    destination: Destination,
    *,
    git: Git,
    configuration: Configuration,
    source: PolicySource | None = None,
    listing: Listing | None = None,
) -> Verdict:
    """Judge `updates` as a push to `destination`, by the clone's policy or by `source`.

    `listing` is what the remote has, where that is known already. Raises
    CannotJudge where the policy, the clone or the remote can't be read.
    """
    local = GitProgram(git)
    try:
        return _judged(updates, destination, git, local, configuration, source, listing)
    finally:
        local.close()


def _judged(
    updates: Sequence[RefUpdate],
    destination: Destination,
    git: Git,
    local: GitProgram,
    configuration: Configuration,
    source: PolicySource | None,
    listing: Listing | None,
) -> Verdict:
    if source is None:
        # A URL goes by the policy of the remote that a push without any name goes to.
        remote_of_policy = destination.name or remote_to_push_to(git)
        source = client_policy(local, configuration, remote=remote_of_policy, work_tree=git.work_tree())
    force = InForce(source)
    shares = updates_by_model(updates)
    models = [model for model in shares if model is not None]
    circumstances = Circumstances(int(time.time()), "client", remote_url=destination.url)
    circumstances = circumstances._replace(declared_stages=find_stages(updates, local, source, [force]))
    judge = Judge(force.policy, circumstances, verify=_verifier(force.policy, local, git, circumstances.now))
    remote: Remote | None = None
    if destination.url is None:
        listing = Listing({}, {})
    elif not destination.offline and shares:
        remote = remote_of(destination, git, configuration)
        if listing is None:
            asks_branches = bool(_active(force.policy, models, ("target-branch",)))
            parents = sorted(tags_in_the_way(update for update in updates if update.ref.startswith(TAGS)))
            # A near miss is one, whatever the remote has.
            listing = remote.list(models, tags=parents, heads=asks_branches) if models or parents else Listing({}, {})
    _judge_by(judge, updates, models, destination, listing, remote, git)
    judge.judge_whole(WholePush(circumstances, updates, None))
    verdict = judge.verdict(source=source.source, policy_id=source.id, notes=force.notes)
    notes = [*verdict.notes, *_notes(verdict, force.policy, models, destination)]
    return verdict._replace(notes=tuple(notes))


def remote_of(destination: Destination, git: Git, configuration: Configuration) -> Remote:
    """The remote that `destination` names, within the time that the configuration gives it.

    Raises CannotJudge where that is no number.
    """
    assert destination.url is not None
    address = destination.url
    name = destination.name
    # Under its name Git knows more of a remote than its URL, unless that is for fetching from elsewhere.
    if name is not None and git.line("ls-remote", "--get-url", "--end-of-options", name) == address:
        address = name
    return Remote(git, address, seconds=_seconds(configuration))


def is_offline(configuration: Configuration) -> bool:
    """Whether the configuration wants the remote to be left alone. Raises CannotJudge for what is neither."""
    value = configuration.get(OFFLINE_SETTING)
    if value is None or value.lower() in ("false", "no", "off", "0"):
        return False
    if value.lower() in ("true", "yes", "on", "1"):
        return True
    raise CannotJudge(f"The Git setting {OFFLINE_SETTING} is {value!a}. Set it to true or false.")


def with_ways_out(silent: RemoteIsSilent) -> RemoteIsSilent:
    """The same, with what a user can do about it in a hook."""
    return RemoteIsSilent(
        f"{silent}\n"
        "A tag can't be judged without the tags that are there already. Push again when the remote answers; or give "
        f"it longer: `git config {TIMEOUT_SETTING} 60`; or judge by the tags of this clone alone: "
        f"`git config {OFFLINE_SETTING} true`."
    )


def _judge_by(
    judge: Judge,
    updates: Sequence[RefUpdate],
    models: Sequence[str],
    destination: Destination,
    listing: Listing | None,
    remote: Remote | None,
    git: Git,
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="tagwarden-") as folder:
        if listing is not None and remote is not None:
            git = fetch_missing(git, remote, _needed(updates, models, listing), into=folder)
        reader = RemoteReader(git, listing, remote=destination.name)
        try:
            judge_updates(updates, reader, [judge])
        finally:
            reader.close()


def _needed(updates: Sequence[RefUpdate], models: Sequence[str], listing: Listing) -> dict[str, str]:
    """The remote's tags that are looked into, by name: those of the pushed models, and those that are changed."""
    wanted = set(models)
    touched = {update.ref[len(TAGS) :] for update in updates if update.ref.startswith(TAGS)}
    return {name: oid for name, oid in listing.tags.items() if name in touched or model_of(name) in wanted}


def _verifier(policy: Policy, reader: GitProgram, git: Git, now: int) -> Verify | None:
    if policy.signing.allowed_signers is None:
        return None
    from ..signatures.verifier import find_verifier

    return find_verifier(policy, reader, git, now=now)


def _seconds(configuration: Configuration) -> float:
    return seconds_for_remotes(configuration.get(TIMEOUT_SETTING), DEFAULT_SECONDS)


def _active(policy: Policy, models: Sequence[str], rules: Sequence[str]) -> list[str]:
    """Those of `rules` that judge one of `models`."""
    levels: list[dict[str, Level]] = [dict(policy.for_model(model).levels) for model in models]
    return [rule for rule in rules if any(level[rule] != "off" for level in levels)]


def _notes(verdict: Verdict, policy: Policy, models: Sequence[str], destination: Destination) -> Iterator[str]:
    if destination.offline and destination.url is not None and models:
        unsure = ", ".join(f"[{rule}]" for rule in _active(policy, models, rules_where("needs_remote")))
        yield f"judged by the tags of this clone, for the remote was not asked; it may know better about {unsure}"
    unjudged = _active(policy, models, rules_where("needs_pusher"))
    if unjudged or verdict.findings:
        rules = f", so that {', '.join(f'[{rule}]' for rule in unjudged)} can't be judged here" if unjudged else ""
        yield f"only the server knows who pushes, its own settings and its clock{rules}"
