"""Episodes counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tuili.evaluation.metrics.self_correction import self_correction

EPISODES = [
    [1, 0],  # c→i
    [0, 1],  # i→c
    [0, 1],  # i→c
    [0, 1],  # i→c
    [1, 1],
    [0, 0],
    [0, 0],
    [0, 0],
]


def test_shares_are_of_all_episodes() -> None:
    found = self_correction(EPISODES, range(8))
    assert {name: estimate.value for name, estimate in found.items()} == {
        "accuracy@t1": 2 / 8,
        "accuracy@t2": 4 / 8,
        "Δ": 2 / 8,
        "Δ(i→c)": 3 / 8,
        "Δ(c→i)": 1 / 8,
    }
    assert {estimate.n for estimate in found.values()} == {8}


def test_of_more_turns_the_first_and_the_last_are_compared() -> None:
    found = self_correction([[1, 0, 1], [0, 1, 0], [0, 0, 1], [1, 1, 1]], range(4))
    assert [found[f"accuracy@t{turn}"].value for turn in (1, 2, 3)] == [0.5, 0.5, 0.75]
    assert [found[name].value for name in ("Δ", "Δ(i→c)", "Δ(c→i)")] == [0.25, 0.25, 0]


def test_episodes_of_one_problem_count_as_one() -> None:
    """Four copies of each problem know no more than one."""
    once, copied = self_correction(EPISODES, range(8)), self_correction(EPISODES * 4, [*range(8)] * 4)
    for name, estimate in once.items():
        assert copied[name].value == pytest.approx(estimate.value)
        assert copied[name].n == 8
        assert (copied[name].low, copied[name].high) == pytest.approx((estimate.low, estimate.high), abs=0.03)


def test_the_interval_of_the_difference_knows_that_turns_are_paired() -> None:
    """All problems gain but a few that were right anyway: Δ is better known than either accuracy."""
    episodes = np.array([[1, 1]] * 50 + [[0, 0]] * 45 + [[0, 1]] * 5)
    found = self_correction(episodes, range(100))
    width = {name: estimate.high - estimate.low for name, estimate in found.items()}
    assert width["Δ"] < width["accuracy@t1"] / 2
    assert 0 < found["Δ"].low < 0.05 < found["Δ"].high
