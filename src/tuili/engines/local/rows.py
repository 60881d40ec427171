"""What the running rows are, beside their keys and values: arrays with a place for each, the rows always in front.

A row is all samples of a path that have drawn the same tokens so far.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tuili.backbone.compiled import compiled
from tuili.engines.local import stops
from tuili.engines.local.request import Outcome, Request
from tuili.engines.local.samples import Samples
from tuili.engines.local.sampling import NONE
from tuili.records import StopReason

ROW = np.dtype(
    [
        ("held", np.int64),  # where its keys and values are: its own place, but for rows that have just come
        ("first", np.int64),  # of its samples
        ("length", np.int64),  # of what went through the model, and so the position of its last token
        ("token", np.int64),  # the last one, which has not been through the model
        ("made", np.int64),  # tokens sampled
        ("limit", np.int64),  # tokens that it may have
        ("temperature", np.float64),
        *stops.FIELDS,
    ],
    align=True,
)


class Rows:
    def __init__(self, places: int, samples: Samples) -> None:
        """samples: of all lanes."""
        self.samples = samples
        self.reach = 0
        """The length of the longest of those that run; 0 where there are none."""
        self._count = 0
        self._state: npt.NDArray[np.void] = np.zeros(places, ROW)
        self._last = torch.from_numpy(self._state["token"])[:, None], torch.from_numpy(self._state["length"])
        self._tokens = np.zeros((places, 64), np.int32)
        self._logprobs = np.zeros((places, 64), np.float32)

    def __len__(self) -> int:
        return self._count

    @property
    def state(self) -> npt.NDArray[np.void]:
        """ROW of those that run [n]: a view."""
        return self._state[: self._count]

    @property
    def last(self) -> tuple[Tensor, Tensor]:
        """Each row's last token [n, 1], and its position [n]: views."""
        tokens, positions = self._last
        return tokens[: self._count], positions[: self._count]

    @property
    def longest(self) -> int:
        """How long one of those that run may get, with its prefix."""
        return int((self.state["length"] - self.state["made"] + 1 + self.state["limit"]).max(initial=0))

    def samples_of(self, row: int) -> list[tuple[Request, int]]:
        """The requests, which are alike, and the places of the seeds there."""
        return self.samples.of(int(self._state["first"][row]))

    def join(self, requests: Sequence[tuple[Request, int]]) -> None:
        """Begins a row for so many more samples of each of these requests, which are alike."""
        row, request = self._count, requests[0][0]
        first, length = self.samples.join(requests), len(request.ids) - 1
        state = row, first, length, request.ids[-1], 0, request.limit, request.temperature
        self._state[row] = *state, request.until_step, *request.watch
        self._count += 1
        self.reach = max(self.reach, length)

    def reserve(self, tokens: int) -> None:
        """Makes room for so many in each row."""
        if (short := tokens - self._tokens.shape[1]) > 0:
            more = ((0, 0), (0, max(short, self._tokens.shape[1])))
            self._tokens, self._logprobs = np.pad(self._tokens, more), np.pad(self._logprobs, more)

    def append(self) -> None:
        """The token that each sample drew. Those of a row that differ in it are different rows from here on: new ones
        come last, their keys and values still where they were."""
        self._count = _append(self._state, self._count, self.samples.state, self._tokens, self._logprobs)
        self.reach += 1

    def adopt(self, others: Rows, which: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        """Begins rows where others are, which are to be removed there. Returns, as `remove` does, what is to be copied
        from theirs."""
        first, made = self._count, int(others._state["made"][which].max())
        self._count += len(which)
        new = slice(first, self._count)
        self._state[new] = others._state[which]
        held = self._state["held"][new] = np.arange(first, self._count)
        self._tokens[new, :made] = others._tokens[which, :made]
        self._logprobs[new, :made] = others._logprobs[which, :made]
        lengths = self._state["length"][new]
        self.reach = max(self.reach, int(lengths.max()))
        return np.stack([which, held, lengths], axis=1)

    def outcome(self, row: int, stop: StopReason) -> Outcome:
        made = int(self._state["made"][row])
        return Outcome(tuple(self._tokens[row, :made].tolist()), tuple(self._logprobs[row, :made].tolist()), stop)

    def finish(self, row: int) -> list[tuple[Request, int]]:
        """Ends the samples of a row, which is to be removed: their requests and the places of the seeds there."""
        return self.samples.leave(int(self._state["first"][row]))

    def remove(self, leaving: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Closes up the others. Returns from where to where how many keys and values are to be copied [k, 3]: no place
        is in both, and each row has its own then."""
        copies, self.reach = _close_up(self.state, self._tokens, self._logprobs, leaving)
        self._count -= len(leaving)
        return copies

    def drop(self, request: Request) -> npt.NDArray[np.int64]:
        """Ends the samples of a request. Returns the rows that have none then, which are to be removed."""
        first = self.state["first"]
        for row in range(self._count):
            first[row] = self.samples.drop(int(first[row]), request)
        return np.flatnonzero(first == NONE)

    def clear(self) -> None:
        self._count = self.reach = 0


@compiled
def _append(
    rows: npt.NDArray[np.void],
    count: int,
    samples: npt.NDArray[np.void],
    tokens: npt.NDArray[np.int32],
    logprobs: npt.NDArray[np.float32],
) -> int:
    """rows: with room for new ones. Returns how many there are now."""
    before = count
    for row in range(before):
        made, sample, forks = rows["made"][row], rows["first"][row], count
        rows["first"][row] = NONE
        rows["made"][row] += 1
        rows["length"][row] += 1
        while sample != NONE:
            following, token = samples["next"][sample], samples["token"][sample]
            into = row
            if rows["first"][row] != NONE and rows["token"][row] != token:
                into = forks
                while into < count and rows["token"][into] != token:
                    into += 1
            if into == count:
                _copy(rows, tokens, logprobs, row, into)
                rows["first"][into] = NONE
                count += 1
            if rows["first"][into] == NONE:
                rows["token"][into] = tokens[into, made] = token
                logprobs[into, made] = samples["logprob"][sample]
            samples["next"][sample], rows["first"][into] = rows["first"][into], sample
            sample = following
    return count


@compiled
def _close_up(
    rows: npt.NDArray[np.void],
    tokens: npt.NDArray[np.int32],
    logprobs: npt.NDArray[np.float32],
    leaving: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], int]:
    """What is to be copied, and the length of the longest row that stays."""
    free = np.zeros(len(rows), np.bool_)
    free[leaving] = True
    left = len(rows) - len(leaving)
    # where a row leaves that others were part of, one of them takes its place
    for row in range(len(rows)):
        place = rows["held"][row]
        if place < left and free[place] and not free[row]:
            _copy(rows, tokens, logprobs, row, place)
            free[place], free[row] = False, True
    last = len(rows) - 1
    for place in range(left):
        if free[place]:
            while free[last]:
                last -= 1
            _copy(rows, tokens, logprobs, last, place)
            free[last] = True
    copies = np.empty((left, 3), np.int64)
    count = reach = 0
    for place in range(left):
        length = rows["length"][place]
        reach = max(reach, length)
        if rows["held"][place] != place:
            copies[count] = rows["held"][place], place, length
            rows["held"][place] = place
            count += 1
    return copies[:count], reach


@compiled
def _copy(
    rows: npt.NDArray[np.void],
    tokens: npt.NDArray[np.int32],
    logprobs: npt.NDArray[np.float32],
    source: int,
    target: int,
) -> None:
    made = rows["made"][source]
    rows[target] = rows[source]
    tokens[target, :made] = tokens[source, :made]
    logprobs[target, :made] = logprobs[source, :made]
