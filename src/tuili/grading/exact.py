"""The same text, white space folded."""

from __future__ import annotations

from dataclasses import dataclass

from tuili.grading.outcome import NO_ANSWER, Grade, graded
from tuili.records import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactGrader:
    """The same text, white space folded."""

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade:
        return NO_ANSWER if answer is None else graded(answer.split() == gold.split())

    def right(self, gold: str) -> str:
        return gold

    def wrong(self, gold: str) -> str:
        return f"not {gold}"
