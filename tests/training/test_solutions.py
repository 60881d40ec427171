"""Worked solutions of a task as examples for a language model."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("transformers")

from transformers import AutoTokenizer

from tuili.errors import BadRequest
from tuili.records import Problem
from tuili.tasks import Item, make_task
from tuili.training.packing import IGNORED
from tuili.training.solutions import Solutions, Worked, worked_by


def test_the_solution_is_learnt_and_the_prompt_is_read(rows: Path, text_model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(text_model)
    items = list(make_task("gsm8k", rows).items())
    example = Solutions(tokenizer, worked_by(items), 500)(random.Random(0), 0.0)
    read = next(place for place, target in enumerate(example.targets) if target != IGNORED)
    (item,) = [item for item in items if item.problem.prompt == tokenizer.decode(example.ids[:read])]
    assert item.solution == f"It is {item.gold}.\n\\boxed{{{item.gold}}}", "without what a calculator was asked"
    assert tokenizer.decode(example.targets[read:]) == item.solution + tokenizer.eos_token
    assert list(example.targets[read:]) == list(example.ids[read:])


def test_what_does_not_fit_is_left_out(text_model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(text_model)
    worked = [Worked("p" * n, "s") for n in (1, 50)]
    make = Solutions(tokenizer, worked, 10)
    assert {len(make(random.Random(seed), 0.0).ids) for seed in range(20)} == {3}
    with pytest.raises(BadRequest, match="hardly any of the 2 solutions fits 2 tokens"):
        Solutions(tokenizer, worked, 2)(random.Random(0), 0.0)


def test_a_task_without_solutions_is_refused() -> None:
    with pytest.raises(BadRequest, match="none of the 1 problems has a worked solution"):
        worked_by([Item(Problem("1", "p", "t"), "a")])
