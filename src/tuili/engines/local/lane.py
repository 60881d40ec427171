"""Rows of about the same length, and their keys and values: attention takes as long for each as for the longest."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tuili.backbone.forward import Held, Layout
from tuili.backbone.pool import Pool
from tuili.engines.local.request import Request
from tuili.engines.local.rows import Rows
from tuili.engines.local.stops import State

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

    def join(self, joining: Sequence[tuple[Request, int, State]]) -> Tensor:
        """New rows behind those that run: so many of each request, with their watch's state. Returns the logits after
        their prefixes [new rows, vocabulary]."""
        first, count = len(self.rows), sum(count for _, count, _ in joining)
        self._reserve(first + count, max(len(request.ids) for request, _, _ in joining))
        logits = []
        for request, count, watch in joining:
            prefix, after = request.start
            self._pool.fill(len(self.rows), count, prefix.all_kept())
            self.rows.join(request, count, watch)
            logits.append(after.expand(count, -1))
        return torch.cat(logits)

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
            if targets:
                self._pool.move(sources, targets, int(self.rows.lengths[targets].max()))

    def outgrow(self, longer: Lane) -> None:
        """Moves the rows that have no room for another token here to a lane for longer ones."""
        if self.rows and len(outgrown := np.flatnonzero(self.rows.lengths >= self.longest)):
            longer._adopt(self, outgrown)
            self.leave(outgrown)

    def clear(self) -> None:
        self.rows.clear()
        self._pool.clear()

    def _adopt(self, lane: Lane, which: npt.NDArray[np.intp]) -> None:
        first = len(self.rows)
        self._reserve(first + len(which), lane.longest)
        for place, row in enumerate(which.tolist(), first):
            self._pool.fill(place, 1, lane._pool.tensor[:, row, :, : lane.longest])
        self.rows.adopt(lane.rows, which)

    def _reserve(self, rows: int, length: int) -> None:
        used = self.rows.lengths
        self._pool.reserve(rows, max(length, int(used.max(initial=0))) + 1, used=len(used))
