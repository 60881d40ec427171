"""Overthinking (arXiv 2412.21187) and underthinking (arXiv 2501.18585): tokens after the first correct thought.

Both take the tokens up to and including the first correct thought: what counts as one is for the caller to say.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered


def outcome_efficiency(
    correct: ArrayLike, tokens_to_first: ArrayLike, tokens: ArrayLike, problems: ArrayLike | None = None
) -> Estimate:
    """xi_O = mean of correct * (tokens up to the first correct answer) / (all tokens), over N solutions, [N] each.

    1 is a model that stops when it is right; an incorrect solution contributes 0, its tokens_to_first is ignored.
    problems: which problem each solution is of, [N]; None: one solution a problem.
    """
    correct = np.asarray(correct, dtype=bool)
    share = np.asarray(tokens_to_first, dtype=float) / np.asarray(tokens, dtype=float)
    return clustered(np.where(correct, share, 0.0), problems)


def underthinking(
    correct: ArrayLike, tokens_to_first: ArrayLike, tokens: ArrayLike, problems: ArrayLike | None = None
) -> Estimate:
    """xi_UT = mean over the incorrect solutions of 1 - (tokens up to the first correct thought) / (all tokens).

    [N] each, correct ones included and left out here. 0 is a model that is wrong because it never had a correct thought
    (its tokens_to_first are all its tokens) and 1 one that had it at once and left it. No incorrect solution: nan.
    """
    wrong = ~np.asarray(correct, dtype=bool)
    share = np.asarray(tokens_to_first, dtype=float) / np.asarray(tokens, dtype=float)
    of = np.arange(len(wrong)) if problems is None else np.asarray(problems)
    return clustered(1 - share[wrong], of[wrong])
