"""reasoning-gym's data sets as tasks: reproducible, graded by their own scorers, in a process that can be killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuili.errors import BadRequest
from tuili.grading import Grade, Outcome, make_grader
from tuili.grading.reasoning_gym import MODULE
from tuili.grading.worker import Worker
from tuili.tasks import Item, load, make_task, validate_items
from tuili.tasks.reasoning_gym import Procedural, reasoning_gym

pytest.importorskip("reasoning_gym", reason="needs tuili[gym]")

NAMES = ("leg_counting", "sudoku", "arc_1d", "knights_knaves", "list_functions", "word_ladder", "graph_color")
"""Answers of one line and of several; tuples and numpy in their entries; dependent on the hash seed; no one answer."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(MODULE) as process:
        yield process


@pytest.fixture(scope="module")
def made(worker: Worker) -> dict[str, list[Item]]:
    return {name: list(task(name).made_by(worker)) for name in NAMES}


def task(name: str) -> Procedural:
    return reasoning_gym(name=name, size=3)


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_accepts_its_own_answers_and_no_spoiled_one(name: str, made: dict[str, list[Item]]) -> None:
    assert len(made[name]) == 3
    assert validate_items(task(name), made[name]).failures == ()


def test_the_same_problems_from_another_process_and_in_another_order(made: dict[str, list[Item]]) -> None:
    with Worker(MODULE) as another:
        again = {name: list(task(name).made_by(another)) for name in reversed(NAMES)}
    assert again == made


def test_a_limit_takes_the_first_problems(made: dict[str, list[Item]]) -> None:
    assert load(make_task("reasoning_gym:sudoku,size=3"), limit=2) == made["sudoku"][:2]


def test_another_seed_gives_other_problems(worker: Worker, made: dict[str, list[Item]]) -> None:
    others = reasoning_gym(name="sudoku", size=3, seed=1).made_by(worker)
    assert not {item.problem.prompt for item in made["sudoku"]} & {item.problem.prompt for item in others}


def test_nothing_of_the_entry_but_its_question_is_in_the_problem(made: dict[str, list[Item]]) -> None:
    (item, *_) = made["knights_knaves"]
    assert "solution" in item.gold
    assert item.problem.tags == {"dataset": "knights_knaves"}
    assert "solution" not in item.problem.prompt


def test_a_partial_score_is_incorrect_and_said(made: dict[str, list[Item]]) -> None:
    item = made["leg_counting"][0]
    grader = make_grader("reasoning_gym")
    grade = grader.grade(item.problem, item.gold, f"{grader.right(item.gold)} legs")
    assert grade.outcome is Outcome.INCORRECT
    assert grade.reason is not None
    assert 0 < float(grade.reason.removeprefix("score ")) < 1


def test_a_scorer_that_stumbles_leaves_the_answer_ungraded(worker: Worker) -> None:
    (item,) = reasoning_gym(name="prime_factorization", size=1).made_by(worker)
    grade = make_grader("reasoning_gym").grade(item.problem, item.gold, "two times three")
    assert grade.outcome is Outcome.UNGRADED
    assert (grade.reason or "").startswith("the scorer failed: ValueError")


def test_an_answer_that_takes_too_long_is_ungraded(worker: Worker) -> None:
    (item,) = reasoning_gym(name="countdown", size=1).made_by(worker)
    grader = make_grader("reasoning_gym:seconds=1")
    grader.grade(item.problem, item.gold, "1")  # the worker is up, so that its start is not timed
    assert grader.grade(item.problem, item.gold, "9**9**9**9") == Grade(Outcome.UNGRADED, "timed out after 1 s")


def test_an_unknown_data_set_names_the_close_ones(worker: Worker) -> None:
    with pytest.raises(BadRequest, match=r"has no leg_count; it has: leg_counting"):
        next(reasoning_gym(name="leg_count").made_by(worker))
    with pytest.raises(BadRequest, match="refuses cryptarithm with size=0"):
        next(reasoning_gym(name="cryptarithm", size=0).made_by(worker))


def test_it_needs_a_name_and_reads_no_data(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="needs the parameter name"):
        make_task("reasoning_gym")
    with pytest.raises(BadRequest, match="reads no data"):
        make_task("reasoning_gym:leg_counting", tmp_path / "a.jsonl")


def test_the_gold_is_plain_json(made: dict[str, list[Item]]) -> None:
    assert all(json.loads(item.gold)["dataset"] == name for name, items in made.items() for item in items)
