"""Does revising help: accuracy by attempt, and how often it turns right answers wrong and wrong ones right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered


@dataclass(frozen=True, slots=True)
class Turns:
    """What becomes of answers from one attempt to the next, over all attempts of all chains."""

    spoiled: Estimate
    """Of right answers, the share that the next attempt turns wrong: 38 % in Snell et al. (arXiv 2408.03314)."""
    mended: Estimate
    """Of wrong answers, the share that the next attempt turns right."""
    lost: Estimate
    """Right before and wrong after, as a share of all turns: Δ(c→i) of SCoRe (arXiv 2409.12917)."""
    gained: Estimate
    """Wrong before and right after, likewise: Δ(i→c). Accuracy rises by gained - lost a turn."""


def by_attempt(correct: ArrayLike, problems: ArrayLike) -> list[Estimate]:
    """The accuracy of the first attempts, of the second, …, from chains [C, n] and the problem of each chain, [C]."""
    return [clustered(column, problems) for column in np.asarray(correct, dtype=bool).T]


def turns(correct: ArrayLike, problems: ArrayLike) -> Turns:
    """From chains [C, n], at least two attempts long, and the problem of each chain, [C]."""
    correct = np.asarray(correct, dtype=bool)
    before, after = correct[:, :-1], correct[:, 1:]
    owners = np.broadcast_to(np.asarray(problems)[:, None], before.shape)

    def share(of: NDArray[np.bool_], among: NDArray[np.bool_]) -> Estimate:
        return clustered(of[among], owners[among])

    every = np.ones_like(before)
    return Turns(
        spoiled=share(~after, before),
        mended=share(after, ~before),
        lost=share(before & ~after, every),
        gained=share(~before & after, every),
    )
