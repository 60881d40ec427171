"""What a verifier is taught of an attempt with a wrong step."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("torch")

from tuili.mini.text import parse_prompt
from tuili.mini.tokenizer import build_tokenizer
from tuili.training.mini_attempts import CLASSES, MiniAttempts, Targets, answered_targets, process_targets
from tuili.training.packing import IGNORED, Example

PUZZLE = parse_prompt("make 49 from 25 4 20")
LINES = ["25 + 4 = 29 : 29 20", "29 + 20 = 50 : 50", "50 - 1 = 49 : 49"]


def example(samples: Path, targets: Targets, answer: str) -> Example:
    make = MiniAttempts(
        build_tokenizer(), targets, samples=[samples], sampled=1.0, drills=0.0, history=False, longest=256
    )
    assert PUZZLE is not None
    return make.example(PUZZLE, LINES, answer)


def labels(made: Example) -> list[str]:
    return [CLASSES[target] for target in made.targets if target != IGNORED]


def test_nothing_is_taught_after_the_first_wrong_step(samples: Path) -> None:
    made = example(samples, process_targets, "25 + 4 , 29 + 20 , 50 - 1")
    assert labels(made) == ["+", "-"]


def test_a_wrong_answer_may_be_taught_all_the_same(samples: Path) -> None:
    made = example(samples, answered_targets, "25 + 4 , 29 + 20 , 50 - 1")
    assert labels(made) == ["+", "-", "-"]
    assert made.targets[-1] == CLASSES.index("-")


def test_a_right_answer_after_a_wrong_step_is_taught_as_nothing(samples: Path) -> None:
    assert labels(example(samples, answered_targets, "25 + 4 , 29 + 20")) == ["+", "-"]


def test_an_answers_surprise_is_its_own_tokens(samples: Path) -> None:
    tokenizer = build_tokenizer()
    made = example(samples, answered_targets, "25 + 4 , 29 + 20 , 50 - 1")
    assert made.judged is not None
    seen = tokenizer.decode([token for token, judged in zip(made.ids, made.judged, strict=True) if judged])
    assert [line in seen for line in LINES] == [True, True, False]
    assert seen.endswith("</think>\n25 + 4 , 29 + 20 , 50 - 1 <eos>")
    assert "from" not in seen, "the prompt is nobody's step"


def test_random_examples_are_no_longer_than_they_may_be(samples: Path) -> None:
    tokenizer = build_tokenizer()
    make = MiniAttempts(
        tokenizer, answered_targets, samples=[samples], sampled=0.5, drills=0.1, history=False, longest=60
    )
    rng = random.Random(0)
    assert all(len(make(rng, 0.0).ids) <= 60 for _ in range(200))
