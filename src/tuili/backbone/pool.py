"""The keys and values of the rows that are running: always the first rows of one tensor, so that they are one batch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tuili.backbone.compiled import compiled
from tuili.backbone.forward import Layout

COLUMNS = 64
"""Room for tokens is made in steps of so many: making it copies what is there."""


class Pool:
    def __init__(self, layout: Layout, most_tokens: int) -> None:
        """most_tokens: rows times columns, beyond which it is no larger than what runs needs."""
        self._layout, self._most_tokens = layout, most_tokens
        self.tensor = layout.zeros(0, 0)
        """[planes, rows, heads, length, head_dim]"""

    def reserve(self, rows: int, length: int, *, used: int, expected: int = 0) -> None:
        """Makes room for so many rows and columns in all, keeping what is in the first `used` rows.

        expected: how many rows there may soon be: room for them is made at once, within bounds.
        """
        had_rows, had_length = self.tensor.shape[1], self.tensor.shape[3]
        if rows <= had_rows and length <= had_length:
            return
        length = -(-length // COLUMNS) * COLUMNS
        # as many rows and columns as there ever were, and twice as many rows, spare making room again and again
        ample = max(rows, expected, had_rows if rows <= had_rows else 2 * had_rows), max(length, had_length)
        if ample[0] * ample[1] <= self._most_tokens:
            rows, length = ample
        had = self.tensor[:, :used, :, :length]
        self.tensor = self._layout.zeros(rows, length)
        self.tensor[:, : had.shape[1], :, : had.shape[3]] = had

    def fill(self, start: int, rows: int, kept: Tensor) -> None:
        """Copies one prefix [planes, heads, length, head_dim] into `rows` rows from `start` on."""
        self.tensor[:, start : start + rows, :, : kept.shape[2]] = kept[:, None]

    def copy(self, other: Pool, copies: npt.NDArray[np.int64]) -> None:
        """Copies rows of another pool, or of this one: from where, to where, and how many columns [k, 3]."""
        if not len(copies):
            return
        if self.tensor.device.type == "cpu":
            _copy(_bytes(other.tensor), _bytes(self.tensor), copies, self._layout.head_bytes)
            return
        # slices one by one are copied several times faster than rows picked by a list of indices
        for source, target, length in copies.tolist():
            self.fill(target, 1, other.tensor[:, source, :, :length])

    def read(self, row: int, start: int, end: int) -> Tensor:
        """A copy of a row's columns [planes, heads, end - start, head_dim]."""
        return self.tensor[:, row, :, start:end].clone()

    def clear(self) -> None:
        self.tensor = self._layout.zeros(0, 0)


@compiled
def _copy(
    source: npt.NDArray[np.uint8], target: npt.NDArray[np.uint8], copies: npt.NDArray[np.int64], column: int
) -> None:
    for row, place, length in copies:
        for plane in range(source.shape[0]):
            for head in range(source.shape[2]):
                ours, theirs = target[plane, place, head], source[plane, row, head]
                for byte in range(length * column):
                    ours[byte] = theirs[byte]


def _bytes(tensor: Tensor) -> npt.NDArray[np.uint8]:
    """[planes, rows, heads, length * bytes of a column]: a view."""
    bytes_: npt.NDArray[np.uint8] = tensor.view(torch.uint8).flatten(3).numpy()
    return bytes_
