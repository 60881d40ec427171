"""From the scores of steps to the score of a solution."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Literal

from tuili.records import Step

Aggregate = Literal["product", "min", "last"]


def aggregate(step_scores: Sequence[float], how: Aggregate) -> float:
    """product: Let's Verify (arXiv 2305.20050); last: Snell et al. (arXiv 2408.03314). No steps: 0."""
    if not step_scores:
        return 0.0
    if how == "last":
        return step_scores[-1]
    return min(step_scores) if how == "min" else prod(step_scores)


def standing(steps: Sequence[Step], scores: Sequence[float]) -> Sequence[float]:
    """The scores of the steps that no later one takes back. One that does, and has nothing after it, stands itself."""
    turn = max((place for place, step in enumerate(steps) if step.takes_back), default=-1)
    return scores[turn + 1 :] or scores[turn:]
