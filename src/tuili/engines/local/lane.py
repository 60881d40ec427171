"""Rows of about the same length, and their keys and values: attention takes as long for each as for the longest."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from torch import Tensor

from tuili.backbone.forward import Held, Layout
from tuili.backbone.pool import Pool
from tuili.engines.local.request import Request
from tuili.engines.local.rows import Rows
from tuili.engines.local.samples import Samples

LENGTHS = tuple(1 << bit for bit in range(7, 14))
"""128 to 8192 tokens: rows up to each of them run together. A longer row takes at most twice the time that it needs.
With 64 too, shorter ones gain as much as moving them costs."""


class Lane:
    def __init__(
        self, layout: Layout, places: int, samples: Samples, most_tokens: int, longest: int = sys.maxsize
    ) -> None:
        """samples: of all lanes. longest: up to which its rows run here."""
        self.rows, self.longest = Rows(places, samples), longest
        self._pool = Pool(layout, most_tokens)

    def fits(self, length: int) -> bool:
        """Whether rows may run here whose next token comes after so many."""
        return length < self.longest

    def join(self, requests: Sequence[tuple[Request, int]]) -> None:
        """A row behind those that run, for so many more samples of each of these requests, which are alike. It goes on
        from what was read of their prefix."""
        row, prefix = len(self.rows), requests[0][0].whole
        self._reserve(row + 1, len(prefix.ids) + 1)
        self._pool.fill(row, 1, prefix.all_kept())
        self.rows.join(requests)

    def held(self) -> Held:
        """What a pass takes that reads each row's last token."""
        self._reserve(len(self.rows), self.rows.reach + 1)
        return Held(self._pool.tensor, len(self.rows))

    def read(self, row: int, start: int, end: int) -> Tensor:
        """A copy of a row's keys and values from one column to another [planes, heads, end - start, head_dim]."""
        return self._pool.read(int(self.rows.state["held"][row]), start, end)

    def close_up(self, leaving: npt.NDArray[np.int64]) -> None:
        """Lets rows leave, and gives those that have just come their own keys and values."""
        self._reserve(len(self.rows), self.rows.reach)
        self._pool.copy(self._pool, self.rows.remove(leaving))

    def drop(self, request: Request) -> None:
        """Lets the samples of a request go, and the rows that then have none."""
        if len(left := self.rows.drop(request)):
            self.close_up(left)

    def outgrow(self, longer: Lane) -> None:
        """Moves the rows that have no room for another token here to a lane for longer ones."""
        if self.rows.reach >= self.longest:
            outgrown = np.flatnonzero(self.rows.state["length"] >= self.longest)
            longer._adopt(self, outgrown)
            self.close_up(outgrown)

    def clear(self) -> None:
        self.rows.clear()
        self._pool.clear()

    def _adopt(self, lane: Lane, which: npt.NDArray[np.intp]) -> None:
        self._reserve(len(self.rows) + len(which), lane.rows.reach + 1)
        self._pool.copy(lane._pool, self.rows.adopt(lane.rows, which))

    def _reserve(self, rows: int, columns: int) -> None:
        """Room for so many rows of so many tokens."""
        self._pool.reserve(rows, columns, used=len(self.rows), expected=self.rows.samples.most)
        self.rows.reserve(columns)
