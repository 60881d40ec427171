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

LENGTHS = tuple(1 << bit for bit in range(6, 14))
"""64 to 8192 tokens: rows up to each of them run together. No row takes more than twice the time that it needs."""


class Lane:
    def __init__(self, layout: Layout, places: int, most_tokens: int, longest: int = sys.maxsize) -> None:
        """longest: up to which its rows run here."""
        self.rows, self.longest = Rows(places), longest
        self._pool = Pool(layout, most_tokens)

    def fits(self, length: int) -> bool:
        """Whether rows may run here whose next token comes after so many."""
        return length < self.longest

    def join(self, requests: Sequence[tuple[Request, int]]) -> None:
        """A row behind those that run, for so many more samples of each of these requests, which are alike. It goes on
        from what was read of their prefix."""
        row, prefix = len(self.rows), requests[0][0].whole
        # room for as many rows as there are samples: the time for it is taken where it is used
        samples = len(self.rows.samples) + sum(count for _, count in requests)
        self._reserve(samples, len(prefix.ids))
        self._pool.fill(row, 1, prefix.all_kept())
        self.rows.join(requests)

    def held(self) -> Held:
        """What a pass takes that reads each row's last token."""
        self._reserve(len(self.rows), 0)
        return Held(self._pool.tensor, len(self.rows))

    def read(self, row: int, start: int, end: int) -> Tensor:
        """A copy of a row's keys and values from one column to another [planes, heads, end - start, head_dim]."""
        return self._pool.read(int(self.rows["held"][row]), start, end)

    def close_up(self, leaving: npt.NDArray[np.intp]) -> None:
        """Lets rows leave, and gives those that have just come their own keys and values."""
        self._reserve(len(self.rows), 0)
        sources, targets = self.rows.remove(leaving)
        self._pool.move(sources, targets, self.rows.lengths[targets].tolist())

    def drop(self, request: Request) -> None:
        """Lets the samples of a request go, and the rows that then have none."""
        self.rows.samples.keep(self.rows.samples.request != request)
        if len(left := np.setdiff1d(np.arange(len(self.rows)), self.rows.samples.row)):
            self.close_up(left)

    def outgrow(self, longer: Lane) -> None:
        """Moves the rows that have no room for another token here to a lane for longer ones."""
        if self.rows and len(outgrown := np.flatnonzero(self.rows.lengths >= self.longest)):
            longer._adopt(self, outgrown)
            self.close_up(outgrown)

    def clear(self) -> None:
        self.rows.clear()
        self._pool.clear()

    def _adopt(self, lane: Lane, which: npt.NDArray[np.intp]) -> None:
        first = len(self.rows)
        self._reserve(first + len(which), lane.longest)
        for place, row in enumerate(which.tolist(), first):
            self._pool.fill(place, 1, lane._pool.of(row, lane.longest))
        self.rows.adopt(lane.rows, which)

    def _reserve(self, rows: int, length: int) -> None:
        used = self.rows.lengths
        self._pool.reserve(rows, max(length, int(used.max(initial=0))) + 1, used=len(used))
