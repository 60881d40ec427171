"""Behaviours of a run's whole samples, counted: how often, and whether the samples that show them are more often right.

On mini puzzles they are exact (mini_behaviours); on every other text they are phrases of a lexicon, and called so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from tuili.evaluation.lexicon import Behaviour, count_phrases
from tuili.evaluation.metrics.association import difference, difference_within
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.mini_behaviours import count_lines
from tuili.grading.graded import AttemptGrades, grade_of
from tuili.grading.outcome import Outcome
from tuili.mini.puzzle import Puzzle
from tuili.mini.text import parse_prompt
from tuili.runs import read_attempts, read_grades, read_header, read_problems


@dataclass(frozen=True, slots=True)
class Shown:
    """One behaviour of one strategy's samples."""

    share: Estimate
    """Of samples that show it."""
    times: float
    """Mean a sample."""
    accuracy_with: Estimate
    accuracy_without: Estimate
    difference: Estimate
    """With less without, over all samples."""
    difference_within: Estimate
    """The same between samples of the same problem."""


@dataclass(frozen=True, slots=True)
class Behaviours:
    run: str
    strategy: str
    counted: Literal["exactly", "by phrases"]
    samples: int
    shown: Mapping[Behaviour, Shown]


@dataclass(slots=True)
class _Samples:
    problems: list[str] = field(default_factory=list)
    correct: list[bool] = field(default_factory=list)
    counts: list[Mapping[Behaviour, int]] = field(default_factory=list)

    def finish(self, behaviour: Behaviour) -> Shown:
        times = np.array([counts[behaviour] for counts in self.counts])
        has, correct, problems = times > 0, np.array(self.correct), np.array(self.problems)
        return Shown(
            clustered(has, problems),
            float(times.mean()),
            clustered(correct[has], problems[has]),
            clustered(correct[~has], problems[~has]),
            difference(correct, has, problems),
            difference_within(correct, has, problems),
        )


def behaviours(folder: Path) -> list[Behaviours]:
    """One for each strategy of a run that draws whole samples; ungraded answers are not correct.

    Raises BadRequest where the folder is no graded run.
    """
    read_header(folder)
    puzzles = {problem.id: parse_prompt(problem.prompt) for problem in read_problems(folder)}
    grades = {line.key: line.grades for line in read_grades(folder, AttemptGrades)}
    samples: dict[str, _Samples] = defaultdict(_Samples)
    for attempt in read_attempts(folder):
        if attempt.nodes and all(node.independent for node in attempt.nodes):
            found = samples[attempt.strategy]
            for node in attempt.nodes:
                grade = grade_of(node.answer, grades.get(attempt.key, {}))
                found.problems.append(attempt.problem_id)
                found.correct.append(grade.outcome is Outcome.CORRECT)
                found.counts.append(_counts(puzzles[attempt.problem_id], node.text))
    return [
        Behaviours(
            folder.name,
            strategy,
            "exactly" if all(puzzles.values()) else "by phrases",
            len(found.correct),
            {behaviour: found.finish(behaviour) for behaviour in Behaviour},
        )
        for strategy, found in samples.items()
    ]


def _counts(puzzle: Puzzle | None, text: str) -> Mapping[Behaviour, int]:
    return count_phrases(text) if puzzle is None else count_lines(puzzle, text)
