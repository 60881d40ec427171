"""The curves of a run.

Where samples are independent, one run with n samples a problem gives the whole curve of every selection rule (see
`pooled`). Strategies whose samples depend on each other are points, as measured, joined where only their size differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tuili.evaluation.curve import Curve, by_problem, joined
from tuili.evaluation.families import decides_as_it_goes, families, size
from tuili.evaluation.pooled import pool_curves
from tuili.evaluation.recorded import Mark, Recorded, RunColumns, Unit
from tuili.spec import Spec


def curves(run: RunColumns) -> list[Curve]:
    """All curves of a run: the ceiling first, then what its pools give, then what was measured as it is."""
    pooled: list[Recorded] = []
    measured: list[Recorded] = []
    for recorded in run.strategies.values():
        (pooled if _gives_a_pool(recorded) else measured).append(recorded)
    return [*pool_curves(run, pooled), *_measured_curves(run, measured)]


def _gives_a_pool(recorded: Recorded) -> bool:
    """A strategy that decides as it goes is a point, even where it came to draw as many samples everywhere."""
    enough = recorded.pools is not None and recorded.pools.classes.shape[1] > 1
    return enough and not decides_as_it_goes(Spec.parse(recorded.strategy))


def _measured_curves(run: RunColumns, measured: Sequence[Recorded]) -> Iterator[Curve]:
    by_strategy = {recorded.strategy: recorded for recorded in measured}
    for name, strategies in families(list(by_strategy)).items():
        points = [as_measured(run, by_strategy[strategy], name) for strategy in strategies]
        yield joined(sorted(points, key=lambda point: float(point.costs[:, 0, Unit.TOKENS].mean())))


def as_measured(run: RunColumns, recorded: Recorded, name: str) -> Curve:
    """The one point of what a strategy returned, as it is recorded."""
    return by_problem(
        run,
        recorded,
        name=name,
        ks=(size(Spec.parse(recorded.strategy)),),
        accuracy=(recorded.outcome == Mark.CORRECT).astype(float)[:, None],
        ungraded=(recorded.outcome == Mark.UNGRADED).astype(float)[:, None],
        costs=recorded.costs.sum(axis=1)[:, None],
        from_subsets=False,
    )
