from __future__ import annotations

import pytest

from tuili.steps import LINES, PLAIN, split_steps
from tuili.verifiers.aggregate import standing

WRONG, TURN, RIGHT, ANSWER = "25 + 4 = 30 : 30\n", "no 25 + 4 = 30 : 30\n", "25 + 4 = 29 : 29\n", "</think>\n25 + 4"


@pytest.mark.parametrize(
    ("texts", "stands"),
    [
        ([RIGHT, ANSWER], [0, 1]),
        ([WRONG, TURN], [1]),
        ([WRONG, TURN, RIGHT], [2]),
        ([WRONG, TURN, WRONG, TURN, RIGHT, ANSWER], [4, 5]),
        ([TURN, RIGHT], [1]),
        ([], []),
    ],
)
def test_what_a_later_step_takes_back_does_not_count(texts: list[str], stands: list[int]) -> None:
    scores = [(place + 1) / 10 for place in range(len(texts))]
    assert list(standing(split_steps("".join(texts), LINES), scores)) == [scores[place] for place in stands]


def test_a_model_that_marks_no_turns_has_none() -> None:
    steps = split_steps("One.\n\nno, wait.\n\nTwo.", PLAIN)
    assert list(standing(steps, [0.1, 0.2, 0.3])) == [0.1, 0.2, 0.3]
