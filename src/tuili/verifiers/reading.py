"""Paths on their way through a verifier's model, and what it says of their steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
    def judged(self) -> list[tuple[float, ...]]:
        """The probabilities of each step's classes, once it was judged."""
        return [self.prefixes[end].judged or () for end in self.ends]

    @property
    def length(self) -> int:
        return len(self.boundaries[-1]) if self.boundaries else 0


def judge_steps(readings: Iterable[Reading], classes: int, surprise: Surprise | None) -> None:
    """The probabilities of the classes of those steps that were not judged before, once all of them is read."""
    new = {
        reading.prefixes[end]: reading.prefixes[begin : end + 1]
        for reading in readings
        for begin, end in pairwise((0, *reading.ends))
        if reading.prefixes[end].judged is None
    }
    if new:
        logits = torch.stack([_logits(prefix) for prefix in new])[:, :classes].float()
        if surprise is not None:
            logits[:, surprise.wrong] -= surprise.weight * _least_likely(new.values(), classes)
        for prefix, probabilities in zip(new, logits.softmax(-1).tolist(), strict=True):
            prefix.judged = tuple(probabilities)


def _least_likely(steps: Collection[Sequence[Prefix]], classes: int) -> Tensor:
    """The log-probability of each step's least likely token [steps], from the outputs of a SurprisedForward.

    A step: the prefix that it continues, and those at the ends of its parts.
    """
    parts = [(number, *pair) for number, prefixes in enumerate(steps) for pair in pairwise(prefixes)]
    before = torch.stack([_logits(earlier) for _, earlier, _ in parts])[:, classes + 1 :]
    after = torch.stack([_logits(later) for _, _, later in parts])[:, classes]
    first = torch.tensor([later.ids[len(earlier.ids)] for _, earlier, later in parts], device=before.device)
    # what went before a part says how likely its first token was; the end of the part, the others
    likely = torch.minimum(before.gather(1, first[:, None]).squeeze(1), after)
    step = torch.tensor([number for number, _, _ in parts], device=before.device)
    return likely.new_zeros(len(steps)).scatter_reduce(0, step, likely, "amin")


def _logits(prefix: Prefix) -> Tensor:
    assert prefix.logits is not None
    return prefix.logits
