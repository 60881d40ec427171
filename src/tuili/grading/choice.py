"""Multiple choice: the same letter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuili.grading.outcome import NO_ANSWER, Grade, graded, ungraded
from tuili.records import Problem

_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceGrader:
    """The same letter."""

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade:
        if answer is None:
            return NO_ANSWER
        if not _LETTER.fullmatch(gold.strip()):
            return ungraded("the reference answer cannot be read")
        if not _LETTER.fullmatch(answer.strip()):
            return ungraded("the answer is not one letter")
        return graded(answer.strip().upper() == gold.strip().upper())

    def right(self, gold: str) -> str:
        return f"The answer is ({gold})."

    def wrong(self, gold: str) -> str:
        return f"The answer is ({'B' if gold.upper() == 'A' else 'A'})."
