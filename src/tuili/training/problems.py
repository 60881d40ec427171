"""The problems that a policy practises on: which comes when depends on the seed alone, not on what was done before."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tuili.errors import BadRequest
from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import LEVELS
from tuili.mini.splits import draw
from tuili.spec import Spec
from tuili.tasks import Item, Task, load, make_task
from tuili.tasks.mini import item_of


class Practice(Protocol):
    """An endless row of problems with their gold answers."""

    def item(self, index: int) -> Item:
        """The same for the same index, always."""
        ...


class MiniPractice:
    """Train puzzles, drawn anew for every place."""

    def __init__(self, seed: int, weights: Mapping[str, Sequence[float]]) -> None:
        """weights: how often a puzzle is of a family's levels, one number each; without any, all are alike.

        Raises BadRequest for an unknown family and for weights that are not one a level, negative or all zero.
        """
        self.seed = seed
        self._cells = [(family, level) for family in weights or FAMILIES for level in LEVELS]
        self._weights = [weight for family in weights for weight in weights[family]] or [1.0] * len(self._cells)
        if unknown := sorted(weights.keys() - FAMILIES.keys()):
            raise BadRequest(f"weights: unknown family {unknown[0]}; known: {', '.join(FAMILIES)}")
        if any(len(own) != len(LEVELS) for own in weights.values()) or min(self._weights) < 0 or not any(self._weights):
            raise BadRequest(f"weights: each family has {len(LEVELS)} numbers from 0 up, not all of them 0")

    def item(self, index: int) -> Item:
        rng = random.Random(f"{self.seed}:{index}")
        ((family, level),) = rng.choices(self._cells, weights=self._weights)
        sizes = [size for size, of in FAMILIES[family].level_of_size.items() if of == level]
        puzzle, _, answer = draw(rng, "train", family, rng.choice(sizes))
        return item_of(puzzle, answer)


class RowsPractice:
    """A task's problems, all of them once an epoch, in an order that differs from epoch to epoch."""

    def __init__(self, items: Sequence[Item], seed: int) -> None:
        self.items, self.seed = items, seed
        self._epoch, self._order = -1, list(range(len(items)))

    def item(self, index: int) -> Item:
        epoch, place = divmod(index, len(self.items))
        if epoch != self._epoch:
            self._epoch, self._order = epoch, list(range(len(self.items)))
            random.Random(f"{self.seed}:{epoch}").shuffle(self._order)
        return self.items[self._order[place]]


def practice(task: str, data: str, seed: int, weights: Mapping[str, Sequence[float]]) -> tuple[Practice, Task]:
    """The problems of a task spec, from a file of training rows where one is given. `mini` draws train puzzles.

    Raises BadRequest for an unknown task, for one without a grader, and for a mini task with parameters: the puzzles
    of its validation and test splits are not for training.
    """
    made = make_task(task, Path(data) if data else None)
    if made.grader is None:
        raise BadRequest(f"{made.name} can be loaded but not graded yet")
    if made.name != "mini":
        return RowsPractice(load(made), seed), made
    if Spec.parse(task).parameters:
        raise BadRequest("training draws puzzles of the train split itself: the task is just `mini`")
    return MiniPractice(seed, weights), made
