"""What a grader says of an answer. A grader that cannot read an answer says ungraded, with the reason, never wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tuili.records import Problem


class Outcome(StrEnum):
    CORRECT = "correct"
    INCORRECT = "incorrect"
    UNGRADED = "ungraded"


@dataclass(frozen=True, slots=True)
class Grade:
    outcome: Outcome
    reason: str | None = None
    """Why it is ungraded; what an incorrect answer scored, of a grader with scores between; else None."""


CORRECT = Grade(Outcome.CORRECT)
INCORRECT = Grade(Outcome.INCORRECT)


def ungraded(reason: str) -> Grade:
    return Grade(Outcome.UNGRADED, reason)


NO_ANSWER = ungraded("no final answer")


def graded(right: bool) -> Grade:
    return CORRECT if right else INCORRECT


class Grader(Protocol):
    """Compares answers with references; safe to call from any thread."""

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade: ...

    def right(self, gold: str) -> str:
        """A model's text that must be graded correct: what validation tries on every problem."""
        ...

    def wrong(self, gold: str) -> str:
        """A model's text that must not be graded correct."""
        ...
