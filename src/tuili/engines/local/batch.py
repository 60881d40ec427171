"""The running batch: rows join it when there is room, take a token at every step, and leave when they stop.

A row has one or more samples; those that draw different tokens go on in rows of their own.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Sequence
from itertools import pairwise
from time import perf_counter

import torch
from torch import Tensor

from tuili.backbone.forward import Layout
from tuili.backbone.meter import Meter
from tuili.backbone.prefill import PASS_TOKENS, Prefill
from tuili.backbone.store import Prefix, PrefixStore
from tuili.engines.local.lane import Lane
from tuili.engines.local.request import Request
from tuili.engines.local.samples import Samples
from tuili.engines.local.sampling import draw
from tuili.engines.local.stops import Stops
from tuili.records import StopReason


class Batch:
    def __init__(
        self,
        forward: Meter,
        layout: Layout,
        stops: Stops,
        *,
        rows: int,
        cache_bytes: int,
        lengths: Sequence[int] = (),
    ) -> None:
        """rows: the most samples that run at once. cache_bytes: for the keys and values of as many rows at their
        longest, as much again for the prefixes that are kept, and what a pass needs that reads these. lengths: rows up
        to each of them run together. Each of these lanes keeps its room when its rows move on to the next, which counts
        as theirs."""
        self._forward, self._layout, self._stops = forward, layout, stops
        self._store = PrefixStore(cache_bytes)
        self._most_tokens = cache_bytes // layout.token_bytes
        self._prefill = Prefill(forward, layout, self._store, self._most_tokens)
        self._places = rows
        self._samples = Samples(rows)
        self._lanes = [
            Lane(layout, rows, self._samples, self._most_tokens, longest) for longest in (*lengths, sys.maxsize)
        ]
        # a row moves on once in a step
        self._next_longer = list(pairwise(self._lanes))[::-1]
        self._numbers = torch.arange(rows, device=layout.device)
        self._waiting: deque[Request] = deque()
        self._finished: list[Request] = []
        self._reading: dict[Prefix, tuple[Lane, int]] = {}
        """The rows that read the last tokens of their prefixes in this step."""

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._samples)

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
        self._samples.clear()
        for lane in self._lanes:
            lane.clear()
        self._prefill.clear()
        self._store.clear()

    @torch.inference_mode()
    def run(self, seconds: float) -> list[Request]:
        """Until something has finished, or for so long. Returns the requests that finished."""
        until = perf_counter() + seconds
        while self.busy and not self._finished and perf_counter() < until:
            self._step()
        finished, self._finished = self._finished, []
        return finished

    def _step(self) -> None:
        """Lets waiting rows join, and takes one token of every row."""
        joining = self._begin(self._next_to_join()) if self._waiting else []
        for lane, logits in self._join(joining, self._decode()).items():
            self._take(lane, logits)
        for lane, longer in self._next_longer:
            lane.outgrow(longer)

    def _next_to_join(self) -> list[tuple[Request, int]]:
        """First come, first served: requests and how many of their samples there is room for, were each a row."""
        joining: list[tuple[Request, int]] = []
        rows = len(self._samples)
        longest = max(lane.rows.longest for lane in self._lanes)
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

    def _decode(self) -> dict[Lane, Tensor]:
        """Each row's last token through the model: the logits after it [rows, vocabulary]."""
        running = [lane for lane in self._lanes if lane.rows]
        if not running:
            return {}
        tokens, starts = map(self._joined, zip(*[lane.rows.last for lane in running], strict=True))
        # what several samples have drawn is counted for each of them; the last token of a prefix is not theirs
        self._forward.decoded += len(self._samples)
        self._forward.decoded -= sum(len(lane.rows.samples_of(row)) - 1 for lane, row in self._reading.values())
        held = [lane.held() for lane in running]
        logits = self._forward(tokens, starts, held, self._numbers[: len(tokens)])
        if len(running) == 1:
            return {running[0]: logits}
        return dict(zip(running, torch.split(logits, [each.rows for each in held]), strict=True))

    def _joined(self, parts: Sequence[Tensor]) -> Tensor:
        """One after the other, where the model is."""
        return (parts[0] if len(parts) == 1 else torch.cat(list(parts))).to(self._layout.device)

    def _join(self, joining: list[list[tuple[Request, int]]], decoded: dict[Lane, Tensor]) -> dict[Lane, Tensor]:
        """New rows behind those of their lanes: the logits after their prefixes too."""
        for prefix, (lane, row) in self._reading.items():
            kept = lane.read(row, prefix.length, len(prefix.ids))
            self._store.extend(prefix, kept, decoded[lane][row].clone())
        self._reading.clear()
        after: defaultdict[Lane, list[Tensor]] = defaultdict(list)
        for requests in joining:
            lane = self._lane_of(requests[0][0])
            lane.join(requests)
            logits = requests[0][0].whole.logits
            assert logits is not None
            after[lane].append(logits)
        for lane, rows in after.items():
            decoded[lane] = torch.cat([*([decoded[lane]] if lane in decoded else []), torch.stack(rows)])
        return decoded

    def _lane_of(self, request: Request) -> Lane:
        return next(lane for lane in self._lanes if lane.fits(len(request.ids)))

    def _take(self, lane: Lane, logits: Tensor) -> None:
        """Draws a token for every sample of a lane, from logits [rows, vocabulary]; those that stop leave."""
        before = len(lane.rows)
        draw(logits, lane.rows.state, self._samples.state)
        lane.rows.append()
        stopped, reasons = self._stops.advance(lane.rows.state)
        for row, reason in zip(stopped.tolist(), reasons, strict=True):
            self._finish(lane, row, reason)
        if reasons or len(lane.rows) > before:
            lane.close_up(stopped)

    def _finish(self, lane: Lane, row: int, stop: StopReason) -> None:
        outcome, samples = lane.rows.outcome(row, stop), lane.rows.finish(row)
        owner = samples[0][0]
        if stop in owner.kept:
            kept = lane.read(row, len(owner.ids), len(owner.ids) + len(outcome.ids) - 1)
            self._store.add(Prefix(owner.ids + outcome.ids, owner.prefix, kept, owner=owner.owner))
        for request, place in samples:
            request.outcomes[place] = outcome
            if request.finished:
                self._finished.append(request)
