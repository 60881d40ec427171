"""Which problems are practised on, and in what order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tuili.errors import BadRequest
from tuili.mini.splits import split_of
from tuili.mini.text import parse_prompt
from tuili.records import Problem
from tuili.tasks import Item
from tuili.training.problems import MiniPractice, RowsPractice, practice


def problems(practised: MiniPractice, count: int) -> list[Problem]:
    return [practised.item(place).problem for place in range(count)]


def test_a_puzzle_depends_on_its_place_and_the_seed_alone() -> None:
    """So a training that goes on has the order of one that was never stopped."""
    whole = MiniPractice(3, {})
    order = [whole.item(place) for place in range(40)]
    assert [MiniPractice(3, {}).item(place) for place in reversed(range(40))] == order[::-1]
    assert [MiniPractice(4, {}).item(place) for place in range(40)] != order


def test_all_puzzles_are_of_the_train_split() -> None:
    items = [MiniPractice(0, {}).item(place).problem for place in range(200)]
    puzzles = [parse_prompt(problem.prompt, problem.level or 0) for problem in items]
    assert {split_of(puzzle) for puzzle in puzzles if puzzle} == {"train"}
    assert all(puzzles)


def test_puzzles_come_as_often_as_they_weigh() -> None:
    weighed = MiniPractice(0, {"pay": (0, 1, 0, 0, 0), "make": (0, 0, 0, 2, 1)})
    drawn = Counter((problem.tags["family"], problem.level) for problem in problems(weighed, 800))
    assert drawn.keys() == {("pay", 2), ("make", 4), ("make", 5)}
    assert 160 < drawn["pay", 2] < 240
    assert 350 < drawn["make", 4] < 450


def test_without_weights_all_are_alike() -> None:
    drawn = Counter((problem.tags["family"], problem.level) for problem in problems(MiniPractice(0, {}), 1000))
    assert len(drawn) == 20
    assert all(25 < count < 80 for count in drawn.values())


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"make": (1.0,)}, "5 numbers"),
        ({"make": (1, 1, 1, 1, -1)}, "from 0 up"),
        ({"make": (0, 0, 0, 0, 0)}, "not all of them 0"),
        ({"chess": (1, 1, 1, 1, 1)}, "unknown family chess; known: make, pick, pay, calc"),
    ],
)
def test_weights_that_say_nothing_are_refused(weights: dict[str, tuple[float, ...]], message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        MiniPractice(0, weights)


def test_rows_come_once_an_epoch_in_another_order_each_time() -> None:
    items = [Item(Problem(str(number), "", "t"), "") for number in range(10)]
    epochs = [[RowsPractice(items, 0).item(place) for place in range(first, first + 10)] for first in (0, 10, 20)]
    for epoch in epochs:
        assert sorted(epoch, key=lambda item: item.problem.id) == items
    assert epochs[0] != epochs[1] != epochs[2]


def test_puzzles_that_are_not_for_training_cannot_be_had() -> None:
    with pytest.raises(BadRequest, match="just `mini`"):
        practice("mini:split=test", "", 0, {})


def test_a_task_is_practised_from_a_file(rows: Path) -> None:
    problems, task = practice("gsm8k", str(rows), 0, {})
    assert {problems.item(place).problem.id for place in range(20)} == {f"gsm8k/{number}" for number in range(20)}
    assert task.grader == "math"
    assert problems.item(0).solution
