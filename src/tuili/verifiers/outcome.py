"""outcome: an outcome reward model (ORM), the probability that the final answer is right, read at the last token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath

from tuili.errors import BadRequest
from tuili.records import Path, Problem, Verdict
from tuili.verifiers.base import Judged
from tuili.verifiers.classifier import Classifier


class OutcomeVerifier:
    def __init__(self, name: str, *, path: str, history: bool, batch_tokens: int, cache_gib: float) -> None:
        self.name = name
        self.classifier = Classifier(FilePath(path), history=history, batch_tokens=batch_tokens, cache_gib=cache_gib)
        self.parameters = self.classifier.parameters
        correct = [i for i, label in self.classifier.classes.items() if label == "correct"]
        if not correct:
            raise BadRequest(f"{path} is no outcome verifier: its classes are {list(self.classifier.classes.values())}")
        self.correct = correct[0]

    async def judge(self, problem: Problem, paths: Sequence[Path], attempt: object = None) -> Judged:
        readings = self.classifier.readings(problem, paths, attempt)
        read = list(dict.fromkeys(readings))
        verdicts = {
            reading: Verdict(round(steps[-1][self.correct], 6) if steps else 0.0)
            for reading, steps in zip(read, await self.classifier.probabilities(read), strict=True)
        }
        return Judged([verdicts[reading] for reading in readings], sum(reading.prefilled for reading in read))

    def bound(self, problem: Problem, path: Path, new_tokens: int) -> int:
        return self.classifier.tokens(problem, path) + new_tokens

    async def close(self) -> None:
        pass
