"""process: a process reward model (PRM), one score a step, from a token-classification checkpoint.

The score of a path is made of those of its steps that stand: what a later step takes back does not count.
Classes are PRM800K's: `-` wrong, `0` neutral (a dead end that is not a mistake), `+` good; a head may lack `0`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Literal

from tuili.errors import BadRequest
from tuili.records import Path, Problem, Verdict
from tuili.verifiers.aggregate import Aggregate, aggregate, standing
from tuili.verifiers.base import Judged
from tuili.verifiers.classifier import REMEMBERED, Classifier


class ProcessVerifier:
    def __init__(
        self,
        name: str,
        *,
        path: str,
        aggregate: Aggregate,
        neutral: Literal["good", "bad"],
        history: bool,
        batch_tokens: int,
        cache_gib: float,
    ) -> None:
        """neutral: whether a neutral step counts as good (for best-of-N) or as bad (for search)."""
        self.name, self.how = name, aggregate
        self.classifier = Classifier(FilePath(path), history=history, batch_tokens=batch_tokens, cache_gib=cache_gib)
        self.parameters = self.classifier.parameters
        wanted = ("+", "0") if neutral == "good" else ("+",)
        self._score = lru_cache(REMEMBERED)(self._goodness)
        self.good = [i for i, label in self.classifier.classes.items() if label in wanted]
        if not self.good:
            raise BadRequest(f"{path} is no process verifier: its classes are {list(self.classifier.classes.values())}")

    async def judge(self, problem: Problem, paths: Sequence[Path], attempt: object = None) -> Judged:
        readings = self.classifier.readings(problem, paths, attempt)
        read = dict(zip(readings, paths, strict=True))
        verdicts = {}
        for (reading, path), steps in zip(read.items(), await self.classifier.probabilities(list(read)), strict=True):
            scores = tuple(map(self._score, steps))
            verdicts[reading] = Verdict(aggregate(standing(path.steps, scores), self.how), scores)
        return Judged([verdicts[reading] for reading in readings], sum(reading.prefilled for reading in read))

    def _goodness(self, step: tuple[float, ...]) -> float:
        return round(sum(map(step.__getitem__, self.good)), 6)

    def bound(self, problem: Problem, path: Path, new_tokens: int) -> int:
        return self.classifier.tokens(problem, path) + new_tokens

    async def close(self) -> None:
        pass
