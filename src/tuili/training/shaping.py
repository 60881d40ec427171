"""What the turns of an episode are rewarded with in SCoRe (arXiv 2409.12917), and which are learnt from.

A rollout holds each problem's group of first turns, then the group of second turns that were shown them. Each turn
learns from a reward of its own, and its baseline is its own group's mean: first turns are compared with first turns,
second with second.

Left out: that the first turn also earns what the second makes of it. With the bonus that would be
r1 + r2 + α(r2 − r1), of which r1 is the smaller the better from α = 1 on: it would pay to be wrong at first. For the
second turn r1 is given. So there it is a baseline, which changes no gradient in expectation and most of its variance:
a second turn that leaves its first as it was has earned nothing, in either stage. The bonus then weighs second turns
by 1 + α.

An answer that could not be graded gives no reward, not one of zero, and no baseline: a second turn after it has no
reward either. A second turn without one takes nothing from the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeVar

from tuili.training.rewards import Reward, learns

Stage = Literal[1, 2]
T = TypeVar("T")


def lesson(rewards: Sequence[Reward], group: int, stage: Stage, alpha: float) -> tuple[list[float | None], list[bool]]:
    """For each row of a rollout what is maximised, None for no reward, and whether it is learnt from.

    Groups whose shaped outcomes are all alike are skipped, as in RL. Stage I has nothing to teach a first turn but to
    stay as it was: it does so where the second learns.
    """
    first, second = apart(rewards, group)
    totals = shaped([one.total for one in first], [one.total for one in second], stage, alpha)
    outcomes = shaped([one.outcome for one in first], [one.outcome for one in second], stage, alpha)
    learnt_second = learns(outcomes[1], group)
    learnt_first = learnt_second if stage == 1 else learns(outcomes[0], group)
    return together(*totals, group), together(learnt_first, learnt_second, group)


def shaped(
    first: Sequence[float | None], second: Sequence[float | None], stage: Stage, alpha: float
) -> tuple[list[float | None], list[float | None]]:
    """Of each episode's rewards r1 and r2, one list each, what its turns are to maximise.

    Stage I: nothing, and r2 − r1. Stage II: r1, and (1 + alpha)(r2 − r1).
    """
    weight = 1.0 if stage == 1 else 1 + alpha
    gained = [None if a is None or b is None else weight * (b - a) for a, b in zip(first, second, strict=True)]
    return [0.0] * len(first) if stage == 1 else list(first), gained


def apart(rows: Sequence[T], group: int) -> tuple[list[T], list[T]]:
    """The first turns and the second, in the same order of episodes."""
    first = [row for place, row in enumerate(rows) if place // group % 2 == 0]
    return first, [row for place, row in enumerate(rows) if place // group % 2 == 1]


def together(first: Sequence[T], second: Sequence[T], group: int) -> list[T]:
    """The rows of a rollout: what `apart` took apart."""
    starts = range(0, len(first), group)
    return [row for start in starts for turn in (first, second) for row in turn[start : start + group]]
