"""What the running rows are, beside their keys and values: arrays with a place for each, the rows always in front.

A row is all samples of a path that have drawn the same tokens so far.

A forward pass leaves none of them in a cache of the processor. So what a step touches of all rows lies together: an
array for each field, and tokens by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tuili.engines.local import stops
from tuili.engines.local.request import Outcome, Request
from tuili.engines.local.samples import Samples
from tuili.records import StopReason

FIELDS = [
    ("held", np.int64),  # where its keys and values are: the row's own place, but for rows that have just come
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
        self.owners: list[Request] = []
        """Of each row, one of the requests whose samples it has: they are alike."""
        self.samples = Samples()
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

    def join(self, requests: Sequence[tuple[Request, int]]) -> None:
        """Begins a row for so many more samples of each of these requests, which are alike."""
        row, first = len(self), requests[0][0]
        self.owners.append(first)
        for request, count in requests:
            self.samples.join(row, request, count)
        state = self._state
        state["held"][row] = row
        state["start"][row], state["made"][row], state["limit"][row] = len(first.ids), 0, first.limit
        state["token"][row] = first.ids[-1]
        state["temperature"][row], state["until_step"][row] = first.temperature, first.until_step
        state["separator"][row], state["marker"][row], state["written"][row] = first.watch

    def append(self, tokens: npt.NDArray[np.int64], logprobs: npt.NDArray[np.float32]) -> None:
        """One more token for each sample. Those of a row that differ in it are different rows from here on: new ones
        come last, their keys and values still where they were."""
        if len(self.samples) > len(self):
            order = np.lexsort((tokens, self.samples.row))
            tokens, logprobs = tokens[order], logprobs[order]
            self.samples.keep(order)
            self._fork(tokens)
            at = np.zeros(len(self), np.int64)
            at[self.samples.row] = np.arange(len(self.samples))
            tokens, logprobs = tokens[at], logprobs[at]
        made = self["made"]
        self._reserve(int(made.max()) + 1)
        column = made, np.arange(len(self))
        self._tokens[column], self._logprobs[column] = tokens, logprobs
        self["token"][:] = tokens
        made += 1

    def adopt(self, others: Rows, which: npt.NDArray[np.intp]) -> None:
        """Begins rows where others are."""
        first, made = len(self), int(others["made"][which].max())
        new = slice(first, first + len(which))
        self.owners += [others.owners[row] for row in which.tolist()]
        ours = np.full(len(others), -1)
        ours[which] = np.arange(first, len(self))
        self.samples.adopt(others.samples, ours[others.samples.row])
        for name, state in self._state.items():
            state[new] = others[name][which]
        self["held"][new] = ours[which]
        self._reserve(made)
        self._tokens[:made, new], self._logprobs[:made, new] = (
            others._tokens[:made, which],
            others._logprobs[:made, which],
        )

    def outcome(self, row: int, stop: StopReason) -> Outcome:
        made = self._state["made"][row]
        return Outcome(tuple(self._tokens[:made, row].tolist()), tuple(self._logprobs[:made, row].tolist()), stop)

    def remove(self, leaving: npt.NDArray[np.intp]) -> tuple[list[int], list[int]]:
        """Closes up the others. Returns from where to where keys and values are to be copied: no place is in both, and
        each row has its own then."""
        left, held = len(self) - len(leaving), self["held"].copy()
        stays, now = np.ones(len(self), np.bool_), np.arange(len(self))
        stays[leaving] = False
        taken = stays.copy()
        # where a row leaves that others were part of, one of them takes its place
        orphans = np.flatnonzero(stays & (held != now) & ~stays[held] & (held < left))
        inherited, heirs = np.unique(held[orphans], return_index=True)
        now[orphans[heirs]] = inherited
        taken[orphans[heirs]], taken[inherited] = False, True
        now[left + np.flatnonzero(taken[left:])] = np.flatnonzero(~taken[:left])
        self._move(np.flatnonzero(stays & (now != np.arange(len(self)))), now)
        self.samples.row = np.where(stays, now, -1)[self.samples.row]
        self.samples.keep(self.samples.row >= 0)
        self.samples.sort()
        del self.owners[left:]
        self["held"][:] = np.arange(left)
        copied = np.flatnonzero(stays & (held != now))
        return held[copied].tolist(), now[copied].tolist()

    def clear(self) -> None:
        self.owners.clear()
        self.samples = Samples()

    def _fork(self, tokens: npt.NDArray[np.int64]) -> None:
        """New rows for those samples of a row that do not have its first one's token: the samples of each row are in
        the order of their tokens."""
        row = self.samples.row
        same_row, same_token = row[1:] == row[:-1], tokens[1:] == tokens[:-1]
        begins = np.flatnonzero(np.append(True, ~(same_row & same_token)))
        forks = np.append(False, same_row)[begins]
        if not forks.any():
            return
        rows = row[begins]
        sources, first = rows[forks], len(self)
        new = slice(first, first + len(sources))
        self.owners += [self.owners[source] for source in sources.tolist()]
        made = int(self._state["made"][sources].max())
        for each in (*self._state.values(), self._tokens[:made].T, self._logprobs[:made].T):
            each[new] = each[sources]
        rows[forks] = np.arange(first, len(self))
        self.samples.row = np.repeat(rows, np.diff(begins, append=len(row)))

    def _move(self, rows: npt.NDArray[np.intp], now: npt.NDArray[np.intp]) -> None:
        made = self._state["made"][rows].max(initial=0)
        for each in (*self._state.values(), self._tokens[:made].T, self._logprobs[:made].T):
            each[now[rows]] = each[rows]
        for target, owner in [(int(now[row]), self.owners[row]) for row in rows]:
            self.owners[target] = owner

    def _reserve(self, made: int) -> None:
        if (short := made - len(self._tokens)) > 0:
            more = ((0, max(short, len(self._tokens))), (0, 0))
            self._tokens, self._logprobs = np.pad(self._tokens, more), np.pad(self._logprobs, more)
