"""Sampling one token a row, from random numbers that no other row has a part in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_GAMMA = np.uint64(0x9E3779B97F4A7C15)


def streams(seeds: Sequence[int]) -> npt.NDArray[np.uint64]:
    """For each seed, where its own stream of random numbers begins."""
    return _mix(np.array([seed % 2**64 for seed in seeds], np.uint64))


def uniforms(stream: npt.NDArray[np.uint64], positions: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Element `position` of each stream, in [0, 1): the same whatever else is in the batch.

    Counter-based: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    """
    bits = positions.astype(np.uint64)
    bits += np.uint64(1)
    bits *= _GAMMA
    bits += stream
    return (_mix(bits) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def choose(
    logits: Tensor,
    row: npt.NDArray[np.int64],
    uniform: npt.NDArray[np.float64],
    temperature: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """A token for each sample [s] and its log-probability at temperature 1 [s], from logits [n, vocabulary].

    row: each sample's, in order; every row has at least one. uniform [s], temperature [n].

    By inversion of the cumulative distribution, summed in float64 so that a difference in the last bits of the
    logits (kernels differ with the batch's shape) almost never changes a token. Temperature 0 takes the likeliest.
    """
    logits, other = logits.float(), bool((temperature != 1).any())
    if other:
        divisor = torch.from_numpy(np.where(temperature == 0, 1.0, temperature)).to(logits)
        weights = (logits / divisor[:, None]).softmax(-1)
    else:
        weights = logits.softmax(-1)
    cumulative = weights.cumsum(-1, dtype=torch.float64)
    # a row's samples side by side
    column = np.arange(len(row)) - np.searchsorted(row, row)
    targets = np.zeros((len(logits), int(column.max()) + 1))
    targets[row, column] = uniform
    target = torch.from_numpy(targets).to(logits.device) * cumulative[:, -1:]
    tokens = torch.searchsorted(cumulative, target, right=True).clamp_(max=logits.shape[1] - 1)
    if other:
        greedy = torch.from_numpy(temperature == 0).to(logits.device)[:, None]
        tokens = torch.where(greedy, logits.argmax(-1, keepdim=True), tokens)
        logprobs = logits.log_softmax(-1).gather(1, tokens)
    else:  # nothing is sampled whose probability is too small for its logarithm
        logprobs = weights.gather(1, tokens).log()
    return tokens.cpu().numpy()[row, column], logprobs.cpu().numpy()[row, column]


def _mix(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """In place."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z ^= z >> np.uint64(shift)
        z *= np.uint64(factor)
    z ^= z >> np.uint64(31)
    return z
