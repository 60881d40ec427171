"""Lines that take back what was written: what the exact checker says of a thought with turns."""

from __future__ import annotations

import random
from itertools import product

import pytest

from tuili.mini.families import FAMILIES
from tuili.mini.mistakes import attempt
from tuili.mini.puzzle import SIZES, Label
from tuili.mini.splits import draw
from tuili.mini.text import completion_of, first_mistake, judge, label_lines, parse_prompt
from tuili.mini.tokenizer import build_tokenizer

PUZZLE = parse_prompt("make 49 from 25 4 20")
DEAD_END, GOOD, FALSE = "20 * 4 = 80 : 80 25", "25 + 4 = 29 : 29 20", "25 + 4 = 30 : 30 20"
END = "29 + 20 = 49 : 49"


@pytest.mark.parametrize(
    ("lines", "labels"),
    [
        ([DEAD_END, f"no {DEAD_END}", GOOD, END], "0+++"),
        ([FALSE, "30 + 20 = 50 : 50", f"no {FALSE}", GOOD, END], "--+++"),
        ([GOOD, "29 - 20 = 9 : 9", "no 29 - 20 = 9 : 9", GOOD, END], "+-+++"),
        ([DEAD_END, f"no {DEAD_END}", FALSE, f"no {FALSE}", GOOD, END], "0+-+++"),
        # a turn that names a right line, or none that is there, is false, and so is what rests on it
        ([GOOD, f"no {GOOD}", GOOD, END], "+---"),
        ([f"no {GOOD}", GOOD], "--"),
        ([DEAD_END, f"no {DEAD_END}", f"no {DEAD_END}", GOOD], "0+--"),
        # what a turn forgot is gone
        ([GOOD, DEAD_END, f"no {DEAD_END}", END], "+-+-"),
    ],
)
def test_labels_worked_out_by_hand(lines: list[str], labels: str) -> None:
    assert label_lines(PUZZLE, lines) == [Label(label) for label in labels]


def test_a_verifier_learns_what_was_taken_back_and_then_up_to_the_first_wrong_step() -> None:
    turned = [FALSE, f"no {FALSE}"]
    assert judge(PUZZLE, [*turned, GOOD, END], "25 + 4 , 29 + 20") == [Label(label) for label in "-++++"]
    assert judge(PUZZLE, [*turned, GOOD, FALSE, END], "25 + 4 , 29 + 20") == [Label(label) for label in "-++-"]
    assert judge(PUZZLE, [FALSE, END, f"no {GOOD}", GOOD, END], None) == [Label(label) for label in "---"]


@pytest.mark.parametrize(("family", "size"), list(product(FAMILIES, SIZES)))
def test_without_turns_the_labels_end_with_the_first_wrong_step(family: str, size: int) -> None:
    rng, kind = random.Random(size), FAMILIES[family]
    for _ in range(20):
        puzzle, solution, _ = draw(rng, "train", family, size)
        lines, answer = attempt(puzzle, solution, rng)
        expected, state = [], kind.start(puzzle)
        for line in lines:
            label, state = kind.judge(puzzle, state, line)
            expected.append(label)
            if label is Label.BAD:
                break
        else:
            expected.append(Label.GOOD if kind.accepts(puzzle, answer) else Label.BAD)
        assert judge(puzzle, lines, answer) == expected


def test_the_tokenizer_has_had_a_word_for_it_all_along() -> None:
    tokenizer = build_tokenizer()
    text = completion_of([DEAD_END, f"no {DEAD_END}", GOOD, END], "25 + 4 , 29 + 20")
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert tokenizer.convert_tokens_to_ids("no") == 26


@pytest.mark.parametrize(
    ("shown", "labels"),
    [([DEAD_END, END], "++++"), ([GOOD, FALSE], "-"), ([], "-")],
    ids=["it is in the attempt before, and wrong there", "it is not there", "there is none"],
)
def test_a_turn_at_the_beginning_names_a_line_of_the_attempt_before(shown: list[str], labels: str) -> None:
    lines = [f"no {DEAD_END}", GOOD, END]
    assert judge(PUZZLE, lines, "25 + 4 , 29 + 20", shown) == [Label(label) for label in labels]


def test_the_first_mistake_of_an_attempt_is_what_a_revision_takes_back() -> None:
    assert first_mistake(PUZZLE, "\n".join([GOOD, FALSE, END, "</think>", "x"])) == FALSE
    assert first_mistake(PUZZLE, "\n".join([GOOD, END, "</think>", "x"])) == END, "nothing but the answer is wrong"
    assert first_mistake(PUZZLE, "\n".join([f"no {FALSE}", DEAD_END, "</think>", "x"])) == DEAD_END
    assert first_mistake(PUZZLE, "</think>\nx") == ""
