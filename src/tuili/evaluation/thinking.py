"""Over- and underthinking of a run's whole samples.

The first correct thought is taken to end where a right answer first stands in the text (see answers.stands), and tokens
are taken to be spread evenly over the characters. The right answers of a problem are those that the run's grades call
correct: where no sample ever found one, a wrong sample's first correct thought is not known and it is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuili.answers.stands import first_stand
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.thinking import outcome_efficiency, underthinking
from tuili.grading.graded import AttemptGrades
from tuili.grading.outcome import Outcome
from tuili.records import Attempt, Problem
from tuili.runs import read_attempts, read_grades, read_header, read_problems


@dataclass(frozen=True, slots=True)
class Thinking:
    """Of the samples of one strategy."""

    run: str
    strategy: str
    accuracy: Estimate
    """Of one sample, which outcome efficiency cannot be above."""
    outcome_efficiency: Estimate
    underthinking: Estimate
    """Over the incorrect samples at problems of which a right answer is known; nan where there are none."""
    samples: int
    left_out: int
    """Incorrect samples at problems to which no sample of the run found a right answer."""


@dataclass(slots=True)
class _Samples:
    problems: list[str] = field(default_factory=list)
    correct: list[bool] = field(default_factory=list)
    to_first: list[float] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)

    def add(self, problem: Problem, attempt: Attempt, right: set[str]) -> None:
        for node in attempt.nodes:
            place = first_stand(node.text, right, problem.answer_kind) if right else None
            share = 1.0 if place is None else place / len(node.text)
            self.problems.append(problem.id)
            self.correct.append(node.answer in right)
            self.to_first.append(share * node.tokens)
            self.tokens.append(node.tokens)
            self.known.append(bool(right))

    def finish(self, run: str, strategy: str) -> Thinking:
        kept = [i for i, known in enumerate(self.known) if known]
        correct, to_first, tokens, problems = (
            [column[i] for i in kept] for column in (self.correct, self.to_first, self.tokens, self.problems)
        )
        return Thinking(
            run,
            strategy,
            clustered(self.correct, self.problems),
            outcome_efficiency(self.correct, self.to_first, self.tokens, self.problems),
            underthinking(correct, to_first, tokens, problems),
            len(self.correct),
            len(self.known) - len(kept),
        )


def thinking(folder: Path) -> list[Thinking]:
    """One for each strategy of a run that draws whole samples. Raises BadRequest where the folder is no graded run."""
    read_header(folder)
    problems = {problem.id: problem for problem in read_problems(folder)}
    right = _right_answers(folder)
    samples: dict[str, _Samples] = defaultdict(_Samples)
    for attempt in read_attempts(folder):
        if attempt.nodes and all(node.independent for node in attempt.nodes):
            samples[attempt.strategy].add(problems[attempt.problem_id], attempt, right.get(attempt.problem_id, set()))
    return [found.finish(folder.name, strategy) for strategy, found in samples.items()]


def _right_answers(folder: Path) -> Mapping[str, set[str]]:
    """By problem: every answer that a grade of the run calls correct."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in read_grades(folder, AttemptGrades):
        found[line.problem_id].update(
            answer for answer, grade in line.grades.items() if grade.outcome is Outcome.CORRECT
        )
    return found
