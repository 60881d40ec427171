"""The samples that are being drawn, in chains: those of one row have drawn the same tokens so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tuili.engines.local.request import Request
from tuili.engines.local.sampling import NONE, streams

SAMPLE = np.dtype(
    [
        ("stream", np.uint64),  # where its random numbers come from
        ("next", np.int64),  # in its chain, or NONE
        ("token", np.int64),  # the last one drawn
        ("logprob", np.float32),  # of it, at temperature 1
    ],
    align=True,
)


class Samples:
    def __init__(self, places: int) -> None:
        self.state: npt.NDArray[np.void] = np.zeros(places, SAMPLE)
        self._seeds: dict[int, tuple[Request, int]] = {}
        """Of each sample, the request and the place of its seed there."""
        self._free = list(range(places))
        self.most = 0
        """How many there ever were at once."""

    def __len__(self) -> int:
        return len(self._seeds)

    def join(self, requests: Sequence[tuple[Request, int]]) -> int:
        """Begins so many more samples of each of these requests, as one chain. Returns its first."""
        first = NONE
        for request, count in requests:
            places = range(request.joined, request.joined + count)
            request.joined += count
            for place, stream in zip(places, streams(request.seeds[places.start : places.stop]), strict=True):
                sample = self._free.pop()
                self.state[sample] = stream, first, 0, 0
                self._seeds[sample] = request, place
                first = sample
        self.most = max(self.most, len(self))
        return first

    def of(self, first: int) -> list[tuple[Request, int]]:
        """Of a chain's samples, the requests and the places of their seeds there."""
        return [self._seeds[sample] for sample in self._chain(first)]

    def leave(self, first: int) -> list[tuple[Request, int]]:
        """Ends those of a chain: their requests and the places of their seeds there."""
        ended = list(self._chain(first))
        self._free += ended
        return [self._seeds.pop(sample) for sample in ended]

    def drop(self, first: int, request: Request) -> int:
        """Ends those of a chain that are this request's. Returns the first of the others, or NONE."""
        left = NONE
        for sample in list(self._chain(first)):
            self.state["next"][sample] = left
            if self._seeds[sample][0] is request:
                del self._seeds[sample]
                self._free.append(sample)
            else:
                left = sample
        return left

    def clear(self) -> None:
        self._seeds.clear()
        self._free = list(range(len(self.state)))

    def _chain(self, first: int) -> Iterator[int]:
        following = self.state["next"]
        while first != NONE:
            yield first
            first = int(following[first])
