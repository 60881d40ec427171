"""The samples that are being drawn: several are one row of the batch for as long as they have drawn the same tokens."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tuili.engines.local.request import Request
from tuili.engines.local.sampling import streams

Index = npt.NDArray[np.int64]


class Samples:
    """Arrays with an element for each, in the order of their rows."""

    def __init__(self) -> None:
        self.row = np.zeros(0, np.int64)
        self.stream = np.zeros(0, np.uint64)
        """Where its random numbers come from."""
        self.request = np.zeros(0, np.object_)
        self.place = np.zeros(0, np.int64)
        """Of its seed in the request."""

    def __len__(self) -> int:
        return len(self.row)

    def join(self, row: int, request: Request, count: int) -> None:
        """The next `count` seeds of a request, in the last row."""
        taken = np.arange(request.joined, request.joined + count)
        request.joined += count
        self._add(
            np.full(count, row),
            streams(request.seeds[taken[0] : taken[-1] + 1]),
            np.full(count, request, np.object_),
            taken,
        )

    def adopt(self, others: Samples, rows: Index) -> None:
        """Those of others, now in these of our rows; in none where that is -1."""
        ours = np.flatnonzero(rows >= 0)
        self._add(rows[ours], others.stream[ours], others.request[ours], others.place[ours])
        self.sort()

    def of(self, row: int) -> list[tuple[Request, int]]:
        which = self.row == row
        return list(zip(self.request[which].tolist(), self.place[which].tolist(), strict=True))

    def keep(self, which: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> None:
        """Only these, in this order."""
        self.row, self.stream = self.row[which], self.stream[which]
        self.request, self.place = self.request[which], self.place[which]

    def sort(self) -> None:
        self.keep(np.argsort(self.row, kind="stable"))

    def _add(self, row: Index, stream: npt.NDArray[np.uint64], request: npt.NDArray[np.object_], place: Index) -> None:
        self.row, self.stream = np.concatenate([self.row, row]), np.concatenate([self.stream, stream])
        self.request, self.place = np.concatenate([self.request, request]), np.concatenate([self.place, place])
