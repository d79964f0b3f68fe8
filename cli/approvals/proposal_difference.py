"""What a proposal would change: how the versions differ that its stages hold now and would hold then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contents.rows import change_row
from ...policy.grammar.query import parse_query
from ...policy.registry.resolution import Unresolved
from ...report.table import table
from ...repository.proposals.on_remote import fetch_proposed_commit
from ...repository.registry import read_model
from ..errors import Refused
from ..versions.difference_view import differences
from ..versions.holdings import Holdings
from ..versions.version_view import version_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...repository.proposals.on_remote import ProposedThere
    from ...repository.proposals.status import ProposalStatus
    from ...repository.trusted.loaded_policy import LoadedPolicy


def difference_lines(there: ProposedThere, status: ProposalStatus, loaded: LoadedPolicy) -> Iterator[str]:
    """For each version that would replace another in a stage, a table of the differences between them, and notes."""
    pairs = {(move.before, move.after): None for move in status.moves if move.before and move.after}
    if pairs:
        fetch_proposed_commit(there.repository, there.remote, status.proposal)
    model = status.proposal.name.model
    better = loaded.policy.for_model(model).show.better
    with there.reader() as reader:
        known = read_model(reader, model)
        holdings = Holdings(reader)
        for pair in pairs:
            before, after = pair
            try:
                old, new = (
                    version_for(parse_query(f"{model}@{one}"), known, holdings, deprecated=True) for one in pair
                )
            except (ValueError, Unresolved, Refused) as problem:
                yield f"  note: how {before} and {after} differ can't be told: {problem}"
                continue
            changes, notes = differences(old, new, better, reader)
            rows = [change_row(change) for change in changes if change.changed]
            if rows:
                header = ["WHAT", "NAME", str(before), str(after), "CHANGE"]
                yield from (f"  {line}" for line in table(header, rows).split("\n"))
            yield from (f"  note: {note}" for note in notes)
