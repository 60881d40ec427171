"""Revision data: right attempts, each after wrong ones, of which the last is the most like it (arXiv 2408.03314)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein


class Revision(NamedTuple):
    earlier: tuple[str, ...]
    """What the model is shown, oldest first."""
    attempt: str
    """What it learns to write then."""


def revision_examples(
    right: Sequence[str], wrong: Sequence[str], rng: random.Random, *, most: int = 4, kept: float = 0.0
) -> Iterator[Revision]:
    """One example for each right attempt at a problem, from independent samples of it.

    Snell et al. (arXiv 2408.03314), section 6.1: 0 to `most` wrong attempts come before it, their number uniform among
    those that there are enough wrong ones for; the last is the closest by character edit distance, the others are
    drawn. kept: the share of examples, not in the paper, whose last earlier attempt is a right one after all, so that
    the model also learns to leave a right answer as it is.
    """
    for attempt in right:
        keep = rng.random() < kept
        count = rng.randint(0, min(most - keep, len(wrong)))
        earlier = _drawn(attempt, wrong, count, rng)
        yield Revision((*earlier, rng.choice(right)) if keep else earlier, attempt)


def _drawn(attempt: str, wrong: Sequence[str], count: int, rng: random.Random) -> tuple[str, ...]:
    if count == 0:
        return ()
    closest = min(range(len(wrong)), key=lambda place: Levenshtein.distance(wrong[place], attempt))
    others = [text for place, text in enumerate(wrong) if place != closest]
    return (*rng.sample(others, count - 1), wrong[closest])
