"""What grading a run again has changed, attempt by attempt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.paired import Difference, paired_difference
from tuili.grading.graded import AttemptGrades, grade_of
from tuili.grading.outcome import Grade, Outcome
from tuili.grading.regraded import RegradedAttempt, Regrading
from tuili.records import Attempt
from tuili.runs import read_attempts, read_grades, read_regrades

LISTED = 100
"""Changed attempts that are listed; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one attempt."""

    problem_id: str
    strategy: str
    seed: int
    answer_before: str | None
    answer_after: str | None
    before: Grade
    after: Grade


@dataclass(frozen=True, slots=True)
class StrategyRegraded:
    """The answers that a strategy returned, under both gradings."""

    strategy: str
    attempts: int
    before: Estimate
    """Accuracy; ungraded answers count as not correct."""
    after: Estimate
    difference: Difference
    """after - before, paired by problem."""
    moves: Mapping[str, int]
    """Attempts whose outcome is another: "incorrect → correct" and how many, ungraded included."""
    read_anew: int
    """Attempts whose answer was extracted as another text."""


@dataclass(frozen=True, slots=True)
class RunRegraded:
    """A run under its own grades and under one regrade, on the attempts that have both."""

    run: str
    name: str
    header: Regrading
    strategies: tuple[StrategyRegraded, ...]
    changed: tuple[Changed, ...]
    """The first LISTED."""


@dataclass(slots=True)
class _Tally:
    attempts: int = 0
    correct: dict[str, list[tuple[bool, bool]]] = field(default_factory=lambda: defaultdict(list))
    """Before and after, by problem."""
    moves: Counter[str] = field(default_factory=Counter)
    read_anew: int = 0

    def add(self, one: Changed) -> None:
        self.attempts += 1
        outcomes = one.before.outcome, one.after.outcome
        self.correct[one.problem_id].append((outcomes[0] is Outcome.CORRECT, outcomes[1] is Outcome.CORRECT))
        self.read_anew += one.answer_before != one.answer_after
        if outcomes[0] is not outcomes[1]:
            self.moves[" → ".join(outcomes)] += 1

    def finish(self, strategy: str) -> StrategyRegraded:
        shares = [[sum(side) / len(pairs) for side in zip(*pairs, strict=True)] for pairs in self.correct.values()]
        before, after = zip(*shares, strict=True)
        difference = paired_difference(after, before)
        moves = dict(self.moves.most_common())
        return StrategyRegraded(
            strategy, self.attempts, clustered(before), clustered(after), difference, moves, self.read_anew
        )


def regrades_of(run: str, folder: Path) -> list[RunRegraded]:
    """Every regrade of whole texts that a run folder holds, the oldest first; cut ones are for the curve over cuts.

    Raises BadRequest as read_regrades and read_attempts do.
    """
    headers = read_regrades(folder, Regrading)
    whole = sorted((header.created, path) for path, header in headers.items() if header.max_tokens is None)
    return [_regraded(run, folder, path, headers[path]) for _, path in whole]


def _regraded(run: str, folder: Path, regrade: Path, header: Regrading) -> RunRegraded:
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    changed: list[Changed] = []
    for one in _both(folder, regrade):
        tallies[one.strategy].add(one)
        if len(changed) < LISTED and (one.before, one.answer_before) != (one.after, one.answer_after):
            changed.append(one)
    return RunRegraded(
        run,
        regrade.name,
        header,
        tuple(tally.finish(strategy) for strategy, tally in tallies.items()),
        tuple(changed),
    )


def _both(folder: Path, regrade: Path) -> Iterator[Changed]:
    """The attempts that have both grades, in the run's order."""
    old = {line.key: line.grades for line in read_grades(folder, AttemptGrades)}
    new = {line.key: line for line in read_grades(regrade, RegradedAttempt)}
    for attempt in read_attempts(folder):
        if attempt.key in old and attempt.key in new:
            yield _changed(attempt, old[attempt.key], new[attempt.key])


def _changed(attempt: Attempt, old: Mapping[str, Grade], new: RegradedAttempt) -> Changed:
    return Changed(
        *attempt.key,
        attempt.answer,
        new.answer,
        grade_of(attempt.answer, old),
        grade_of(new.answer, new.grades),
    )
