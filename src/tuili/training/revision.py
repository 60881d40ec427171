"""Revision data: what comes before a right attempt, so that a model learns to make it of wrong ones."""

from __future__ import annotations

import random
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein


def earlier_attempts(
    attempt: str,
    wrong: Sequence[str],
    rng: random.Random,
    *,
    least: int = 0,
    most: int = 4,
    kept: float = 0.0,
    closest: bool = True,
) -> tuple[str, ...]:
    """The attempts, oldest first, that are shown before a right one; wrong: all wrong samples of the same problem.

    Snell et al. (arXiv 2408.03314), section 6.1: 0 to 4 wrong ones, their number uniform (fewer where there are not
    enough); the last is the closest to the attempt by character edit distance, the others are drawn. kept: the
    share, none in the paper, of those after any at which the last is the attempt itself, so that the model also learns
    to leave alone what is right. closest: false draws the last wrong one too; next to the closest a revision is a small
    edit, next to any it is more often a new start.
    """
    count = rng.randint(least, most)
    keep = count > 0 and rng.random() < kept
    count = min(count - keep, len(wrong))
    last = (attempt,) if keep else ()
    if count == 0:
        return last
    chosen = rng.randrange(len(wrong))
    if closest:
        chosen = min(range(len(wrong)), key=lambda place: Levenshtein.distance(wrong[place], attempt))
    others = [text for place, text in enumerate(wrong) if place != chosen]
    return (*rng.sample(others, count - 1), wrong[chosen], *last)
