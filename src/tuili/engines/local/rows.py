"""What the running rows are, beside their keys and values: arrays with a place for each, the rows always in front.

A forward pass leaves none of them in a cache of the processor. So what a step touches of all rows lies together: an
array for each field, and tokens by step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tuili.engines.local import stops
from tuili.engines.local.request import Outcome, Request
from tuili.engines.local.sampling import streams
from tuili.records import StopReason

FIELDS = [
    ("stream", np.uint64),  # where its random numbers come from
    ("start", np.int64),  # length of its prefix
    ("made", np.int64),  # tokens sampled
    ("limit", np.int64),  # tokens that it may have
    ("token", np.int64),  # the last one, which has not been through the model
    ("temperature", np.float64),
    ("until_step", np.bool_),
    *stops.FIELDS,
]


class Rows:
    def __init__(self, places: int) -> None:
        self.places = places
        self.owners: list[tuple[Request, int]] = []
        """The request of each row, and the place of its seed there."""
        self._state: dict[str, npt.NDArray[Any]] = {name: np.zeros(places, kind) for name, kind in FIELDS}
        # as long as the longest row so far needs, doubled when it does not fit
        self._tokens = np.zeros((64, places), np.int32)
        self._logprobs = np.zeros((64, places), np.float32)

    def __len__(self) -> int:
        return len(self.owners)

    def __getitem__(self, field: str) -> npt.NDArray[Any]:
        """One of FIELDS, of the rows that run: a view."""
        return self._state[field][: len(self)]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Of what went through the model, and so the position of each row's last token."""
        lengths: npt.NDArray[np.int64] = self["start"] + self["made"] - 1
        return lengths

    def join(self, request: Request, count: int) -> None:
        """Begins rows for the next `count` seeds of a request."""
        new, taken = slice(len(self), len(self) + count), request.joined
        self.owners += [(request, index) for index in range(taken, taken + count)]
        request.joined += count
        state = self._state
        state["stream"][new] = streams(request.seeds[taken : taken + count])
        state["start"][new], state["made"][new], state["limit"][new] = len(request.ids), 0, request.limit
        state["token"][new] = request.ids[-1]
        state["temperature"][new], state["until_step"][new] = request.temperature, request.until_step
        state["separator"][new], state["marker"][new], state["written"][new] = request.watch

    def append(self, tokens: npt.NDArray[np.int64], logprobs: npt.NDArray[np.float32]) -> None:
        """One more token for each row."""
        n, made = len(self), self["made"]
        self._reserve(int(made.max()) + 1)
        at = made, np.arange(n)
        self._tokens[at], self._logprobs[at] = tokens, logprobs
        self._state["token"][:n] = tokens
        made += 1

    def adopt(self, others: Rows, which: npt.NDArray[np.intp]) -> None:
        """Begins rows where others are."""
        new, made = slice(len(self), len(self) + len(which)), int(others["made"][which].max())
        self.owners += [others.owners[row] for row in which.tolist()]
        for name, state in self._state.items():
            state[new] = others[name][which]
        self._reserve(made)
        self._tokens[:made, new], self._logprobs[:made, new] = (
            others._tokens[:made, which],
            others._logprobs[:made, which],
        )

    def outcome(self, row: int, stop: StopReason) -> Outcome:
        made = self._state["made"][row]
        return Outcome(tuple(self._tokens[:made, row].tolist()), tuple(self._logprobs[:made, row].tolist()), stop)

    def remove(self, leaving: npt.NDArray[np.intp]) -> tuple[list[int], list[int]]:
        """Fills the places of rows that leave with the last rows. Returns from where and to where they moved."""
        left = len(self) - len(leaving)
        stays = np.ones(len(self), np.bool_)
        stays[leaving] = False
        holes, last = np.flatnonzero(~stays[:left]), left + np.flatnonzero(stays[left:])
        made = self._state["made"][last].max(initial=0)
        for each in (*self._state.values(), self._tokens[:made].T, self._logprobs[:made].T):
            each[holes] = each[last]
        sources, targets = last.tolist(), holes.tolist()
        for source, target in zip(sources, targets, strict=True):
            self.owners[target] = self.owners[source]
        del self.owners[left:]
        return sources, targets

    def clear(self) -> None:
        self.owners.clear()

    def _reserve(self, made: int) -> None:
        if (short := made - len(self._tokens)) > 0:
            more = ((0, max(short, len(self._tokens))), (0, 0))
            self._tokens, self._logprobs = np.pad(self._tokens, more), np.pad(self._logprobs, more)
