"""The running batch: rows join it when there is room, take one token each at every step, and leave when they stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tuili.backbone.forward import Layout
from tuili.backbone.meter import Meter
from tuili.backbone.prefill import PASS_TOKENS, Prefill
from tuili.backbone.store import Prefix, PrefixStore
from tuili.engines.local.pool import Pool
from tuili.engines.local.request import Request
from tuili.engines.local.rows import Rows
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
    ) -> None:
        """rows: the most that run at once. cache_bytes: for the running rows' keys and values at their longest, and
        as much again for the prefixes that are kept."""
        self._forward, self._layout, self._watch = forward, layout, watch
        self._ends = np.zeros(vocabulary, np.bool_)
        self._ends[list(ends)] = True
        self._store = PrefixStore(cache_bytes)
        self._prefill = Prefill(forward, layout, self._store)
        self._most_tokens = cache_bytes // layout.token_bytes
        self._rows, self._pool = Rows(rows), Pool(layout, self._most_tokens)
        self._waiting: deque[Request] = deque()
        self._finished: list[Request] = []

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._rows)

    def add(self, request: Request) -> None:
        self._waiting.append(request)

    @torch.inference_mode()
    def drop(self, request: Request) -> None:
        """Forgets a request that nobody waits for any more."""
        if request in self._waiting:
            self._waiting.remove(request)
        self._remove(np.flatnonzero([owner is request for owner, _ in self._rows.owners]))

    def clear(self) -> None:
        """Forgets everything."""
        self._waiting.clear()
        self._finished.clear()
        self._rows.owners.clear()
        self._pool.clear()
        self._store.clear()

    @torch.inference_mode()
    def step(self) -> list[Request]:
        """Lets waiting rows join, and takes one token of every row. Returns the requests that finished."""
        logits = [self._decode()] if self._rows else []
        if self._waiting and (joining := self._next_to_join()):
            logits.append(self._join(joining))
        if logits:
            self._take(torch.cat(logits) if len(logits) > 1 else logits[0])
        finished, self._finished = self._finished, []
        return finished

    def _next_to_join(self) -> list[tuple[Request, int]]:
        """First come, first served: requests and how many of their rows there is room for."""
        joining: list[tuple[Request, int]] = []
        rows = len(self._rows)
        longest = int((self._rows["start"] + self._rows["limit"]).max(initial=0))
        while self._waiting:
            request = self._waiting[0]
            wanted = len(request.seeds) - request.joined
            longest = max(longest, len(request.ids) + request.limit)
            room = min(self._rows.places, self._most_tokens // longest)
            count = min(wanted, max(room, 1 if rows == 0 else 0) - rows)
            if count > 0:
                joining.append((request, count))
                rows += count
            if count < wanted:
                break
            self._waiting.popleft()
        return joining

    def _join(self, joining: list[tuple[Request, int]]) -> Tensor:
        """New rows behind those that run: the logits after their prefixes [new rows, vocabulary]."""
        first = len(self._rows)
        self._prefill.prepare(self._to_prefill(joining))
        longest = max(int(self._rows.lengths.max(initial=0)), *(len(request.ids) for request, _ in joining))
        self._pool.reserve(first + sum(count for _, count in joining), longest + 1, used=first)
        for request, count in joining:
            prefix, _ = request.start
            self._pool.fill(len(self._rows), count, prefix.all_kept())
            self._rows.join(request, count, self._watch.start(request.text))
        return torch.cat([request.start[1].expand(count, -1) for request, count in joining])

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
        """Each row's last token through the model: the logits after it [rows, vocabulary]."""
        lengths = self._rows.lengths
        self._pool.reserve(len(lengths), int(lengths.max()) + 1, used=len(lengths))
        self._forward.decoded += len(lengths)
        starts, tokens = self._tensor(lengths), self._tensor(self._rows["token"])
        return self._forward(
            tokens[:, None], starts, self._pool.tensor, torch.arange(len(starts), device=starts.device)
        )

    def _take(self, logits: Tensor) -> None:
        """Samples a token for every row, from logits [rows, vocabulary]; those that stop leave."""
        rows = self._rows
        chosen, logprobs = choose(logits, uniforms(rows["stream"], rows["made"]), rows["temperature"])
        tokens = chosen.cpu().numpy()
        rows.append(tokens, logprobs.cpu().numpy())
        completed = rows["until_step"]
        if completed.any():
            completed = self._watch.advance(rows, tokens) & completed
        ended, full = self._ends[tokens], rows["made"] >= rows["limit"]
        stopped = np.flatnonzero(ended | completed | full)
        for row in stopped.tolist():
            stop = StopReason.END if ended[row] else StopReason.STEP if completed[row] else StopReason.LENGTH
            self._finish(row, stop)
        self._remove(stopped)

    def _finish(self, row: int, stop: StopReason) -> None:
        request, index = self._rows.owners[row]
        request.outcomes[index] = outcome = self._rows.outcome(row, stop)
        if stop is not StopReason.END or request.keep_ended:
            start, end = len(request.ids), len(request.ids) + len(outcome.ids) - 1
            kept = self._pool.read(row, start, end)
            self._store.add(Prefix(request.ids + outcome.ids, request.prefix, kept, owner=request.owner))
        if request.finished:
            self._finished.append(request)

    def _remove(self, leaving: npt.NDArray[np.intp]) -> None:
        if len(leaving):
            sources, targets = self._rows.remove(leaving)
            if targets:
                self._pool.move(sources, targets, int(self._rows.lengths[targets].max()))

    def _tensor(self, array: npt.NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(array.copy()).to(self._layout.device)
