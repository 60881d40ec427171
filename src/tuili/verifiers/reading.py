"""Paths on their way through a verifier's model, and what it says of their steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from tuili.backbone.store import Ids, Prefix


class Surprise(NamedTuple):
    """For a model that was trained with it: the logit of the class `wrong` is raised by weight x -log p of the step's
    least likely token under the model's own language model."""

    wrong: int
    weight: float


@dataclass(slots=True, eq=False)
class Reading:
    boundaries: Sequence[Ids]
    """The prompt, then the path as far as the end of each step; last, where the path has ended, the token that says
    so. None of them for a path without a step."""
    ends: Sequence[int]
    """Which of the boundaries each step is judged at: its last token's, that of the path's end included."""
    owner: object
    """The attempt that the path is of."""
    prefixes: list[Prefix] = field(default_factory=list)
    """Of the boundaries, as far as they are read."""
    prefilled: int = 0
    """How many tokens had to go through the model."""

    @property
    def length(self) -> int:
        return len(self.boundaries[-1]) if self.boundaries else 0


def step_logits(readings: Sequence[Reading], classes: int, surprise: Surprise | None) -> Tensor:
    """Those that the steps are judged by, one reading after the other: [steps, classes]. Once all is read."""
    found = [_logits(reading, end) for reading in readings for end in reading.ends]
    if not found:
        return torch.zeros(0, classes)
    logits = torch.stack(found)[:, :classes].float()
    if surprise is not None:
        logits[:, surprise.wrong] -= surprise.weight * _least_likely(readings, classes)
    return logits


def _least_likely(readings: Sequence[Reading], classes: int) -> Tensor:
    """The log-probability of each step's least likely token [steps], from the outputs of a SurprisedForward."""
    before, after, first, step, steps = [], [], [], [], 0
    for reading in readings:
        for begin, end in pairwise((0, *reading.ends)):
            for boundary in range(begin + 1, end + 1):
                before.append(_logits(reading, boundary - 1))
                after.append(_logits(reading, boundary))
                first.append(reading.boundaries[boundary][len(reading.boundaries[boundary - 1])])
                step.append(steps)
            steps += 1
    device = before[0].device
    # what went before a part says how likely its first token was; the end of the part, the others
    likely = torch.stack(before)[:, classes + 1 :].gather(1, torch.tensor(first, device=device)[:, None]).squeeze(1)
    likely = torch.minimum(likely, torch.stack(after)[:, classes])
    return likely.new_zeros(steps).scatter_reduce(0, torch.tensor(step, device=device), likely, "amin")


def _logits(reading: Reading, boundary: int) -> Tensor:
    logits = reading.prefixes[boundary].logits
    assert logits is not None
    return logits
