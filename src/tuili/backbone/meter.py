"""What really went through the model, counted where it does: tests hold the charges against it."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from torch import Tensor

from tuili.backbone.forward import Forward, Held


class Meter:
    def __init__(self, forward: Forward) -> None:
        self._forward = forward
        self.prefilled = 0
        """Prompt tokens."""
        self.decoded = 0
        """Tokens that had been sampled here before: once for each sample that has them."""
        self.computed = 0
        """Tokens in forward passes, padding included: less than the others where samples are alike."""
        self.seconds = 0.0
        """Inside forward passes; where the device works asynchronously, only until it was told what to do."""

    def __call__(self, tokens: Tensor, starts: Tensor, held: Sequence[Held], at: Tensor) -> Tensor:
        self.computed += tokens.numel()
        begun = perf_counter()
        logits = self._forward(tokens, starts, held, at)
        self.seconds += perf_counter() - begun
        return logits
