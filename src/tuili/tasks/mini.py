"""mini: generated puzzles in four families and five levels, the world of tuili-mini."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tuili.mini.puzzle import Puzzle
from tuili.mini.splits import canonical, problems
from tuili.mini.text import prompt_of
from tuili.records import AnswerKind, Problem
from tuili.tasks.base import Item, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Mini:
    """mini: generated puzzles in four families and five levels, the world of tuili-mini."""

    split: Literal["test", "validation", "train"] = "test"
    """test is for reporting and for nothing else; verifiers learn from runs on train."""
    seed: int = 0
    size: int = 2000
    """How many problems; families and levels take turns."""

    @property
    def name(self) -> str:
        return "mini"

    @property
    def source(self) -> Source | None:
        return None

    @property
    def licence(self) -> str:
        return "Apache-2.0"

    @property
    def schema(self) -> str:
        return "generated"

    @property
    def grader(self) -> str:
        return "mini"

    @property
    def answer_kind(self) -> AnswerKind:
        return AnswerKind.EXACT

    @property
    def max_tokens(self) -> int:
        return 384

    def items(self) -> Iterator[Item]:
        for puzzle, answer in itertools.islice(problems(self.split, self.seed), self.size):
            yield item_of(puzzle, answer)


def item_of(puzzle: Puzzle, answer: str) -> Item:
    problem = Problem(
        id=canonical(puzzle),
        prompt=prompt_of(puzzle),
        task="mini",
        answer_kind=AnswerKind.EXACT,
        level=puzzle.level,
        tags={"family": puzzle.family},
    )
    return Item(problem, answer)
