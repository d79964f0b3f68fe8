"""The budgets, one case each: what is run, and how the figure is made of what it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .kit import Kit
from .measuring import Contender, Summary

Results = Mapping[str, Summary]


@dataclass(frozen=True)
class Case:
    """One budget.

    `figure` makes of the results what `limit` bounds from above, or from below
    with `at_least`. `contenders` makes what is needed; a case for which a peer
    is missing has none.
    """

    name: str
    work: str
    measure: str
    limit: float
    contenders: Callable[[Kit], Sequence[Contender]]
    figure: Callable[[Results], float]
    rounds: int
    at_least: bool = False
    unit: str = "times"

    def holds(self, figure: float) -> bool:
        return figure >= self.limit if self.at_least else figure <= self.limit


def ratio(one: str, other: str) -> Callable[[Results], float]:
    """How many times the CPU time of `other` goes into `one`, by the medians."""
    return lambda results: results[one].cpu / results[other].cpu


def added_ratio(one: str, other: str, none: str = "no hook") -> Callable[[Results], float]:
    """The same for what each adds to `none`."""
    return lambda results: (results[one].cpu - results[none].cpu) / (results[other].cpu - results[none].cpu)


def growth_ratio(results: Results) -> float:
    """How many times the CPU time of the first contender goes into the last, by the medians."""
    medians = [summary.cpu for summary in results.values()]
    return medians[-1] / medians[0]


def largest_mebibytes(results: Results) -> float:
    """The memory of the largest process of all contenders."""
    return max(summary.peak for summary in results.values()) / 1024


def peak_mebibytes(name: str) -> Callable[[Results], float]:
    """The memory of the largest process."""
    return lambda results: results[name].peak / 1024
