"""Parses the policies that count, so that they can judge.

The steps from a setting to a policy: `PolicyLocation` is where a setting says
that the policy is, `PolicyFile` the content of the file there, `PolicySource`
the policy that counts among several possible ones, `LoadedPolicy` the same
parsed.
"""

from __future__ import annotations

from ...policy.errors import CannotJudge
from ...policy.file.policy import built_in_policy
from ...policy.record import Record
from .policy_source import server_policy, site_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol

    from ...policy.budget import Budget
    from ...policy.file.policy import Policy
    from ...policy.judging.judge import Judge
    from ...policy.push import RefUpdate
    from ...policy.verdict import Verdict
    from ..git.configuration import Configuration
    from ..git.reader import Reader
    from .policy_source import PolicySource

    class LoadPolicy(Protocol):
        """The type of `load_policy`, and of a replacement for it."""

        def __call__(self, data: bytes, *, site: bool = False) -> Policy: ...


class LoadedPolicy(Record):
    """A parsed policy, and where it comes from.

    `declared_stages` are those that `.gto` declares in the same commit, None if any stage is allowed or the file was
    not read. `notes` are sentences for its verdict.
    """

    source: PolicySource
    policy: Policy
    declared_stages: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    def verdict_of(self, judge: Judge, *notes: str) -> Verdict:
        """The verdict of `judge`, which judged by this policy, with its notes and these."""
        return judge.verdict(source=self.source.source, policy_id=self.source.id, notes=[*self.notes, *notes])


def load_policy_file(data: bytes, *, site: bool = False) -> Policy:
    """As `load_policy`, which is imported, with the TOML parser, only if there is a policy file."""
    from ...policy.file.load import load_policy

    return load_policy(data, site=site)


def load_source(source: PolicySource, *, site: bool = False, load: LoadPolicy = load_policy_file) -> LoadedPolicy:
    """Parse `source` by `load`. Raises CannotJudge, with all mistakes, if it is not a valid policy."""
    notes = (source.note,) if source.note else ()
    if source.data is None:
        return LoadedPolicy(source, built_in_policy(), notes=notes)
    try:
        return LoadedPolicy(source, load(source.data, site=site), notes=notes)
    except ValueError as problem:
        mistakes = getattr(problem, "mistakes", (str(problem),))
        listed = "\n".join(f"  {mistake}" for mistake in mistakes)
        raise CannotJudge(
            f"The policy {source.source} can't be read:\n{listed}\n"
            "No push of tags is accepted until it is repaired; check the repair with `tagwarden policy check FILE`."
        ) from None


def load_server_policies(
    reader: Reader, configuration: Configuration, *, load: LoadPolicy = load_policy_file
) -> list[LoadedPolicy]:
    """The policies by which a server judges: the repository's, and the site's if there is one.

    Raises CannotJudge if one of them can't be read or is not valid.
    """
    loaded = [load_source(server_policy(reader, configuration), load=load)]
    of_site = site_policy(reader, configuration)
    if of_site is not None:
        loaded.append(load_source(of_site, site=True, load=load))
    return loaded


def with_declared_stages(
    loaded: Sequence[LoadedPolicy], updates: Iterable[RefUpdate], reader: Reader, budget: Budget | None = None
) -> list[LoadedPolicy]:
    """The policies, with the stages that `.gto` declares in the commit of the first one.

    The file is read only if `updates` assign stages and a policy names none itself. If GTO can't read it, the first
    policy gets a note. Raises CannotJudge like `declared_stages`.
    """
    if not any("#" in update.ref and update.new for update in updates):
        return list(loaded)
    if all(one.policy.site or one.policy.base.stages.names is not None for one in loaded):
        return list(loaded)
    from .gto_file import declared_stages

    first, *others = loaded
    declared = declared_stages(reader, first.source.commit, budget)
    if declared.note is not None:
        first = first._replace(notes=(*first.notes, declared.note))
    return [one._replace(declared_stages=declared.names) for one in (first, *others)]
