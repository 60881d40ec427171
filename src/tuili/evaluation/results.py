"""What each strategy of a run returned, as recorded: no subset, no interpolation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.self_correction import self_correction
from tuili.evaluation.recorded import Mark, Recorded, RunColumns


@dataclass(frozen=True, slots=True)
class StrategyResult:
    run: str
    strategy: str
    """Full spec."""
    attempts: int
    accuracy: Estimate
    """Ungraded answers count as not correct; n counts problems."""
    ungraded: Estimate
    """Share of attempts whose answer was absent or could not be graded."""
    reasons: Mapping[str, int]
    """Why they were ungraded, and how many attempts."""
    endings: Mapping[str, int]
    samples: int
    cut: int
    """Samples that stopped at max_tokens."""
    by_level: Mapping[int, Estimate]
    by_turn: Mapping[str, Estimate] | None
    """Self-correction: see metrics/self_correction.py. Of attempts that no budget and no failure cut short."""
    flops: float
    """Mean a problem and attempt, as are the next two."""
    tokens: float
    seconds: float


def strategy_results(run: RunColumns) -> list[StrategyResult]:
    levels = np.array([problem.level or 0 for problem in run.problems])
    return [_result(run, recorded, levels) for recorded in run.strategies.values()]


def _result(run: RunColumns, recorded: Recorded, levels: NDArray[np.int64]) -> StrategyResult:
    rows, index = np.unique(recorded.problem, return_inverse=True)

    def by_problem(mark: Mark) -> NDArray[np.float64]:
        share: NDArray[np.float64] = np.bincount(index, weights=recorded.outcome == mark) / np.bincount(index)
        return share

    correct = by_problem(Mark.CORRECT)
    level = levels[rows]
    return StrategyResult(
        run.name,
        recorded.strategy,
        len(recorded.problem),
        clustered(correct),
        clustered(by_problem(Mark.UNGRADED)),
        recorded.reasons,
        recorded.endings,
        recorded.samples,
        recorded.cut,
        {int(one): clustered(correct[level == one]) for one in np.unique(level) if one},
        self_correction(recorded.episodes.correct, recorded.episodes.problem) if recorded.episodes else None,
        *map(float, recorded.costs.sum(axis=1).mean(axis=0)),
    )
