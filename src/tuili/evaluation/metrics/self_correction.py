"""What a second turn is worth: SCoRe's metrics of self-correction (Kumar et al., arXiv 2409.12917, section 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.paired import paired_difference
from tuili.evaluation.metrics.revisions import by_attempt, turns


def self_correction(correct: ArrayLike, problems: ArrayLike) -> dict[str, Estimate]:
    """By the paper's names, from episodes [E, T] of T turns and the problem of each episode, [E].

    `accuracy@t1` to `accuracy@tT`; from the first turn to the last: `Δ` in accuracy, the mean over problems; `Δ(i→c)`
    and `Δ(c→i)`, the shares of all episodes that went from incorrect to correct and back. Intervals are over problems.
    """
    correct, problems = np.asarray(correct, dtype=bool), np.asarray(problems)
    ends = correct[:, [0, -1]]
    _, index = np.unique(problems, return_inverse=True)
    first, last = (np.bincount(index, weights=turn) / np.bincount(index) for turn in ends.T)
    moved = turns(ends, problems)
    return {
        **{f"accuracy@t{turn}": accuracy for turn, accuracy in enumerate(by_attempt(correct, problems), start=1)},
        "Δ": paired_difference(last, first).estimate,
        "Δ(i→c)": moved.gained,
        "Δ(c→i)": moved.lost,
    }
