"""Strategies as they were recorded, paired by problem, whatever each of them cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuili.evaluation.curve import Curve
from tuili.evaluation.curves import as_measured
from tuili.evaluation.equal_cost import mean_costs, shared_problems
from tuili.evaluation.metrics.paired import Difference, paired_difference
from tuili.evaluation.recorded import RunColumns, Unit


@dataclass(frozen=True, slots=True)
class Pairing:
    """One strategy of one run against the first of the page, on the problems that both answered."""

    run: str
    strategy: str
    overall: Difference
    """This one's accuracy less the first's; ungraded answers are not correct."""
    by_level: Mapping[int, Difference]
    times_flops: float | None
    """What it spent, as a multiple of what the first did; None where an engine did not know."""
    times_tokens: float | None


@dataclass(frozen=True, slots=True)
class AsRecorded:
    run: str
    strategy: str
    """The first, which the others are paired with."""
    pairings: tuple[Pairing, ...]


def as_recorded(runs: Sequence[RunColumns]) -> AsRecorded | None:
    """Every strategy against the first one of the first run; None where there is nothing to pair it with."""
    first, *others = [
        as_measured(run, recorded, strategy) for run in runs for strategy, recorded in run.strategies.items()
    ]
    pairings = [_pairing(first, other) for other in others if set(first.problems) & set(other.problems)]
    return AsRecorded(first.run, first.name, tuple(pairings)) if pairings else None


def _pairing(first: Curve, other: Curve) -> Pairing:
    first, other = shared_problems([first, other])
    by_level = {
        int(level): _difference(first.where(first.levels == level), other.where(first.levels == level))
        for level in np.unique(first.levels)
        if level
    }
    times_flops, times_tokens = (_times(first, other, unit) for unit in (Unit.FLOPS, Unit.TOKENS))
    return Pairing(other.run, other.name, _difference(first, other), by_level, times_flops, times_tokens)


def _difference(first: Curve, other: Curve) -> Difference:
    return paired_difference(other.accuracy[:, 0], first.accuracy[:, 0])


def _times(first: Curve, other: Curve, unit: Unit) -> float | None:
    one, two = (float(mean_costs(curve, unit)[0]) for curve in (first, other))
    return two / one if one > 0 and two > 0 else None
