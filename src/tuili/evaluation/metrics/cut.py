"""Accuracy if max_tokens had been smaller, from the lengths of recorded samples alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuili.errors import BadRequest


def accuracy_at_cuts(correct: ArrayLike, tokens: ArrayLike, cuts: Sequence[int]) -> NDArray[np.float64]:
    """The mean of correct * (tokens <= cut) over each problem's samples, [P, C]; correct and tokens are [P, n].

    A sample that is longer than a cut would not have ended, and an unfinished thought has no answer. That is exact for
    models that end with their answer; for one that declares it earlier it is a lower bound, and cutting and grading
    again (`tuili regrade --max-tokens`) is exact. Raises BadRequest for a cut below 1, or shapes that differ.
    """
    right, lengths = np.asarray(correct, dtype=bool), np.asarray(tokens)
    if right.shape != lengths.shape or right.ndim != 2:
        raise BadRequest(f"correct and tokens must be tables of one shape, not {right.shape} and {lengths.shape}")
    if min(cuts, default=1) < 1:
        raise BadRequest(f"a cut leaves at least one token, not {min(cuts)}")
    kept = lengths[:, :, None] <= np.asarray(cuts)
    share: NDArray[np.float64] = (right[:, :, None] & kept).mean(axis=1)
    return share
