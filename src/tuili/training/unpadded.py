"""Padded rows in passes of rows that are about equally long and begin at their first token: little is padding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from tuili.training.packing import IGNORED

PASS_TOKENS = 2048
"""How many tokens, padding included, one pass takes: with more, activations do not stay in a processor's caches."""


class Pass(NamedTuple):
    ids: Tensor
    """[n, length]; whatever stands after a row's last token no token before it sees."""
    labels: Tensor
    """[n, length]: the ids of completions, IGNORED elsewhere."""
    rows: Tensor
    """For each label that is not ignored, in order: its row in the padded batch, [k]."""
    columns: Tensor
    """And its place in the completion, [k]."""
    tokens: int
    """Not counting padding."""


def passes(ids: Tensor, mask: Tensor, completion: int, pass_tokens: int = PASS_TOKENS) -> Iterator[Pass]:
    """ids, mask [B, T]: prompts padded on the left, then `completion` columns padded on the right.

    Rows without a completion token are left out; if all are, one of them remains, so that there is a pass.
    """
    total = ids.shape[1]
    starts = mask.int().argmax(1)
    ends = total - mask.flip(1).int().argmax(1)
    wanted = mask[:, total - completion :].any(1).nonzero()[:, 0]
    if len(wanted) == 0:
        wanted = torch.zeros(1, dtype=torch.long, device=ids.device)
    wanted = wanted[(ends - starts)[wanted].argsort(stable=True)]
    for rows in _together(wanted, (ends - starts)[wanted].tolist(), pass_tokens):
        places = starts[rows, None] + torch.arange(int((ends - starts)[rows].max()), device=ids.device)
        real = places < ends[rows, None]
        places = places.clamp(max=total - 1)
        taken = ids[rows[:, None], places]
        scored = real & (places >= total - completion)
        scored[:, 0] = False  # nothing comes before a row's first token
        row, column = scored.nonzero(as_tuple=True)
        labels = taken.masked_fill(~scored, IGNORED)
        yield Pass(taken, labels, rows[row], places[row, column] - (total - completion), int(real.sum()))


def _together(rows: Tensor, lengths: list[int], pass_tokens: int) -> Iterator[Tensor]:
    """Rows by ascending length, as many at a time as one pass takes."""
    first = 0
    for last in range(1, len(lengths) + 1):
        if last == len(lengths) or (last + 1 - first) * lengths[last] > pass_tokens:
            yield rows[first:last]
            first = last
