"""Strategies as they were recorded, paired by problem, whatever each of them cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuili.evaluation.metrics.paired import Difference, paired_difference
from tuili.evaluation.recorded import Mark, Recorded, RunColumns, Unit


@dataclass(frozen=True, slots=True)
class Pairing:
    """One strategy of one run against the first of the page."""

    run: str
    strategy: str
    overall: Difference
    """This one's accuracy less the first's, on the problems that both answered."""
    by_level: Mapping[int, Difference]
    times_flops: float | None
    """What a problem costs, as a multiple of the first's; None where an engine did not know."""
    times_tokens: float | None


@dataclass(frozen=True, slots=True)
class AsRecorded:
    run: str
    strategy: str
    """The first, which the others are paired with."""
    pairings: tuple[Pairing, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    run: str
    strategy: str
    accuracy: Mapping[str, float]
    """By problem, over its attempts; ungraded answers are not correct."""
    costs: NDArray[np.float64]
    """[Unit], mean an attempt."""


def as_recorded(runs: Sequence[RunColumns]) -> AsRecorded | None:
    """Every strategy against the first one of the first run; None where there is nothing to pair it with."""
    first, *others = [_member(run, recorded) for run in runs for recorded in run.strategies.values()]
    levels = {problem.id: problem.level or 0 for run in runs for problem in run.problems}
    pairings = [_pairing(first, other, levels) for other in others if first.accuracy.keys() & other.accuracy.keys()]
    return AsRecorded(first.run, first.strategy, tuple(pairings)) if pairings else None


def _member(run: RunColumns, recorded: Recorded) -> _Member:
    rows, index = np.unique(recorded.problem, return_inverse=True)
    shares = np.bincount(index, weights=recorded.outcome == Mark.CORRECT) / np.bincount(index)
    accuracy = {run.problems[row].id: float(share) for row, share in zip(rows, shares, strict=True)}
    return _Member(run.name, recorded.strategy, accuracy, recorded.costs.sum(axis=1).mean(axis=0))


def _pairing(first: _Member, other: _Member, levels: Mapping[str, int]) -> Pairing:
    shared = [problem for problem in first.accuracy if problem in other.accuracy]
    level = np.array([levels[problem] for problem in shared])
    ours = np.array([other.accuracy[problem] for problem in shared])
    its = np.array([first.accuracy[problem] for problem in shared])
    return Pairing(
        run=other.run,
        strategy=other.strategy,
        overall=paired_difference(ours, its),
        by_level={
            int(one): paired_difference(ours[level == one], its[level == one]) for one in np.unique(level) if one
        },
        times_flops=_times(first, other, Unit.FLOPS),
        times_tokens=_times(first, other, Unit.TOKENS),
    )


def _times(first: _Member, other: _Member, unit: Unit) -> float | None:
    known = first.costs[unit] > 0 and other.costs[unit] > 0
    return float(other.costs[unit] / first.costs[unit]) if known else None
