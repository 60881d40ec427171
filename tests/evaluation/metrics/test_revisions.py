"""Chains counted by hand."""

from __future__ import annotations

import pytest

from tuili.evaluation.metrics.revisions import by_attempt, turns

CHAINS = [
    [1, 0, 1],  # lost, gained
    [1, 1, 1],
    [0, 0, 1],  # gained
    [0, 0, 0],
]


def test_accuracy_by_attempt() -> None:
    assert [estimate.value for estimate in by_attempt(CHAINS, range(4))] == [0.5, 0.25, 0.75]


def test_what_becomes_of_right_and_wrong_answers() -> None:
    """Eight turns: three from a right answer, of which one is lost, and five from a wrong one, two of them gained."""
    found = turns(CHAINS, range(4))
    assert found.spoiled.value == pytest.approx(1 / 3)
    assert found.mended.value == pytest.approx(2 / 5)
    assert (found.lost.value, found.gained.value) == (1 / 8, 2 / 8)
    assert (found.spoiled.n, found.mended.n, found.lost.n) == (2, 3, 4), "intervals are over problems"


def test_two_chains_of_a_problem_count_as_one() -> None:
    assert turns(CHAINS, [0, 0, 1, 1]).lost.n == 2
    wide, narrow = turns(CHAINS * 8, [*range(4)] * 8).lost, turns(CHAINS * 8, range(32)).lost
    assert wide.high - wide.low > narrow.high - narrow.low


def test_nothing_was_ever_right() -> None:
    found = turns([[0, 0], [0, 0]], [0, 1])
    assert (found.spoiled.low, found.spoiled.high, found.spoiled.n) == (0.0, 1.0, 0)
    assert found.lost.value == 0
