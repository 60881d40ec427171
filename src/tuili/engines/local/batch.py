"""The running batch: rows join it when there is room, take one token each at every step, and leave when they stop."""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

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
        """rows: the most that run at once. cache_bytes: for the running rows' keys and values at their longest, as
        much again for the prefixes that are kept, and what a pass needs that reads these. lengths: rows up to each of
        them run together. Each of these lanes keeps its room when its rows move on to the next, which counts as
        theirs."""
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
            lane.leave(np.flatnonzero([owner is request for owner, _ in lane.rows.owners]))

    def clear(self) -> None:
        """Forgets everything."""
        self._waiting.clear()
        self._finished.clear()
        for lane in self._lanes:
            lane.clear()
        self._prefill.clear()
        self._store.clear()

    @torch.inference_mode()
    def step(self) -> list[Request]:
        """Lets waiting rows join, and takes one token of every row. Returns the requests that finished."""
        joining = self._next_to_join()
        self._begin(joining)
        logits = self._join(joining, self._decode())
        if len(logits):
            self._take(logits)
        for lane, longer in reversed(list(pairwise(self._lanes))):
            lane.outgrow(longer)
        finished, self._finished = self._finished, []
        return finished

    def _next_to_join(self) -> list[tuple[Request, int]]:
        """First come, first served: requests and how many of their rows there is room for."""
        joining: list[tuple[Request, int]] = []
        if not self._waiting:
            return joining
        rows = sum(len(lane.rows) for lane in self._lanes)
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

    def _begin(self, joining: list[tuple[Request, int]]) -> None:
        """Gives those that join their prefixes; where the last token of one is unread, a first row that reads it."""
        self._prefill.prepare(self._to_prefill(joining))
        unread = {request.whole: request for request, _ in joining if request.whole.logits is None}
        for request in unread.values():
            self._lane_of(request).begin(request)

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
        starts = torch.from_numpy(np.concatenate([lane.rows.lengths for lane in running])).to(self._layout.device)
        tokens = torch.from_numpy(self._of_all("token")).to(self._layout.device)
        self._forward.decoded += len(tokens)
        return self._forward(tokens[:, None], starts, held, torch.arange(len(tokens), device=tokens.device))

    def _join(self, joining: list[tuple[Request, int]], logits: Tensor) -> Tensor:
        """New rows behind those of their lanes: the logits after their prefixes too [rows, vocabulary]."""
        if not joining:
            return logits
        own: defaultdict[Lane, list[tuple[Request, int]]] = defaultdict(list)
        for request, count in joining:
            own[self._lane_of(request)].append((request, count))
        parts: list[Tensor] = []
        for lane, decoded in zip(
            self._lanes, torch.split(logits, [len(lane.rows) for lane in self._lanes]), strict=True
        ):
            for request, row in lane.begun.items():
                prefix = request.whole
                kept = lane.read(row, prefix.length, len(prefix.ids))
                self._store.extend(prefix, kept, decoded[row].clone())
            parts += [decoded, *lane.join(own[lane])]
        return torch.cat(parts)

    def _lane_of(self, request: Request) -> Lane:
        return next(lane for lane in self._lanes if lane.fits(len(request.ids)))

    def _take(self, logits: Tensor) -> None:
        """Samples a token for every row, from logits [rows, vocabulary]; those that stop leave."""
        random = uniforms(self._of_all("stream"), self._of_all("made"))
        chosen, logprobs = (each.cpu().numpy() for each in choose(logits, random, self._of_all("temperature")))
        end = 0
        for lane in self._running:
            begin, end = end, end + len(lane.rows)
            self._append(lane, chosen[begin:end], logprobs[begin:end])

    def _append(self, lane: Lane, tokens: npt.NDArray[np.int64], logprobs: npt.NDArray[np.float32]) -> None:
        rows = lane.rows
        rows.append(tokens, logprobs)
        completed = rows["until_step"]
        if completed.any():
            completed = self._watch.advance(rows, tokens) & completed
        ended, full = self._ends[tokens], rows["made"] >= rows["limit"]
        stopped = np.flatnonzero(ended | completed | full)
        for row in stopped.tolist():
            stop = StopReason.END if ended[row] else StopReason.STEP if completed[row] else StopReason.LENGTH
            self._finish(lane, row, stop)
        lane.leave(stopped)

    def _finish(self, lane: Lane, row: int, stop: StopReason) -> None:
        request, index = lane.rows.owners[row]
        request.outcomes[index] = outcome = lane.rows.outcome(row, stop)
        if stop in request.kept:
            kept = lane.read(row, len(request.ids), len(request.ids) + len(outcome.ids) - 1)
            self._store.add(Prefix(request.ids + outcome.ids, request.prefix, kept, owner=request.owner))
        if request.finished:
            self._finished.append(request)

    def _of_all(self, field: str) -> npt.NDArray[Any]:
        """One of the rows' fields, lane by lane."""
        return np.concatenate([lane.rows[field] for lane in self._running])
