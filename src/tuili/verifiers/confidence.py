"""confidence: the generator's own token probabilities as a verdict; no model, no cost."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Literal

from tuili.records import Path, Problem, Verdict
from tuili.verifiers.base import Judged


class ConfidenceVerifier:
    parameters = 0

    def __init__(self, name: str, *, measure: Literal["lowest", "mean"]) -> None:
        """lowest: the probability of the least likely token; mean: the geometric mean over all tokens."""
        self.name, self.measure = name, measure

    async def judge(self, problem: Problem, paths: Sequence[Path], attempt: object = None) -> Judged:
        return Judged([Verdict(self._score(path)) for path in paths], 0)

    def _score(self, path: Path) -> float:
        if self.measure == "lowest":
            return exp(path.min_logprob)
        return exp(path.logprob / max(path.tokens, 1))

    def bound(self, problem: Problem, path: Path, new_tokens: int) -> int:
        return 0

    async def close(self) -> None:
        pass
