"""What runs a model here: a forward pass over keys and values that its caller owns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from transformers import PretrainedConfig, PreTrainedModel

ALIGNED = 64
"""Bytes: vectors read by a kernel should not cross two lines of the processor's cache."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Keys and values of several rows: [planes, rows, heads, length, head_dim].

    Plane 2l holds layer l's keys and plane 2l + 1 its values; a row's token at position p is at column p.
    """

    planes: int
    heads: int
    head_dim: int
    dtype: torch.dtype
    device: torch.device

    @property
    def token_bytes(self) -> int:
        return self.planes * self.heads * self.head_bytes

    @property
    def head_bytes(self) -> int:
        return self.head_dim * self.dtype.itemsize

    def zeros(self, rows: int, length: int) -> Tensor:
        """Zeros, not garbage: a masked column may hold anything but NaN."""
        shape = self.planes, rows, self.heads, length, self.head_dim
        if self.device.type != "cpu":
            return torch.zeros(shape, dtype=self.dtype, device=self.device)
        # numpy leaves it to the system to clear each page when it is first written to, and asks for large pages
        count = math.prod(shape) * self.dtype.itemsize
        memory = np.zeros(count + ALIGNED, np.uint8)
        begin = -memory.ctypes.data % ALIGNED
        return torch.from_numpy(memory[begin : begin + count]).view(self.dtype).view(shape)


class Held(NamedTuple):
    """Some of the rows of a pass, one after the other, and the keys and values of all their earlier positions."""

    kept: Tensor
    """Theirs are the first of its rows."""
    rows: int


class Forward(Protocol):
    layout: Layout
    outputs: int
    """How many logits a token has: the vocabulary, or a classifier's classes."""
    splits: bool
    """Whether rows of one pass may be held in several parts."""

    def __call__(self, tokens: Tensor, starts: Tensor, held: Sequence[Held], at: Tensor) -> Tensor:
        """Logits [k, outputs] after k of the tokens [n, s], whose numbers are `at` [k]: row x s + column.

        Row r's tokens stand at positions starts[r], starts[r] + 1, …; their keys and values are written where those of
        its earlier positions are held. Rows with fewer tokens are padded at the end. Rows that are held together take
        the time of the longest of them.
        """
        ...

    def read(self, model: PreTrainedModel) -> None:
        """Goes on with the weights that a model of the same shape has now."""
        ...


def visible(starts: Tensor, tokens: int, length: int) -> Tensor:
    """The additive causal mask [n, 1, tokens, length], float32: 0 for columns up to the token's own position."""
    positions = starts[:, None] + torch.arange(tokens, device=starts.device)
    columns = torch.arange(length, device=starts.device)
    hidden = columns > positions[:, None, :, None]
    return torch.zeros(hidden.shape, device=starts.device).masked_fill_(hidden, float("-inf"))


def sliding(config: PretrainedConfig) -> tuple[int, Literal["none", "all", "some"]]:
    """The window of sliding attention, and which layers have it."""
    window = getattr(config, "sliding_window", None) or 0
    layer_types = getattr(config, "layer_types", None)
    if not window or (layer_types and "sliding_attention" not in layer_types):
        return 0, "none"
    return window, "some" if layer_types else "all"
