"""All strategies of some runs against one of them: at the same cost, and at the same accuracy; overall and by level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuili.errors import BadRequest
from tuili.evaluation.curve import Curve
from tuili.evaluation.equal_cost import Comparison, compare, mean_costs
from tuili.evaluation.recorded import Unit


@dataclass(frozen=True, slots=True)
class AgainstBaseline:
    """Every strategy against the baseline, at the same costs; overall and by level."""

    baseline: str
    unit: str
    overall: tuple[Comparison, ...]
    by_level: Mapping[int, tuple[Comparison, ...]]


def against(
    curves: Sequence[Curve],
    baseline: str | None = None,
    *,
    at_cost: Sequence[float] | None = None,
    unit: Unit | None = None,
) -> AgainstBaseline | None:
    """Every curve that is a strategy (no ceiling) against the one of a name, by default the first of several sizes.

    at_cost: mean costs a problem; by default every second of the baseline's. unit: by default FLOPs, or tokens where
    some curve has no FLOPs. None where there is no such baseline or no such unit. Raises BadRequest for a name that no
    curve has.
    """
    strategies = [curve for curve in curves if not curve.ceiling]
    chosen = _baseline(strategies, baseline)
    unit = _unit(strategies) if unit is None else unit
    if chosen is None or unit is None:
        return None

    def comparisons(levels: Iterable[int]) -> tuple[Comparison, ...]:
        wanted = list(levels)
        parts = [curve.where(np.isin(curve.levels, wanted)) for curve in strategies]
        return _comparisons(parts, chosen.where(np.isin(chosen.levels, wanted)), at_cost, unit)

    levels = sorted(set(chosen.levels.tolist()))
    return AgainstBaseline(
        baseline=chosen.name,
        unit=unit.name.lower(),
        overall=comparisons(set().union(*(curve.levels.tolist() for curve in strategies))),
        by_level={level: comparisons([level]) for level in levels if level},
    )


def _baseline(strategies: Sequence[Curve], name: str | None) -> Curve | None:
    if name is None:
        return next((curve for curve in strategies if len(curve.ks) > 1), None)
    named = {curve.name: curve for curve in strategies}
    if name not in named:
        raise BadRequest(f"no strategy is called {name!r} here; there are: {', '.join(named)}")
    return named[name]


def _unit(strategies: Sequence[Curve]) -> Unit | None:
    known = (unit for unit in (Unit.FLOPS, Unit.TOKENS) if all(mean_costs(one, unit).min() > 0 for one in strategies))
    return next(known, None)


def _comparisons(
    strategies: Sequence[Curve], baseline: Curve, at_cost: Sequence[float] | None, unit: Unit
) -> tuple[Comparison, ...]:
    """The baseline's own row too. A strategy of a single size is also compared at its own cost."""
    costs = list(at_cost) if at_cost is not None else mean_costs(baseline, unit)[::2].tolist()
    rows = []
    for curve in strategies:
        if set(curve.problems) & set(baseline.problems):
            own = mean_costs(curve, unit).tolist() if len(curve.ks) == 1 else []
            rows.append(compare(curve, baseline, at_cost=[*costs, *own], unit=unit))
    return tuple(rows)
