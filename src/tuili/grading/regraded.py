"""What RUN/regrades/NAME holds: by what a run was graded again, and what came of every attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuili.grading.outcome import Grade


@dataclass(frozen=True, slots=True)
class Regrading:
    """header.json: everything that can change an answer or its grade."""

    task: str
    """Full spec of the task that gave the reference answers."""
    data: str | None
    grader: str
    format: str
    """How thinking was told from the answer: a name of steps.FORMATS."""
    max_tokens: int | None
    """Samples were first cut to so many tokens, as if they had been generated with that limit; None: whole."""
    cut_by: str | None
    """How the place of a cut was found in a text."""
    golds: str
    """A digest of the reference answers."""
    code: str
    """A digest of the code that extracts and grades."""
    versions: Mapping[str, str]
    commit: str | None
    created: str
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class RegradedAttempt:
    """A line of grades.jsonl, for the attempt with the same key."""

    problem_id: str
    strategy: str
    seed: int
    answer: str | None
    """Of the path that the strategy chose, extracted again: the choice itself is as it was."""
    answers: tuple[str | None, ...]
    """Of the attempt's nodes, in their order."""
    grades: Mapping[str, Grade]
    """By answer."""
    in_proportion: int = 0
    """Samples cut at their share of the characters, because their tokens could not be found in the text."""

    @property
    def key(self) -> tuple[str, str, int]:
        return self.problem_id, self.strategy, self.seed
