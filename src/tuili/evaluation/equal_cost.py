"""Strategies at the same cost, on the same problems, and the costs at which they are equally accurate.

Between two sizes a curve is a straight line over the logarithm of its mean cost. It is never continued beyond its
ends, but for NEAR. Intervals come from resampling the problems: for equal cost the mean costs are taken as known, for
equal accuracy each resample has its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuili.errors import BadRequest
from tuili.evaluation.curve import Curve
from tuili.evaluation.metrics.bootstrap import interval, resampled_means
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.paired import Difference, paired_differences
from tuili.evaluation.recorded import Unit

ROUNDING = 1e-9
NEAR = 0.05
"""A cost this much outside of what was recorded is read as the nearest end."""


@dataclass(frozen=True, slots=True)
class AtCost:
    """Both strategies for the same cost a problem; None where one was not recorded that cheap or that dear."""

    cost: float
    first: Estimate | None
    second: Estimate | None
    difference: Difference | None
    """first - second, paired by problem."""


@dataclass(frozen=True, slots=True)
class SameAccuracy:
    """The least that each strategy spends to be so accurate; its cheapest size, where that is more accurate already."""

    accuracy: float
    """Of the second strategy at one of its sizes."""
    first_cost: float | None
    """None where it never is."""
    second_cost: float
    """Less than that size costs, where a smaller one is as accurate."""
    ratio: Estimate | None
    """first / second; infinite ends mean that in some resamples it never is."""


@dataclass(frozen=True, slots=True)
class Comparison:
    first: str
    second: str
    unit: str
    problems: int
    """That both have; the others are left out."""
    at_cost: tuple[AtCost, ...]
    same_accuracy: tuple[SameAccuracy, ...]


def compare(
    first: Curve,
    second: Curve,
    *,
    at_cost: Sequence[float] | None = None,
    unit: Unit = Unit.FLOPS,
    seed: int = 0,
) -> Comparison:
    """Two strategies at equal cost and at equal accuracy.

    at_cost: costs a problem, in `unit`; by default those of every point of both curves. Equal accuracy is asked at
    every point of the second. Raises BadRequest when no problem is in both, or a cost is not positive.
    """
    first, second = shared_problems([first, second])
    for curve in (first, second):
        if mean_costs(curve, unit).min() <= 0:
            raise BadRequest(f"{curve.name} recorded no {unit.name.lower()}: choose another unit of cost")
    if at_cost is not None and min(at_cost, default=1) <= 0:
        raise BadRequest("a cost at which strategies are compared must be positive")
    if at_cost is None:
        at_cost = sorted({*mean_costs(first, unit), *mean_costs(second, unit)})
    return Comparison(
        first=first.name,
        second=second.name,
        unit=unit.name.lower(),
        problems=len(first.problems),
        at_cost=_at_costs(first, second, at_cost, unit, seed),
        same_accuracy=_same_accuracy(first, second, unit, seed),
    )


def shared_problems(curves: Sequence[Curve]) -> list[Curve]:
    """The curves on the problems that all of them have, in one order. Raises BadRequest when there are none."""
    shared = set.intersection(*(set(curve.problems) for curve in curves))
    if not shared:
        raise BadRequest(f"{' and '.join(curve.name for curve in curves)} have no problem in common")
    order = [problem for problem in curves[0].problems if problem in shared]
    return [curve.on(order) for curve in curves]


def mean_costs(curve: Curve, unit: Unit) -> NDArray[np.float64]:
    """Per problem, [K]."""
    means: NDArray[np.float64] = curve.costs[:, :, unit].mean(axis=0)
    return means


def accuracy_at(curve: Curve, cost: float, unit: Unit) -> NDArray[np.float64] | None:
    """Accuracy of every problem, [P], at this mean cost; None outside what was recorded."""
    costs = mean_costs(curve, unit)
    order = np.argsort(costs, kind="stable")
    logs = np.log(costs[order])
    at = np.log(cost)
    if not logs[0] - NEAR <= at <= logs[-1] + NEAR:
        return None
    right = min(int(np.searchsorted(logs, at)), len(logs) - 1)
    left = max(right - 1, 0)
    width = logs[right] - logs[left]
    weight = np.clip((at - logs[left]) / width, 0, 1) if width > 0 else 1.0
    values: NDArray[np.float64] = (
        curve.accuracy[:, order[left]] * (1 - weight) + curve.accuracy[:, order[right]] * weight
    )
    return values


def _at_costs(first: Curve, second: Curve, costs: Sequence[float], unit: Unit, seed: int) -> tuple[AtCost, ...]:
    pairs = [(accuracy_at(first, cost, unit), accuracy_at(second, cost, unit)) for cost in costs]
    both = [one - other for one, other in pairs if one is not None and other is not None]
    differences = iter(paired_differences(np.column_stack(both), seed=seed) if both else ())
    return tuple(
        AtCost(
            cost=float(cost),
            first=None if one is None else clustered(one),
            second=None if other is None else clustered(other),
            difference=None if one is None or other is None else next(differences),
        )
        for cost, (one, other) in zip(costs, pairs, strict=True)
    )


def _same_accuracy(first: Curve, second: Curve, unit: Unit, seed: int) -> tuple[SameAccuracy, ...]:
    columns = [first.accuracy, first.costs[:, :, unit], second.accuracy, second.costs[:, :, unit]]
    values, problems = np.column_stack(columns), len(first.problems)
    # the means themselves first, then those of every resample
    means = np.concatenate([values.mean(axis=0)[None], resampled_means(values, seed=seed)])
    firsts, first_costs, seconds, second_costs = np.split(means, np.cumsum([c.shape[1] for c in columns])[:-1], axis=1)
    rows = []
    for point in range(seconds.shape[1]):
        targets = seconds[:, point]
        needed = _cost_for(firsts, first_costs, targets)
        least = _cost_for(seconds, second_costs, targets)
        ratio = None
        if np.isfinite(needed[0]):
            ends = interval(needed[1:] / least[1:], problems)
            ratio = Estimate(float(needed[0] / least[0]), *ends, problems)
        rows.append(SameAccuracy(float(targets[0]), float(needed[0]) if ratio else None, float(least[0]), ratio))
    return tuple(rows)


def _cost_for(
    accuracies: NDArray[np.float64], costs: NDArray[np.float64], targets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The least cost at which each curve, [B, K] at costs [B, K], reaches its target, [B]; infinite where it does not.

    Sizes are in the order of the first curve's costs.
    """
    order = np.argsort(costs[0], kind="stable")
    logs, values = np.log(costs[:, order]), accuracies[:, order]
    reached = values >= targets[:, None] - ROUNDING
    right = reached.argmax(axis=1)
    left = np.maximum(right - 1, 0)
    rows = np.arange(len(values))
    rise = values[rows, right] - values[rows, left]
    share = np.divide(targets - values[rows, left], rise, out=np.ones_like(rise), where=rise > 0)
    needed = np.exp(logs[rows, left] + (logs[rows, right] - logs[rows, left]) * np.clip(share, 0, 1))
    return np.where(reached.any(axis=1), needed, np.inf)
