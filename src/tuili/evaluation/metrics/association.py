"""Are samples with something more often right than samples without it? Samples of one problem go together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tuili.evaluation.metrics.bootstrap import interval, resampled_means
from tuili.evaluation.metrics.estimate import Estimate


def difference(correct: ArrayLike, has: ArrayLike, problems: ArrayLike) -> Estimate:
    """Accuracy of the samples that have it less that of the others, [N] each, with a bootstrap interval over problems.

    It compares samples of different problems too: where hard problems call for it, it looks harmful. nan where all
    samples have it or none does; n counts problems.
    """
    correct, has = np.asarray(correct, dtype=float), np.asarray(has, dtype=bool)
    _, index = np.unique(np.asarray(problems), return_inverse=True)
    count = int(index.max()) + 1 if len(index) else 0
    if not 0 < has.sum() < len(has):
        return Estimate(float("nan"), -1.0, 1.0, count)
    columns = np.stack(
        [np.bincount(index, weights=w, minlength=count) for w in (correct * has, has, correct * ~has, ~has)], axis=1
    )
    right, all_, right_without, all_without = columns.sum(axis=0)
    means = resampled_means(columns)
    with np.errstate(invalid="ignore"):
        resampled = means[:, 0] / means[:, 1] - means[:, 2] / means[:, 3]
    low, high = interval(resampled[np.isfinite(resampled)], count)
    return Estimate(float(right / all_ - right_without / all_without), max(low, -1.0), min(high, 1.0), count)


def difference_within(correct: ArrayLike, has: ArrayLike, problems: ArrayLike) -> Estimate:
    """The same between samples of the same problem, averaged over the problems with samples of both kinds; n counts
    those. What makes a problem hard is the same on both sides."""
    correct, has = np.asarray(correct, dtype=float), np.asarray(has, dtype=bool)
    _, index = np.unique(np.asarray(problems), return_inverse=True)
    with_it, without = np.bincount(index, weights=has), np.bincount(index, weights=~has)
    both = (with_it > 0) & (without > 0)
    if not both.any():
        return Estimate(float("nan"), -1.0, 1.0, 0)
    own = (
        np.bincount(index, weights=correct * has)[both] / with_it[both]
        - np.bincount(index, weights=correct * ~has)[both] / without[both]
    )
    low, high = interval(resampled_means(own[:, None])[:, 0], len(own))
    return Estimate(float(own.mean()), max(low, -1.0), min(high, 1.0), len(own))
