"""A model-free check of a task: its grader accepts its own gold answers, and accepts no spoiled one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuili.answers import final_answer
from tuili.errors import BadRequest
from tuili.grading import Outcome, make_grader
from tuili.steps import PLAIN
from tuili.tasks.base import Item, Task, load


@dataclass(frozen=True, slots=True)
class Failure:
    problem_id: str
    gold: str
    reason: str


@dataclass(frozen=True, slots=True)
class Validation:
    task: str
    problems: int
    failures: tuple[Failure, ...]


def validate(task: Task, limit: int | None = None) -> Validation:
    """Raises BadRequest when the task cannot be loaded or has no grader."""
    return validate_items(task, load(task, limit))


def validate_items(task: Task, items: Sequence[Item]) -> Validation:
    """Sends each gold answer through extraction and grading, as a model's text would go. Raises BadRequest."""
    if task.grader is None:
        raise BadRequest(f"{task.name} can be loaded but not graded yet")
    failures = [failure for item in items for failure in _failures(task, item)]
    return Validation(task.name, len(items), tuple(failures))


def _failures(task: Task, item: Item) -> list[Failure]:
    assert task.grader is not None
    grader = make_grader(task.grader)
    failures = []
    right = grader.grade(item.problem, item.gold, _extracted(task, grader.right(item.gold)))
    if right.outcome is not Outcome.CORRECT:
        reason = f"the gold answer is {right.outcome.value}" + (f": {right.reason}" if right.reason else "")
        failures.append(Failure(item.problem.id, item.gold, reason))
    wrong = grader.grade(item.problem, item.gold, _extracted(task, grader.wrong(item.gold)))
    if wrong.outcome is Outcome.CORRECT:
        failures.append(Failure(item.problem.id, item.gold, "a spoiled answer is correct"))
    return failures


def _extracted(task: Task, text: str) -> str | None:
    return final_answer(text, task.answer_kind, PLAIN)
