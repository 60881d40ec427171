"""Puts through a model what it has not seen of the sequences that are wanted, each token once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
from torch import Tensor

from tuili.backbone.forward import Held, Layout
from tuili.backbone.meter import Meter
from tuili.backbone.pool import Pool
from tuili.backbone.store import Ids, Key, Prefix, PrefixStore

PASS_TOKENS = 2048
"""How many tokens, padding included, one pass takes: what bounds the memory of masks and activations."""
PADDING = 32
"""Tokens of padding that cost no more than another pass would."""


class Wanted(Protocol):
    boundaries: Sequence[Ids]
    """The prefixes of a sequence after which logits are wanted, each continuing the one before; the last is the
    whole."""
    owner: object
    """Sequences of one owner share what is read of them."""
    prefixes: list[Prefix]
    """Of the boundaries, as far as they are there."""
    prefilled: int
    """How many tokens had to go through the model for this sequence."""


class Prefill:
    def __init__(
        self, forward: Meter, layout: Layout, store: PrefixStore, most_tokens: int, pass_tokens: int = PASS_TOKENS
    ) -> None:
        """most_tokens: rows times columns of a pass, up to which its room is kept for the next."""
        self._forward, self._layout, self._store, self._pass_tokens = forward, layout, store, pass_tokens
        self._pool = Pool(layout, most_tokens)
        self._nothing = layout.zeros(1, 0)[:, 0]

    def prepare(self, wanted: Sequence[Wanted]) -> None:
        """Gives each its prefixes, and charges what is new of them to the first that needs it.

        A sequence is read from its first unread boundary to its end, unless another is reading that one just now: then
        it waits, and goes on from where the two part. Of one that was sampled here the last token is unread: that is
        left to the caller, who has rows running that each read one.
        """
        known: dict[Key, Prefix] = {}  # also keeps what the store may let go before all is read
        waiting = list(wanted)
        while waiting:
            runs = [run for each in waiting if (run := self._claim(each, known))]
            for batch in _batches(runs, self._pass_tokens):
                self._run(batch)
            for run in runs:
                self._store.add(*run)
            waiting = [each for each in waiting if len(each.prefixes) < len(each.boundaries)]

    def clear(self) -> None:
        """Forgets what passes left behind."""
        self._pool.clear()

    def _claim(self, wanted: Wanted, known: dict[Key, Prefix]) -> list[Prefix]:
        """Its next prefixes that are to be read, each the parent of the next: none while another reads the first."""
        wanted.prefixes += self._kept(wanted)
        run: list[Prefix] = []
        for ids in wanted.boundaries[len(wanted.prefixes) :]:
            prefix = known.get((wanted.owner, ids))
            claimed = prefix is not None and prefix.logits is None
            prefix = prefix or self._store.get(ids, wanted.owner)
            if prefix is not None and (run or claimed):
                break
            if prefix is None:
                parent = wanted.prefixes[-1] if wanted.prefixes else None
                prefix = Prefix(ids, parent, self._nothing, owner=wanted.owner)
                wanted.prefilled += _missing(prefix)
                self._forward.prefilled += _missing(prefix)
            elif prefix.logits is None:  # sampled here, all but its last token read
                if ids == wanted.boundaries[-1]:
                    wanted.prefixes.append(prefix)
                    break
                self._forward.decoded += _missing(prefix)
            known[prefix.key] = prefix
            wanted.prefixes.append(prefix)
            if prefix.logits is None:
                run.append(prefix)
        return run

    def _kept(self, wanted: Wanted) -> list[Prefix]:
        """Of its next boundaries, up to the last of which all is kept."""
        for end in range(len(wanted.boundaries), len(wanted.prefixes), -1):
            last = self._store.get(wanted.boundaries[end - 1], wanted.owner)
            if last is not None and last.logits is not None:
                line = {len(prefix.ids): prefix for prefix in last.lineage()}
                kept = [line.get(len(ids)) for ids in wanted.boundaries[len(wanted.prefixes) : end]]
                return [prefix for prefix in kept if prefix is not None] if None not in kept else []
        return []

    def _run(self, runs: Sequence[Sequence[Prefix]]) -> None:
        """The tokens of each run that have not been through the model."""
        starts = [run[0].length for run in runs]
        rows = [run[-1].ids[start:] for run, start in zip(runs, starts, strict=True)]
        self._pool.reserve(len(runs), max(starts) + max(map(len, rows)), used=0)
        shared: dict[Prefix, Tensor] = {}
        for row, run in enumerate(runs):
            self._pool.fill(row, 1, _kept_before(run, shared))
        ends = [[len(prefix.ids) - 1 - start for prefix in run] for run, start in zip(runs, starts, strict=True)]
        logits = self._logits(rows, starts, ends)
        for row, run in enumerate(runs):
            for prefix in run:
                self._store.extend(prefix, self._pool.read(row, prefix.length, len(prefix.ids)), next(logits))

    def _logits(self, rows: Sequence[Ids], starts: Sequence[int], ends: Sequence[Sequence[int]]) -> Iterator[Tensor]:
        """After each row's tokens at `ends`, row by row: [outputs] each. A single row may take several passes."""
        device = self._layout.device
        longest = max(map(len, rows))
        tokens = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=device)
        positions = torch.tensor(starts, device=device)
        numbers = torch.tensor([row for row, own in enumerate(ends) for _ in own], device=device)
        columns = torch.tensor([end for own in ends for end in own], device=device)
        logits: Tensor | None = None
        for begin in range(0, longest, self._pass_tokens):
            part = tokens[:, begin : begin + self._pass_tokens]
            here = (columns >= begin) & (columns < begin + part.shape[1])
            held = [Held(self._pool.tensor, len(rows))]
            found = self._forward(part, positions + begin, held, numbers[here] * part.shape[1] + columns[here] - begin)
            if logits is None:
                logits = found.new_zeros(len(columns), found.shape[1])
            logits[here] = found
        assert logits is not None
        return (row.clone() for row in logits)


def _kept_before(run: Sequence[Prefix], shared: dict[Prefix, Tensor]) -> Tensor:
    """Keys and values of a run's tokens that went through the model: [planes, heads, tokens, head_dim]. Put together
    once for all that continue the same prefix."""
    parent = run[0].parent
    if parent is None or run[0].kept.shape[2]:
        return run[0].all_kept()
    if parent not in shared:
        shared[parent] = parent.all_kept()
    return shared[parent]


def _batches(runs: Sequence[list[Prefix]], pass_tokens: int) -> Iterator[list[list[Prefix]]]:
    """Runs of about equally many tokens, together."""
    batch: list[list[Prefix]] = []
    tokens = 0
    for run in sorted(runs, key=_tokens):
        padded = (len(batch) + 1) * _tokens(run)
        padding = padded - tokens - _tokens(run)
        if batch and (padding > PADDING or padded > pass_tokens):
            yield batch
            batch, tokens = [], 0
        batch.append(run)
        tokens += _tokens(run)
    if batch:
        yield batch


def _tokens(run: Sequence[Prefix]) -> int:
    return len(run[-1].ids) - run[0].length


def _missing(prefix: Prefix) -> int:
    """How many of its tokens have not been through the model."""
    return len(prefix.ids) - prefix.length
