"""gsm8k: grade-school word problems with a number for an answer (arXiv 2110.14168)."""

from __future__ import annotations

import re

from tuili.errors import BadRequest
from tuili.records import AnswerKind, Problem
from tuili.tasks.base import Item, Source
from tuili.tasks.benchmark import Benchmark
from tuili.tasks.maths import prompt
from tuili.tasks.rows import Row

_CALCULATION = re.compile(r"<<[^>]*>>")
"""What a calculator was asked: 48/2 = <<48/2=24>>24."""


def gsm8k(*, split: str = "test", shuffle: int | None = None) -> Benchmark:
    """GSM8K: grade-school word problems whose answers are whole numbers (arXiv 2110.14168)."""
    return Benchmark(
        name="gsm8k",
        source=Source("openai/gsm8k", "main", split),
        licence="MIT",
        schema="question, answer (a solution whose last line is `#### n`)",
        grader="math",
        answer_kind=AnswerKind.MATH,
        max_tokens=1024,
        read=_read,
        shuffle=shuffle,
    )


def _read(row: Row) -> Item:
    worked, mark, gold = row.text("answer").rpartition("####")
    if not mark:
        raise BadRequest(f"{row.where}: the answer has no `#### n`")
    question = row.text("question")
    problem = Problem(f"gsm8k/{row.number}", prompt(question), "gsm8k", AnswerKind.MATH)
    return Item(problem, gold.strip(), f"{_CALCULATION.sub('', worked).strip()}\n\\boxed{{{gold.strip()}}}")
