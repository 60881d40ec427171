"""Random numbers that depend on a seed and a position alone, and tokens drawn by them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import stats

from tuili.engines.local.rows import ROW
from tuili.engines.local.samples import SAMPLE
from tuili.engines.local.sampling import NONE, draw, draw_there, streams, uniforms

Draw = Callable[[torch.Tensor, np.ndarray, np.ndarray], None]


def numbers(seeds: range, positions: range) -> np.ndarray:
    drawn = [uniforms(streams(seeds), np.full(len(seeds), position)) for position in positions]
    return np.stack(drawn, axis=1)


def chains(temperatures: list[float], samples: int) -> tuple[np.ndarray, np.ndarray]:
    """A row for each temperature, with so many samples; all have seeds of their own."""
    drawn = np.zeros(len(temperatures) * samples, SAMPLE)
    drawn["stream"] = streams(range(len(drawn)))
    drawn["next"] = np.arange(1, len(drawn) + 1)
    drawn["next"][samples - 1 :: samples] = NONE
    rows = np.zeros(len(temperatures), ROW)
    rows["first"], rows["temperature"] = np.arange(len(rows)) * samples, temperatures
    return rows, drawn


def stream_of(number: int) -> int:
    """The stream that begins with a number of 64 bits: SplitMix64 backwards."""

    def unshifted(z: int, by: int) -> int:
        for shift in (by, 2 * by):
            z ^= z >> shift
        return z

    for by, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9)):
        number = unshifted(number, by) * pow(factor, -1, 2**64) % 2**64
    return (unshifted(number, 30) - 0x9E3779B97F4A7C15) % 2**64


def test_uniform_and_independent_of_neighbours() -> None:
    drawn = numbers(range(200), range(100))
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > 0.001
    for along, shifted in ((drawn[:, :-1], drawn[:, 1:]), (drawn[:-1], drawn[1:])):
        assert abs(np.corrcoef(along.ravel(), shifted.ravel())[0, 1]) < 0.03
    assert len(np.unique(drawn)) == drawn.size


def test_a_sample_has_the_same_numbers_in_any_company() -> None:
    together = numbers(range(50), range(10))
    assert numbers(range(7, 8), range(3, 4))[0, 0] == together[7, 3]


def test_the_numbers_are_splitmix64s() -> None:
    # what its authors' C program gives for the state 1234567: the finaliser of state + k x the golden gamma
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    drawn = uniforms(np.full(3, 1234567, np.uint64), np.arange(3))
    assert drawn.tolist() == [(number >> 11) * 2.0**-53 for number in expected]


@pytest.mark.parametrize("how", [draw, draw_there])
def test_tokens_come_with_their_probabilities(how: Draw) -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0, float("-inf")]])
    temperatures, n = [0.5, 1.0, 2.0], 20_000
    rows, samples = chains(temperatures, n)
    how(logits.expand(3, -1).contiguous(), rows, samples)
    for tokens, temperature in zip(samples["token"].reshape(3, n), temperatures, strict=True):
        expected = torch.softmax(logits[0] / temperature, -1)[:3].double() * n
        assert stats.chisquare(np.bincount(tokens, minlength=3), expected / expected.sum() * n).pvalue > 0.001
    np.testing.assert_allclose(samples["logprob"], logits[0].log_softmax(-1)[samples["token"]], rtol=1e-5)


@pytest.mark.parametrize("how", [draw, draw_there])
def test_temperature_0_takes_the_likeliest(how: Draw) -> None:
    rows, samples = chains([0.0, 0.0, 1.0], 50)
    how(torch.tensor([[0.0, 3.0, 1.0], [4.0, 3.0, 1.0], [0.0, 3.0, 1.0]]), rows, samples)
    tokens = samples["token"].reshape(3, 50)
    assert (tokens[0] == 1).all()
    assert (tokens[1] == 0).all()
    assert len(set(tokens[2])) > 1


def test_both_ways_of_drawing_draw_the_same() -> None:
    logits = torch.randn(60, 500, generator=torch.Generator().manual_seed(0)) * 4
    drawn = []
    for how in (draw, draw_there):
        rows, samples = chains([0.0, 0.7, 1.0, 1.3] * 15, 7)
        rows["made"] = np.arange(60)
        how(logits, rows, samples)
        drawn.append(samples)
    assert drawn[0]["token"].tolist() == drawn[1]["token"].tolist()
    np.testing.assert_allclose(drawn[0]["logprob"], drawn[1]["logprob"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("how", [draw, draw_there])
def test_what_cannot_be_is_never_drawn(how: Draw) -> None:
    rows, samples = chains([1.0] * 200, 100)
    how(torch.tensor([[float("-inf"), 0.0, float("-inf"), -25.0, float("-inf")]]).repeat(200, 1), rows, samples)
    assert set(samples["token"]) <= {1, 3}
    assert np.isfinite(samples["logprob"]).all()


@pytest.mark.parametrize("how", [draw, draw_there])
def test_the_ends_of_the_unit_interval_are_tokens_that_can_be(how: Draw) -> None:
    rows, samples = chains([1.0, 1.0], 1)
    samples["stream"] = stream_of(0), stream_of(2**64 - 1)
    assert uniforms(samples["stream"], np.zeros(2, np.int64)).tolist() == [0.0, 1 - 2.0**-53]
    how(torch.tensor([[float("-inf"), 0.0, 0.0, float("-inf")]] * 2), rows, samples)
    assert samples["token"].tolist() == [1, 2]


@pytest.mark.parametrize("how", [draw, draw_there])
def test_the_logarithm_of_a_very_small_probability_is_not_lost(how: Draw) -> None:
    rows, samples = chains([100.0], 50)
    how(torch.tensor([[0.0, -200.0]]), rows, samples)
    assert set(samples["logprob"][samples["token"] == 1]) == {-200.0}
