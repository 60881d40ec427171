"""The problems that a policy practises on: which comes when depends on the seed alone, not on what was done before."""

from __future__ import annotations

import random
from collections.abc import Sequence
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
    """Train puzzles, drawn anew for every place: families alike, levels by weight."""

    def __init__(self, seed: int, level_weights: Sequence[float]) -> None:
        """level_weights: one a level. Raises BadRequest when they are not that many, negative or all zero."""
        if len(level_weights) != len(LEVELS) or min(level_weights) < 0 or not any(level_weights):
            raise BadRequest(f"level_weights must be {len(LEVELS)} numbers from 0 up, not {list(level_weights)}")
        self.seed, self.level_weights = seed, level_weights

    def item(self, index: int) -> Item:
        rng = random.Random(f"{self.seed}:{index}")
        family = rng.choice(list(FAMILIES))
        (level,) = rng.choices(LEVELS, weights=self.level_weights)
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


def practice(task: str, data: str, seed: int, level_weights: Sequence[float]) -> tuple[Practice, Task]:
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
    return MiniPractice(seed, level_weights), made
