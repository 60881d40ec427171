"""What grades.jsonl holds: the grade of every distinct answer of one attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuili.grading.outcome import NO_ANSWER, Grade, ungraded

NOT_GRADED = ungraded("not graded yet")


@dataclass(frozen=True, slots=True)
class AttemptGrades:
    """One line, for the attempt with the same key; a later line of the same key replaces an earlier one."""

    problem_id: str
    strategy: str
    seed: int
    grades: Mapping[str, Grade]
    """By answer: the returned one and those of all samples. An attempt without answers has none."""

    @property
    def key(self) -> tuple[str, str, int]:
        return self.problem_id, self.strategy, self.seed


def grade_of(answer: str | None, grades: Mapping[str, Grade]) -> Grade:
    """Of an answer of the attempt that these grades belong to."""
    return NO_ANSWER if answer is None else grades.get(answer, NOT_GRADED)
