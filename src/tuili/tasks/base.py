"""What every task offers: problems with their gold answers, and what a report must say about where they come from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tuili.errors import BadRequest
from tuili.records import AnswerKind, Problem


@dataclass(frozen=True, slots=True)
class Item:
    """A problem with the answer that only grading sees."""

    problem: Problem
    gold: str
    solution: str | None = None
    """Worked out, where the data has that: what supervised training imitates."""


@dataclass(frozen=True, slots=True)
class Source:
    """A data set on the Hugging Face hub."""

    repo: str
    config: str | None = None
    split: str = "test"

    def __str__(self) -> str:
        return " ".join(filter(None, (self.repo, self.config, self.split)))


class Task(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def source(self) -> Source | None:
        """None for a task that generates its problems."""
        ...

    @property
    def licence(self) -> str: ...

    @property
    def schema(self) -> str:
        """The columns of its data, for people."""
        ...

    @property
    def grader(self) -> str | None:
        """A grader's spec; None where the task can only be loaded, so far."""
        ...

    @property
    def answer_kind(self) -> AnswerKind: ...

    @property
    def max_tokens(self) -> int:
        """Enough for a usual solution."""
        ...

    def items(self) -> Iterator[Item]:
        """Always the same items in the same order. Raises BadRequest, also while iterating."""
        ...


def load(task: Task, limit: int | None = None) -> list[Item]:
    """The first `limit` items. Raises BadRequest for an empty task or two problems with one id."""
    items = list(itertools.islice(task.items(), limit))
    if not items:
        raise BadRequest(f"{task.name} has no problems")
    seen: set[str] = set()
    for item in items:
        if item.problem.id in seen:
            raise BadRequest(f"{task.name} has two problems with the id {item.problem.id!r}")
        seen.add(item.problem.id)
    return items
