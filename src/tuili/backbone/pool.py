"""The keys and values of the rows that are running: always the first rows of one tensor, so that they are one batch."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from tuili.backbone.forward import Layout

COLUMNS = 64
"""Room for tokens is made in steps of so many: making it copies what is there."""


class Pool:
    def __init__(self, layout: Layout, most_tokens: int) -> None:
        """most_tokens: rows times columns, beyond which it is no larger than what runs needs."""
        self._layout, self._most_tokens = layout, most_tokens
        self.tensor = layout.zeros(0, 0)
        """[planes, rows, heads, length, head_dim]"""

    def reserve(self, rows: int, length: int, *, used: int) -> None:
        """Makes room for so many rows and columns in all, keeping what is in the first `used` rows."""
        had_rows, had_length = self.tensor.shape[1], self.tensor.shape[3]
        if rows <= had_rows and length <= had_length:
            return
        length = -(-length // COLUMNS) * COLUMNS
        # as many rows and columns as there ever were, and twice as many rows, spare making room again and again
        ample = max(rows, had_rows if rows <= had_rows else 2 * had_rows), max(length, had_length)
        if ample[0] * ample[1] <= self._most_tokens:
            rows, length = ample
        had = self.tensor[:, :used, :, :length]
        self.tensor = self._layout.zeros(rows, length)
        self.tensor[:, : had.shape[1], :, : had.shape[3]] = had

    def fill(self, start: int, rows: int, kept: Tensor) -> None:
        """Copies one prefix [planes, heads, length, head_dim] into `rows` rows from `start` on."""
        self.tensor[:, start : start + rows, :, : kept.shape[2]] = kept[:, None]

    def move(self, copies: Sequence[tuple[int, int, int]]) -> None:
        """Copies from rows onto other rows so many columns."""
        # slices one by one are copied several times faster here than rows picked by a list of indices
        for source, target, length in copies:
            self.fill(target, 1, self.of(source, length))

    def of(self, row: int, length: int) -> Tensor:
        """A row's first columns [planes, heads, length, head_dim]: a view."""
        return self.tensor[:, row, :, :length]

    def read(self, row: int, start: int, end: int) -> Tensor:
        """A copy of a row's columns [planes, heads, end - start, head_dim]."""
        return self.tensor[:, row, :, start:end].clone()

    def clear(self) -> None:
        self.tensor = self._layout.zeros(0, 0)
