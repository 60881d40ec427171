"""What the running rows are, beside their keys and values: arrays with a place for each, the rows always in front."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tuili.engines.local.request import Outcome, Request
from tuili.engines.local.sampling import streams
from tuili.engines.local.stops import FIELDS
from tuili.records import StopReason

ROW = np.dtype(
    [
        ("stream", np.uint64),  # where its random numbers come from
        ("start", np.int64),  # length of its prefix
        ("made", np.int64),  # tokens sampled
        ("limit", np.int64),  # tokens that it may have
        ("token", np.int64),  # the last one sampled, which has not been through the model
        ("temperature", np.float64),
        ("until_step", np.bool_),
        *FIELDS,
    ],
    align=True,
)


class Rows:
    def __init__(self, places: int) -> None:
        self.places = places
        self.owners: list[tuple[Request, int]] = []
        """The request of each row, and the place of its seed there."""
        self._state = np.zeros(places, ROW)
        # as long as the longest row so far needs, doubled when it does not fit
        self._tokens = np.zeros((places, 64), np.int64)
        self._logprobs = np.zeros((places, 64), np.float32)

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def state(self) -> npt.NDArray[np.void]:
        """Of the rows that run: a view of dtype ROW."""
        return self._state[: len(self)]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Of what went through the model, and so the position of each row's last token."""
        lengths: npt.NDArray[np.int64] = self.state["start"] + self.state["made"] - 1
        return lengths

    def join(self, request: Request, count: int, watch: tuple[int, int, bool]) -> None:
        """Begins rows for the next `count` seeds of a request."""
        first, taken = len(self), request.joined
        self.owners += [(request, index) for index in range(taken, taken + count)]
        request.joined += count
        new = self.state[first:]
        new["stream"] = streams(request.seeds[taken : taken + count])
        new["start"], new["made"], new["limit"] = len(request.ids), 0, request.limit
        new["temperature"], new["until_step"] = request.temperature, request.until_step
        new["separator"], new["marker"], new["written"] = watch

    def append(self, tokens: npt.NDArray[np.int64], logprobs: npt.NDArray[np.float32]) -> None:
        """One more token for each row."""
        state = self.state
        if state["made"].max() == self._tokens.shape[1]:
            more = ((0, 0), (0, self._tokens.shape[1]))
            self._tokens, self._logprobs = np.pad(self._tokens, more), np.pad(self._logprobs, more)
        at = np.arange(len(self)), state["made"]
        self._tokens[at], self._logprobs[at] = tokens, logprobs
        state["token"] = tokens
        state["made"] += 1

    def outcome(self, row: int, stop: StopReason) -> Outcome:
        made = self._state["made"][row]
        return Outcome(tuple(self._tokens[row, :made].tolist()), tuple(self._logprobs[row, :made].tolist()), stop)

    def remove(self, leaving: npt.NDArray[np.intp]) -> tuple[list[int], list[int]]:
        """Fills the places of rows that leave with the last rows. Returns from where and to where they moved."""
        left = len(self) - len(leaving)
        stays = np.ones(len(self), np.bool_)
        stays[leaving] = False
        holes, last = np.flatnonzero(~stays[:left]), left + np.flatnonzero(stays[left:])
        for each in (self._state, self._tokens, self._logprobs):
            each[holes] = each[last]
        sources, targets = last.tolist(), holes.tolist()
        for source, target in zip(sources, targets, strict=True):
            self.owners[target] = self.owners[source]
        del self.owners[left:]
        return sources, targets
