"""Drawing a token for each sample, from random numbers that no other sample has a part in.

By inversion of the cumulative distribution, summed in float64 so that a difference in the last bits of the logits
(kernels differ with the batch's shape) almost never changes a token. Temperature 0 takes the likeliest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tuili.backbone.compiled import compiled

NONE = -1
"""Ends a chain of samples."""
Numbers = TypeVar("Numbers", np.uint64, npt.NDArray[np.uint64])


def streams(seeds: Sequence[int]) -> npt.NDArray[np.uint64]:
    """For each seed, where its own stream of random numbers begins."""
    return _mixed(np.array([seed % 2**64 for seed in seeds], np.uint64))


def draw(logits: Tensor, rows: npt.NDArray[np.void], samples: npt.NDArray[np.void]) -> None:
    """A token and its log-probability at temperature 1 for every sample of rows, from logits [n, vocabulary]."""
    logits = logits.float()
    if logits.device.type == "cpu":
        _draw(logits.numpy(), logits.softmax(-1).numpy(), rows, samples)
    else:
        draw_there(logits, rows, samples)


def draw_there(logits: Tensor, rows: npt.NDArray[np.void], samples: npt.NDArray[np.void]) -> None:
    """The same where the logits are: a vocabulary's would take longer to fetch than to draw from."""
    row, sample = _listed(rows, samples)
    temperature = torch.from_numpy(rows["temperature"].copy()).to(logits.device)[:, None]
    greedy = temperature == 0
    cumulative = (logits / temperature.masked_fill(greedy, 1)).softmax(-1).cumsum(-1, dtype=torch.float64)
    # a row's samples side by side
    column = np.arange(len(row)) - np.searchsorted(row, row)
    targets = np.zeros((len(logits), int(column.max()) + 1))
    targets[row, column] = uniforms(samples["stream"][sample], rows["made"][row])
    target = torch.from_numpy(targets).to(logits.device) * cumulative[:, -1:]
    tokens = torch.searchsorted(cumulative, target, right=True).clamp_(max=logits.shape[1] - 1)
    tokens = torch.where(greedy, logits.argmax(-1, keepdim=True), tokens)
    samples["token"][sample] = tokens.cpu().numpy()[row, column]
    samples["logprob"][sample] = logits.log_softmax(-1).gather(1, tokens).cpu().numpy()[row, column]


@compiled
def uniforms(stream: npt.NDArray[np.uint64], positions: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Element `position` of each stream, in [0, 1): the same whatever else is in the batch."""
    drawn = np.empty(len(stream))
    for number in range(len(stream)):
        drawn[number] = _uniform(stream[number], positions[number])
    return drawn


@compiled
def _draw(
    logits: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    rows: npt.NDArray[np.void],
    samples: npt.NDArray[np.void],
) -> None:
    """weights: the probabilities at temperature 1."""
    cumulative = np.empty(logits.shape[1])
    for row in range(len(rows)):
        temperature = rows["temperature"][row]
        likeliest = 0 if temperature == 1 else int(np.argmax(logits[row]))
        total = 0.0
        for token in range(len(cumulative)):
            if temperature in (0, 1):
                total += weights[row, token]
            else:
                total += np.exp((logits[row, token] - logits[row, likeliest]) / temperature)
            cumulative[token] = total
        sample = rows["first"][row]
        while sample != NONE:
            drawn = likeliest
            if temperature != 0:
                target = _uniform(samples["stream"][sample], rows["made"][row]) * total
                drawn = min(int(np.searchsorted(cumulative, target, side="right")), len(cumulative) - 1)
            # at temperature 1 nothing is drawn whose probability is too small for its logarithm
            known = drawn if temperature == 1 else likeliest
            samples["token"][sample] = drawn
            samples["logprob"][sample] = np.log(weights[row, known]) + (logits[row, drawn] - logits[row, known])
            sample = samples["next"][sample]


@compiled
def _listed(
    rows: npt.NDArray[np.void], samples: npt.NDArray[np.void]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The row and the number of every sample, row by row."""
    row, sample = np.empty(len(samples), np.int64), np.empty(len(samples), np.int64)
    count = 0
    for each in range(len(rows)):
        following = rows["first"][each]
        while following != NONE:
            row[count], sample[count] = each, following
            count += 1
            following = samples["next"][following]
    return row[:count], sample[:count]


@compiled
def _uniform(stream: np.uint64, position: int) -> float:
    """Counter-based: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    mixed = _mixed(stream + np.uint64(position + 1) * np.uint64(0x9E3779B97F4A7C15))
    return np.float64(mixed >> np.uint64(11)) * 2.0**-53


@compiled
def _mixed(z: Numbers) -> Numbers:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
