"""The budgets, one case each: what is run, and how its figure is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .kit import Kit
from .measuring import Contender, Summary

Results = Mapping[str, Summary]


@dataclass(frozen=True)
class Case:
    """One budget.

    `figure` computes from the results the value that `limit` bounds from above, or
    from below with `at_least`. `contenders` prepares and returns the contenders; none
    if a peer is missing.
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
    """The ratio of the median CPU times of `one` and `other`."""
    return lambda results: results[one].cpu / results[other].cpu


def added_ratio(one: str, other: str, none: str = "no hook") -> Callable[[Results], float]:
    """The ratio of the CPU times that `one` and `other` add to `none`."""
    return lambda results: (results[one].cpu - results[none].cpu) / (results[other].cpu - results[none].cpu)


def growth_ratio(results: Results) -> float:
    """The ratio of the median CPU times of the last and the first contender."""
    medians = [summary.cpu for summary in results.values()]
    return medians[-1] / medians[0]


def largest_mebibytes(results: Results) -> float:
    """The peak memory of the largest process of all contenders."""
    return max(summary.peak for summary in results.values()) / 1024


def peak_mebibytes(name: str) -> Callable[[Results], float]:
    """The peak memory of the contender's largest process."""
    return lambda results: results[name].peak / 1024
