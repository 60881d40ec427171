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
        self.begun: dict[Request, int] = {}
        """The rows that read the last tokens of their prefixes: the others of these requests go on from there."""

    def fits(self, length: int) -> bool:
        """Whether rows may run here whose next token comes after so many."""
        return length < self.longest

    def begin(self, request: Request) -> None:
        """A first row of a request, which is yet to read the last token of its prefix."""
        self.begun[request] = row = len(self.rows)
        self._reserve(row + 1, len(request.ids))
        self._pool.fill(row, 1, request.whole.all_kept())
        self.rows.join(request, 1)

    def join(self, joining: Sequence[tuple[Request, int]]) -> list[Tensor]:
        """New rows behind those that run: so many of each request in all. Returns the logits after their prefixes
        [new rows, vocabulary]."""
        new = sum(count for _, count in joining)
        self._reserve(len(self.rows) + new, max((len(request.ids) for request, _ in joining), default=0))
        logits = []
        for request, count in joining:
            row = self.begun.pop(request, None)
            others = count if row is None else count - 1
            kept = request.whole.all_kept() if row is None else self._pool.of(row, len(request.ids))
            self._pool.fill(len(self.rows), others, kept)
            self.rows.join(request, others)
            assert request.whole.logits is not None
            logits.append(request.whole.logits.expand(others, -1))
        return logits

    def held(self) -> Held:
        """What a pass takes that reads each row's last token."""
        self._reserve(len(self.rows), 0)
        return Held(self._pool.tensor, len(self.rows))

    def read(self, row: int, start: int, end: int) -> Tensor:
        """A copy of a row's keys and values from one column to another [planes, heads, end - start, head_dim]."""
        return self._pool.read(row, start, end)

    def leave(self, leaving: npt.NDArray[np.intp]) -> None:
        if len(leaving):
            sources, targets = self.rows.remove(leaving)
            self._pool.move(sources, targets, self.rows.lengths[targets].tolist())

    def outgrow(self, longer: Lane) -> None:
        """Moves the rows that have no room for another token here to a lane for longer ones."""
        if self.rows and len(outgrown := np.flatnonzero(self.rows.lengths >= self.longest)):
            longer._adopt(self, outgrown)
            self.leave(outgrown)

    def clear(self) -> None:
        self.rows.clear()
        self.begun.clear()
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
