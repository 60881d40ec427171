"""Random numbers that depend on a seed and a position alone, and tokens drawn by them."""

from __future__ import annotations

import numpy as np
import torch
from scipy import stats

from tuili.engines.local.sampling import choose, streams, uniforms


def draw(seeds: range, positions: range) -> np.ndarray:
    drawn = [uniforms(streams(seeds), np.full(len(seeds), position)) for position in positions]
    return np.stack(drawn, axis=1)


def test_uniform_and_independent_of_neighbours() -> None:
    drawn = draw(range(200), range(100))
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > 0.001
    for along, shifted in ((drawn[:, :-1], drawn[:, 1:]), (drawn[:-1], drawn[1:])):
        assert abs(np.corrcoef(along.ravel(), shifted.ravel())[0, 1]) < 0.03
    assert len(np.unique(drawn)) == drawn.size


def test_a_row_draws_the_same_in_any_company() -> None:
    together = draw(range(50), range(10))
    assert draw(range(7, 8), range(3, 4))[0, 0] == together[7, 3]


def test_tokens_come_with_their_probabilities() -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0, float("-inf")]])
    n = 20_000
    uniform = draw(range(n), range(1))[:, 0]
    for temperature in (0.5, 1.0, 2.0):
        tokens, logprobs = choose(logits.expand(n, -1), np.arange(n), uniform, np.full(n, temperature))
        expected = torch.softmax(logits[0] / temperature, -1)[:3].double() * n
        assert stats.chisquare(np.bincount(tokens, minlength=3), expected / expected.sum() * n).pvalue > 0.001
        np.testing.assert_allclose(logprobs, logits[0].log_softmax(-1)[tokens], rtol=1e-5)


def test_temperature_0_takes_the_likeliest() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [0.0, 3.0, 1.0]])
    tokens, _ = choose(logits, np.arange(2), np.array([0.0, 0.0]), np.array([0.0, 1.0]))
    assert tokens.tolist() == [1, 0]


def test_the_ends_of_the_unit_interval_are_tokens_that_can_be() -> None:
    logits = torch.tensor([[float("-inf"), 0.0, 0.0, float("-inf")]] * 2)
    tokens, _ = choose(logits, np.arange(2), np.array([0.0, 1 - 2.0**-53]), np.ones(2))
    assert tokens.tolist() == [1, 2]
