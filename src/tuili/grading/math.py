"""Numeric and symbolic equality of mathematics, by math-verify with a time-out that works in any thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tuili.grading.notation import rewritten
from tuili.grading.outcome import CORRECT, INCORRECT, NO_ANSWER, Grade, graded, ungraded
from tuili.grading.plain import same
from tuili.grading.worker import Worker, WorkerFailed
from tuili.records import Problem

_WORKER = Worker("tuili.grading.equivalence")
_RELATION = re.compile(r"[=<>]|\\approx")


class Equivalence(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    GOLD_UNREADABLE = "gold unreadable"
    ANSWER_UNREADABLE = "answer unreadable"


_GRADES = {
    Equivalence.SAME: CORRECT,
    Equivalence.DIFFERENT: INCORRECT,
    Equivalence.GOLD_UNREADABLE: ungraded("the reference answer cannot be read"),
    Equivalence.ANSWER_UNREADABLE: ungraded("the answer cannot be read as mathematics"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MathGrader:
    """The same mathematics: numbers by value, expressions by simplification."""

    seconds: float = 10.0
    """How long one comparison may take before the answer is ungraded."""

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade:
        return NO_ANSWER if answer is None else _grade(gold, answer, self.seconds)

    def right(self, gold: str) -> str:
        return f"The final answer is $\\boxed{{{gold}}}$."

    def wrong(self, gold: str) -> str:
        """One more; far off where a relation would keep another side that is right."""
        return f"The final answer is $\\boxed{{{'-987654.321' if _RELATION.search(gold) else f'{gold} + 1'}}}$."


@lru_cache(maxsize=100_000)
def _grade(gold: str, answer: str, seconds: float) -> Grade:
    """What is compared as it is written is compared here; only what is left needs the worker."""
    gold, answer = rewritten(gold), rewritten(answer)
    known = same(gold, answer)
    if known is not None:
        return graded(known)
    try:
        return _GRADES[Equivalence(_WORKER.ask([gold, answer], seconds))]
    except WorkerFailed as failure:
        return ungraded(str(failure))
