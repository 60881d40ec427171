"""The running batch: rows join it when there is room, take a token at every step, and leave when they stop.

A row has one or more samples; those that draw different tokens go on in rows of their own.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tuili.backbone.forward import Layout
from tuili.backbone.meter import Meter
from tuili.backbone.prefill import PASS_TOKENS, Prefill
from tuili.backbone.store import Prefix, PrefixStore
from tuili.engines.local.lane import Lane
from tuili.engines.local.request import Request
from tuili.engines.local.sampling import choose, uniforms
from tuili.engines.local.stops import StepWatch
from tuili.records import StopReason

Kind = TypeVar("Kind", bound=np.generic)


class Batch:
    def __init__(
        self,
        forward: Meter,
        layout: Layout,
        watch: StepWatch,
        ends: Collection[int],
        *,
        vocabulary: int,
        rows: int,
        cache_bytes: int,
        lengths: Sequence[int] = (),
    ) -> None:
        """rows: the most samples that run at once. cache_bytes: for the keys and values of as many rows at their
        longest, as much again for the prefixes that are kept, and what a pass needs that reads these. lengths: rows up
        to each of them run together. Each of these lanes keeps its room when its rows move on to the next, which counts
        as theirs."""
        self._forward, self._layout, self._watch = forward, layout, watch
        self._ends = np.zeros(vocabulary, np.bool_)
        self._ends[list(ends)] = True
        self._store = PrefixStore(cache_bytes)
        self._most_tokens = cache_bytes // layout.token_bytes
        self._prefill = Prefill(forward, layout, self._store, self._most_tokens)
        self._places = rows
        self._lanes = [Lane(layout, rows, self._most_tokens, longest) for longest in (*lengths, sys.maxsize)]
        self._waiting: deque[Request] = deque()
        self._finished: list[Request] = []
        self._reading: dict[Prefix, tuple[Lane, int]] = {}
        """The rows that read the last tokens of their prefixes in this step."""

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._running)

    @property
    def _running(self) -> list[Lane]:
        return [lane for lane in self._lanes if lane.rows]

    def add(self, request: Request) -> None:
        self._waiting.append(request)

    @torch.inference_mode()
    def drop(self, request: Request) -> None:
        """Forgets a request that nobody waits for any more."""
        if request in self._waiting:
            self._waiting.remove(request)
        for lane in self._lanes:
            lane.drop(request)

    def clear(self) -> None:
        """Forgets everything."""
        self._waiting.clear()
        self._finished.clear()
        self._reading.clear()
        for lane in self._lanes:
            lane.clear()
        self._prefill.clear()
        self._store.clear()

    @torch.inference_mode()
    def step(self) -> list[Request]:
        """Lets waiting rows join, and takes one token of every row. Returns the requests that finished."""
        joining = self._begin(self._next_to_join())
        logits = self._join(joining, self._decode())
        if len(logits):
            self._take(logits)
        for lane, longer in reversed(list(pairwise(self._lanes))):
            lane.outgrow(longer)
        finished, self._finished = self._finished, []
        return finished

    def _next_to_join(self) -> list[tuple[Request, int]]:
        """First come, first served: requests and how many of their samples there is room for, were each a row."""
        joining: list[tuple[Request, int]] = []
        if not self._waiting:
            return joining
        rows = sum(len(lane.rows.samples) for lane in self._lanes)
        longest = max(int((lane.rows["start"] + lane.rows["limit"]).max(initial=0)) for lane in self._lanes)
        while self._waiting:
            request = self._waiting[0]
            wanted = len(request.seeds) - request.joined
            longest = max(longest, len(request.ids) + request.limit)
            columns = longest + sum(lane.longest for lane in self._lanes if lane.longest < longest)
            room = min(self._places, self._most_tokens // columns)
            count = min(wanted, max(room, 1 if rows == 0 else 0) - rows)
            if count > 0:
                joining.append((request, count))
                rows += count
            if count < wanted:
                break
            self._waiting.popleft()
        return joining

    def _begin(self, joining: list[tuple[Request, int]]) -> list[list[tuple[Request, int]]]:
        """Gives those that join their prefixes. Where the last token of one is unread, the row that is to go on from
        it joins and reads it. Returns the others, those that are alike together."""
        self._prefill.prepare(self._to_prefill(joining))
        alike: defaultdict[object, list[tuple[Request, int]]] = defaultdict(list)
        for request, count in joining:
            alike[request.kind].append((request, count))
        others = []
        for requests in alike.values():
            prefix = requests[0][0].whole
            if prefix.logits is None and prefix not in self._reading:
                lane = self._lane_of(requests[0][0])
                self._reading[prefix] = lane, len(lane.rows)
                lane.join(requests)
            else:
                others.append(requests)
        return others

    def _to_prefill(self, joining: list[tuple[Request, int]]) -> list[Request]:
        """Those that join, and what the same pass takes of those in line: each alone would take a pass of its own."""
        wanted = {request: None for request, _ in joining if request.prefix is None}
        room = PASS_TOKENS - sum(len(request.ids) for request in wanted)
        for request in self._waiting if wanted else ():
            room -= len(request.ids)
            if room < 0:
                break
            if request.prefix is None:
                wanted[request] = None
        return list(wanted)

    def _decode(self) -> Tensor:
        """Each row's last token through the model: the logits after it [rows, vocabulary], lane by lane."""
        running = self._running
        if not running:
            return torch.empty(0, len(self._ends), device=self._layout.device)
        held = [lane.held() for lane in running]
        starts = torch.from_numpy(_joined([lane.rows.lengths for lane in running])).to(self._layout.device)
        tokens = torch.from_numpy(_joined([lane.rows["token"] for lane in running])).to(self._layout.device)
        # what several samples have drawn is counted for each of them; the last token of a prefix is not theirs
        self._forward.decoded += sum(len(lane.rows.samples) for lane in running)
        self._forward.decoded -= sum(len(lane.rows.samples.of(row)) - 1 for lane, row in self._reading.values())
        return self._forward(tokens[:, None], starts, held, torch.arange(len(tokens), device=tokens.device))

    def _join(self, joining: list[list[tuple[Request, int]]], logits: Tensor) -> Tensor:
        """New rows behind those of their lanes: the logits after their prefixes too [rows, vocabulary]."""
        if not joining and not self._reading:
            return logits
        decoded = dict(zip(self._lanes, torch.split(logits, [len(lane.rows) for lane in self._lanes]), strict=True))
        for prefix, (lane, row) in self._reading.items():
            kept = lane.read(row, prefix.length, len(prefix.ids))
            self._store.extend(prefix, kept, decoded[lane][row].clone())
        self._reading.clear()
        if not joining:
            return logits
        parts = {lane: [rows] for lane, rows in decoded.items()}
        for requests in joining:
            lane = self._lane_of(requests[0][0])
            lane.join(requests)
            after = requests[0][0].whole.logits
            assert after is not None
            parts[lane].append(after[None])
        return torch.cat([rows for lane in self._lanes for rows in parts[lane]])

    def _lane_of(self, request: Request) -> Lane:
        return next(lane for lane in self._lanes if lane.fits(len(request.ids)))

    def _take(self, logits: Tensor) -> None:
        """Draws a token for every sample, from logits [rows, vocabulary]; those that stop leave."""
        running = self._running
        first = accumulate((len(lane.rows) for lane in running), initial=0)
        row = _joined([lane.rows.samples.row + before for lane, before in zip(running, first, strict=False)])
        made = _joined([lane.rows["made"] for lane in running])
        random = uniforms(_joined([lane.rows.samples.stream for lane in running]), made[row])
        chosen, logprobs = choose(logits, row, random, _joined([lane.rows["temperature"] for lane in running]))
        end = 0
        for lane in running:
            begin, end = end, end + len(lane.rows.samples)
            self._append(lane, chosen[begin:end], logprobs[begin:end])

    def _append(self, lane: Lane, tokens: npt.NDArray[np.int64], logprobs: npt.NDArray[np.float32]) -> None:
        rows, before = lane.rows, len(lane.rows)
        rows.append(tokens, logprobs)
        tokens, completed = rows["token"], rows["until_step"]
        if completed.any():
            completed = self._watch.advance(rows, tokens) & completed
        ended, full = self._ends[tokens], rows["made"] >= rows["limit"]
        stopped = np.flatnonzero(ended | completed | full)
        for row in stopped.tolist():
            stop = StopReason.END if ended[row] else StopReason.STEP if completed[row] else StopReason.LENGTH
            self._finish(lane, row, stop)
        if len(stopped) or len(rows) > before:
            lane.close_up(stopped)

    def _finish(self, lane: Lane, row: int, stop: StopReason) -> None:
        owner, outcome = lane.rows.owners[row], lane.rows.outcome(row, stop)
        if stop in owner.kept:
            kept = lane.read(row, len(owner.ids), len(owner.ids) + len(outcome.ids) - 1)
            self._store.add(Prefix(owner.ids + outcome.ids, owner.prefix, kept, owner=owner.owner))
        for request, place in lane.rows.samples.of(row):
            request.outcomes[place] = outcome
            if request.finished:
                self._finished.append(request)


def _joined(parts: list[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """One after the other, and no copy where there is one."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
