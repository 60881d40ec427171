"""What one or several runs of a task show, as plain numbers: the report draws it, `--json` prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from math import isfinite
from typing import Any

from tuili.evaluation.against import AgainstBaseline, against
from tuili.evaluation.as_recorded import AsRecorded, as_recorded
from tuili.evaluation.curve import Curve
from tuili.evaluation.curves import curves
from tuili.evaluation.cuts import CutCurve, cut_curves
from tuili.evaluation.differences import Differing, header_differences
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.recorded import RunColumns, Unit
from tuili.evaluation.regraded import RunRegraded
from tuili.evaluation.results import StrategyResult, strategy_results
from tuili.evaluation.verifier import VerifierResult, verifier_result
from tuili.records import Charge, RunHeader


@dataclass(frozen=True, slots=True)
class Point:
    """A strategy at one size; costs are means a problem."""

    k: int | None
    accuracy: Estimate
    ungraded: float
    """Share of the answers that were absent or could not be graded; they count as not correct."""
    flops: float
    tokens: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Series:
    """One strategy's curve."""

    name: str
    run: str
    strategies: tuple[str, ...]
    from_subsets: bool
    ceiling: bool
    points: tuple[Point, ...]
    by_level: Mapping[int, tuple[Point, ...]]


@dataclass(frozen=True, slots=True)
class Summary:
    task: str
    headers: Mapping[str, RunHeader]
    """By run."""
    folders: Mapping[str, str]
    differences: tuple[Differing, ...]
    """Of the headers."""
    results: tuple[StrategyResult, ...]
    as_recorded: AsRecorded | None
    """None for a single strategy."""
    series: tuple[Series, ...]
    equal_cost: AgainstBaseline | None
    """None where nothing was recorded that other strategies could be compared with."""
    regraded: tuple[RunRegraded, ...]
    """What other graders changed."""
    cuts: tuple[CutCurve, ...]
    verifiers: tuple[VerifierResult, ...]
    spending: Mapping[str, Mapping[str, tuple[Charge, ...]]]
    """By run and strategy, one sum for each component and purpose."""


def summarise(
    runs: Sequence[RunColumns], *, at_cost: Sequence[float] | None = None, baseline: str | None = None
) -> Summary:
    """Runs of one task, side by side.

    at_cost: mean costs a problem at which strategies are compared, in FLOPs (tokens where a run has no FLOPs); by
    default those of the baseline at 1, 4, 16, … samples. baseline: the name of a series; by default the first
    majority. Raises BadRequest where no series has that name.
    """
    drawn = _distinct([curve for run in runs for curve in curves(run)])
    verifiers = [verifier_result(run) for run in runs]
    return Summary(
        task=runs[0].header.task,
        headers={run.name: run.header for run in runs},
        folders={run.name: str(run.folder) for run in runs},
        differences=header_differences({run.name: run.header for run in runs}),
        results=tuple(result for run in runs for result in strategy_results(run)),
        as_recorded=as_recorded(runs),
        series=tuple(map(_series, drawn)),
        equal_cost=against(drawn, baseline, at_cost=at_cost),
        regraded=tuple(one for run in runs for one in run.regraded),
        cuts=tuple(cut_curves(runs)),
        verifiers=tuple(result for result in verifiers if result is not None),
        spending={
            run.name: {strategy: tuple(charges.values()) for strategy, charges in run.spending.items()} for run in runs
        },
    )


def as_json(value: Any) -> Any:
    """Dataclasses as objects; JSON has no infinity and no nan, so they are null."""
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return None if isinstance(value, float) and not isfinite(value) else value


def _distinct(drawn: Sequence[Curve]) -> list[Curve]:
    """Runs that share samples have the same majority: it is shown once. Other curves of one name say their run."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for curve in drawn:
        costs = curve.costs[:, :, : Unit.SECONDS]  # no two runs take the same time
        key = curve.name, curve.problems, curve.accuracy.tobytes(), costs.tobytes()
        if key not in seen:
            seen.add(key)
            kept.append(curve)
    names = Counter(curve.name for curve in kept)
    return [curve if names[curve.name] == 1 else replace(curve, name=f"{curve.name} · {curve.run}") for curve in kept]


def _series(curve: Curve) -> Series:
    levels = sorted(set(curve.levels.tolist()))
    return Series(
        name=curve.name,
        run=curve.run,
        strategies=curve.strategies,
        from_subsets=curve.from_subsets,
        ceiling=curve.ceiling,
        points=_points(curve),
        by_level={level: _points(curve.where(curve.levels == level)) for level in levels if level},
    )


def _points(curve: Curve) -> tuple[Point, ...]:
    costs = curve.costs.mean(axis=0)
    return tuple(
        Point(k, clustered(curve.accuracy[:, i]), float(curve.ungraded[:, i].mean()), *map(float, costs[i]))
        for i, k in enumerate(curve.ks)
    )
