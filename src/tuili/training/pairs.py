"""Pairs of a right and a wrong sample of the same problem, from the graded samples of a run."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuili.errors import BadRequest
from tuili.grading.graded import AttemptGrades
from tuili.grading.outcome import Outcome
from tuili.records import Attempt, StopReason
from tuili.runs import GRADES, read_attempts, read_grades, read_header, read_problems
from tuili.spec import Spec


class Pair(NamedTuple):
    prompt: str
    chosen: str
    rejected: str


def read_pairs(run: Path, per_problem: int, rng: random.Random) -> list[Pair]:
    """At most per_problem pairs of each problem, no sample in two of them; ungraded answers are in none.

    Only whole samples off the root take part, which the model ended. Raises BadRequest for a run that was not graded,
    one of puzzles that are not for training, and one without a pair.
    """
    task = Spec.parse(read_header(run).task)
    if task.name == "mini" and task.parameters.get("split") != "train":
        raise BadRequest(f"{run} is not of the train split: its puzzles are not for training")
    if not (run / GRADES).exists():
        raise BadRequest(f"{run} was not graded: it has no {GRADES}")
    grades = {line.key: line for line in read_grades(run, AttemptGrades)}
    right: dict[str, list[str]] = defaultdict(list)
    wrong: dict[str, list[str]] = defaultdict(list)
    for attempt in read_attempts(run):
        if attempt.key in grades:
            right[attempt.problem_id] += _texts(attempt, grades[attempt.key], Outcome.CORRECT)
            wrong[attempt.problem_id] += _texts(attempt, grades[attempt.key], Outcome.INCORRECT)
    pairs = [
        Pair(problem.prompt, *texts)
        for problem in read_problems(run)
        for texts in _matched(right[problem.id], wrong[problem.id], per_problem, rng)
    ]
    if not pairs:
        raise BadRequest(f"{run} has no problem with a right and a wrong sample")
    return pairs


def _texts(attempt: Attempt, graded: AttemptGrades, outcome: Outcome) -> list[str]:
    return [
        node.text
        for node in attempt.nodes
        if node.independent
        and node.stop is StopReason.END
        and node.answer is not None
        and node.answer in graded.grades
        and graded.grades[node.answer].outcome is outcome
    ]


def _matched(right: Sequence[str], wrong: Sequence[str], most: int, rng: random.Random) -> list[tuple[str, str]]:
    """Distinct texts: what is sampled often would otherwise be most of what is learnt."""
    chosen, rejected = list(dict.fromkeys(right)), list(dict.fromkeys(wrong))
    count = min(most, len(chosen), len(rejected))
    return list(zip(rng.sample(chosen, count), rng.sample(rejected, count), strict=True))
