"""The paths that a run sampled, by problem: their steps, their verifier scores, and which the grades call right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tuili.errors import BadRequest
from tuili.grading.graded import AttemptGrades, grade_of
from tuili.grading.outcome import Grade, Outcome
from tuili.records import Attempt, Node, StopReason
from tuili.runs import GRADES, read_attempts, read_grades
from tuili.steps import StepFormat, split_steps
from tuili.traces.tree import SampledPath


def sampled_paths(run: Path, form: StepFormat, doubtful: float) -> Mapping[str, list[SampledPath]]:
    """By problem id, of all attempts at it. Raises BadRequest for a run that was not graded.

    What a strategy wrote into, and what a model made of earlier attempts that it was shown, is left out. A path that a
    search gave up is wrong where its verdict is below `doubtful`, else it is not known what would have become of it.
    """
    if not (run / GRADES).exists():
        raise BadRequest(f"{run} was not graded: it has no {GRADES}")
    grades = {line.key: line.grades for line in read_grades(run, AttemptGrades)}
    found: dict[str, list[SampledPath]] = defaultdict(list)
    for attempt in read_attempts(run):
        found[attempt.problem_id] += _paths(attempt, grades.get(attempt.key, {}), form, doubtful)
    return found


def _paths(attempt: Attempt, grades: Mapping[str, Grade], form: StepFormat, doubtful: float) -> Iterator[SampledPath]:
    texts: dict[tuple[int, ...], str] = {(): ""}
    for node in attempt.nodes:
        parent = texts.get(node.id[:-1])
        if parent is not None and not (node.after or node.written):
            texts[node.id] = parent + node.text
    parents = {path[:-1] for path in texts if path}
    for node in attempt.nodes:
        if node.id in texts and node.id not in parents:
            steps = split_steps(texts[node.id], form)
            scores = node.verdict.step_scores if node.verdict else ()
            yield SampledPath(
                tuple(step.text for step in steps),
                _right(node, grades, doubtful),
                scores if len(scores) == len(steps) else (),
                bool(steps) and steps[-1].is_answer,
            )


def _right(node: Node, grades: Mapping[str, Grade], doubtful: float) -> bool | None:
    if node.stop is StopReason.STEP:
        return False if node.verdict and node.verdict.score < doubtful else None
    outcome = grade_of(node.answer, grades).outcome if node.stop is StopReason.END else Outcome.UNGRADED
    return None if outcome is Outcome.UNGRADED else outcome is Outcome.CORRECT
