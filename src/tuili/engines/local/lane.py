"""Rows of about the same length, and their keys and values: attention takes as long for each as for the longest."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from tuili.backbone.forward import Held, Layout
from tuili.backbone.pool import Pool
from tuili.engines.local.request import Request
from tuili.engines.local.rows import Rows
from tuili.engines.local.samples import Samples

LENGTHS = tuple(1 << bit for bit in range(6, 14))
"""64 to 8192 tokens: rows up to each of them run together. No row takes more than twice the time that it needs."""


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
        self.rows.join(requests)
        self._reserve(len(prefix.ids), used=row)
        self._pool.fill(row, 1, prefix.all_kept())

    def held(self) -> Held:
        """What a pass takes that reads each row's last token."""
        self._reserve(int(self.rows.state["length"].max()))
        return Held(self._pool.tensor, len(self.rows))

    def read(self, row: int, start: int, end: int) -> Tensor:
        """A copy of a row's keys and values from one column to another [planes, heads, end - start, head_dim]."""
        return self._pool.read(int(self.rows.state["held"][row]), start, end)

    def close_up(self, leaving: Sequence[int]) -> None:
        """Lets rows leave, and gives those that have just come their own keys and values."""
        self._pool.move(self.rows.remove(leaving).tolist())

    def drop(self, request: Request) -> None:
        """Lets the samples of a request go, and the rows that then have none."""
        if left := self.rows.drop(request):
            self.close_up(left)

    def outgrow(self, longer: Lane) -> None:
        """Moves the rows that have no room for another token here to a lane for longer ones."""
        if self.rows and len(outgrown := np.flatnonzero(self.rows.state["length"] >= self.longest)):
            longer._adopt(self, outgrown.tolist())
            self.close_up(outgrown.tolist())

    def clear(self) -> None:
        self.rows.clear()
        self._pool.clear()

    def _adopt(self, lane: Lane, which: Sequence[int]) -> None:
        self._reserve(lane.longest)
        for place, row in enumerate(which, len(self.rows)):
            self._pool.fill(place, 1, lane._pool.of(row, lane.longest))
        self.rows.adopt(lane.rows, which)

    def _reserve(self, length: int, used: int | None = None) -> None:
        """Room for a token after so many in each row, and for as many rows as there ever were samples: making it
        copies what is in the rows that are used."""
        self._pool.reserve(self.rows.samples.most, length + 1, used=len(self.rows) if used is None else used)
        self.rows.reserve(length + 1)
