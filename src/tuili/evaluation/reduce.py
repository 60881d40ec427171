"""Attempts as they stream by, turned into columns: no text is kept."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from tuili.answers import vote_key
from tuili.errors import BadRequest
from tuili.evaluation.recorded import Episodes, Mark, Part, Pools, Recorded, RunColumns, Unit
from tuili.grading.graded import grade_of
from tuili.grading.outcome import Grade, Outcome
from tuili.ledger import spending
from tuili.records import AnswerKind, Attempt, Charge, Component, Ending, Node, StopReason
from tuili.spec import Spec

MARKS = {Outcome.CORRECT: Mark.CORRECT, Outcome.INCORRECT: Mark.INCORRECT, Outcome.UNGRADED: Mark.UNGRADED}


class GradedAttempt(NamedTuple):
    attempt: Attempt
    grades: Mapping[str, Grade]
    """By answer."""


def reduce_attempts(run: RunColumns, graded: Iterable[GradedAttempt]) -> RunColumns:
    """Fills in the strategies and the spending of a run whose problems are there.

    Raises BadRequest for an attempt at a problem that the run does not list.
    """
    rows = {problem.id: row for row, problem in enumerate(run.problems)}
    builders: dict[str, _Builder] = {}
    for attempt, grades in graded:
        if attempt.problem_id not in rows:
            raise BadRequest(f"{run.name} has an attempt at {attempt.problem_id}, which is not among its problems")
        row = rows[attempt.problem_id]
        builder = builders.get(attempt.strategy)
        if builder is None:
            builder = builders[attempt.strategy] = _Builder(attempt.strategy)
        builder.add(attempt, row, grades, run.problems[row].answer_kind)
        spent = run.spending[attempt.strategy]
        spent.update(spending((*spent.values(), *attempt.charges)))
    run.strategies = {strategy: builder.finish() for strategy, builder in builders.items()}
    return run


class _Builder:
    """The growing columns of one strategy."""

    def __init__(self, strategy: str) -> None:
        self.strategy, self.corrects = strategy, Spec.parse(strategy).name == "self_correction"
        self.problem, self.outcome, self.costs = array("i"), array("b"), array("d")
        self.sizes, self.classes, self.outcomes, self.scores = array("i"), array("h"), array("b"), array("d")
        self.tokens = array("i")
        self.turns: list[tuple[int, list[bool]]] = []
        self.reasons: Counter[str] = Counter()
        self.endings: Counter[str] = Counter()
        self.samples = self.cut = 0
        self.independent = True

    def add(self, attempt: Attempt, row: int, grades: Mapping[str, Grade], kind: AnswerKind) -> None:
        grade = grade_of(attempt.answer, grades)
        if grade.outcome is Outcome.UNGRADED:
            self.reasons[grade.reason or "no reason given"] += 1
        self.problem.append(row)
        self.outcome.append(MARKS[grade.outcome])
        self.costs.extend(_costs(attempt.charges))
        self.endings[attempt.ending] += 1
        finished = [node for node in attempt.nodes if node.stop is not StopReason.STEP]
        self.samples += len(finished)
        self.cut += sum(node.stop is StopReason.LENGTH for node in finished)
        self.independent = self.independent and all(node.independent for node in attempt.nodes)
        if self.corrects and attempt.ending is Ending.DONE:
            outcomes = [grade_of(node.answer, grades).outcome for node in finished]
            self.turns.append((row, [outcome is Outcome.CORRECT for outcome in outcomes]))
        if self.independent:
            failed = attempt.ending is Ending.FAILED
            self.sizes.append(-len(finished) if failed else len(finished))
            self.classes.extend(_classes(finished, kind))
            self.outcomes.extend(MARKS[grade_of(node.answer, grades).outcome] for node in finished)
            self.tokens.extend(node.tokens for node in finished)
            self.scores.extend(node.verdict.score if node.verdict else float("nan") for node in finished)

    def finish(self) -> Recorded:
        return Recorded(
            strategy=self.strategy,
            problem=np.array(self.problem, dtype=np.int32),
            outcome=np.array(self.outcome, dtype=np.int8),
            costs=np.array(self.costs).reshape(-1, len(Part), len(Unit)),
            pools=self._pools() if self.independent else None,
            episodes=self._episodes() if self.turns else None,
            reasons=dict(self.reasons),
            endings=dict(self.endings),
            samples=self.samples,
            cut=self.cut,
        )

    def _episodes(self) -> Episodes:
        problems, turns = zip(*self.turns, strict=True)
        return Episodes(np.array(problems, dtype=np.int32), np.array(turns))

    def _pools(self) -> Pools | None:
        """None where attempts that did not fail hold different numbers of samples.

        Early stopping and budgets end a pool for reasons that depend on what is in it, so its samples are no longer
        exchangeable. What a failed attempt lacks counts as samples without an answer.
        """
        sizes = np.array(self.sizes)
        whole = np.unique(sizes[sizes >= 0])
        n = int(whole[0]) if len(whole) == 1 else 0
        if n == 0 or -sizes.min() > n:
            return None
        present = np.arange(n) < np.abs(sizes)[:, None]

        def fill(values: array[int] | array[float], missing: float, kind: type) -> Any:
            whole = np.full(present.shape, missing, dtype=kind)
            whole[present] = values
            return whole

        return Pools(
            fill(self.classes, -1, np.int16),
            fill(self.outcomes, Mark.UNGRADED, np.int8),
            fill(self.scores, float("nan"), np.float64),
            fill(self.tokens, 0, np.int32),
        )


def _classes(nodes: Iterable[Node], kind: AnswerKind) -> Iterable[int]:
    ids: dict[str, int] = {}
    for node in nodes:
        yield -1 if node.answer is None else ids.setdefault(vote_key(node.answer, kind), len(ids))


def _costs(charges: Iterable[Charge]) -> list[float]:
    """[Part, Unit], flat. The prompt's share of FLOPs goes by tokens; of seconds it is not known and counted as 0."""
    parts = [[0.0] * len(Unit) for _ in Part]
    for charge in charges:
        share = charge.prompt_tokens / charge.tokens if charge.tokens and charge.component is Component.GENERATOR else 0
        rest = Part.GENERATION if charge.component is Component.GENERATOR else Part.VERIFICATION
        for part, fraction in ((Part.PREFILL, share), (rest, 1 - share)):
            parts[part][Unit.FLOPS] += charge.flops * fraction
            parts[part][Unit.TOKENS] += charge.tokens * fraction
        parts[rest][Unit.SECONDS] += charge.seconds
    return [value for part in parts for value in part]
