"""mini: any solution of the puzzle in the prompt is right, not only the one that the generator found."""

from __future__ import annotations

from dataclasses import dataclass

from tuili.grading.outcome import NO_ANSWER, Grade, graded, ungraded
from tuili.mini.families import FAMILIES
from tuili.mini.text import parse_prompt
from tuili.records import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniGrader:
    """Any solution of the mini puzzle in the prompt.

    What is not written as an answer solves nothing, so it is incorrect: the checkers read every text.
    """

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade:
        if answer is None:
            return NO_ANSWER
        puzzle = parse_prompt(problem.prompt)
        if puzzle is None:
            return ungraded("the prompt is not a puzzle")
        return graded(FAMILIES[puzzle.family].accepts(puzzle, answer))

    def right(self, gold: str) -> str:
        return gold

    def wrong(self, gold: str) -> str:
        """One number too many is wrong in every family."""
        return f"{gold} 1"
