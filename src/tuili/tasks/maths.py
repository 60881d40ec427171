"""What the tasks in the MATH schema share: problem, answer or solution, and optionally level, subject and an id."""

from __future__ import annotations

import re

from tuili.answers.spans import boxes
from tuili.errors import BadRequest
from tuili.records import AnswerKind, Problem
from tuili.tasks.base import Item
from tuili.tasks.rows import Row

SCHEMA = (
    "problem (or question), answer (or a solution that ends in \\boxed{}), "
    "optionally level, subject (or type) and unique_id (or id)"
)
INSTRUCTION = "Please reason step by step, and put your final answer within \\boxed{}."


def prompt(problem: str) -> str:
    return f"{problem}\n\n{INSTRUCTION}"


def read_maths(row: Row, task: str) -> Item:
    level = re.search(r"[1-5]", str(row.optional("level") or ""))
    subject = row.optional("subject", "type")
    problem = Problem(
        id=f"{task}/{row.identity('unique_id', 'id', 'idx')}",
        prompt=prompt(row.text("problem", "question")),
        task=task,
        answer_kind=AnswerKind.MATH,
        level=int(level[0]) if level else None,
        tags={"subject": str(subject)} if subject else {},
    )
    solution = row.optional("solution")
    return Item(problem, _gold(row), None if solution is None else str(solution))


def _gold(row: Row) -> str:
    if row.optional("answer", "final_answer") is not None:
        return row.text("answer", "final_answer").strip("$")
    boxed = list(boxes(row.text("answer", "final_answer", "solution")))
    if not boxed:
        raise BadRequest(f"{row.where}: the solution has no \\boxed{{}} answer")
    return boxed[-1][1]
