"""SCoRe's rewards, by hand."""

from __future__ import annotations

import pytest

from tuili.training.rewards import Reward
from tuili.training.shaping import apart, lesson, shaped, together

FIRST, SECOND = [1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]
"""c→c, c→i, i→c, i→i."""


def test_stage_one_rewards_the_second_turn_alone_for_what_it_changed() -> None:
    assert shaped(FIRST, SECOND, stage=1, alpha=10) == ([0, 0, 0, 0], [0, -1, 1, 0])


@pytest.mark.parametrize(("alpha", "weight"), [(10, 11), (0.5, 1.5), (0, 1)])
def test_stage_two_rewards_both_and_the_second_with_a_bonus(alpha: float, weight: float) -> None:
    assert shaped(FIRST, SECOND, stage=2, alpha=alpha) == (FIRST, [0, -weight, weight, 0])


def test_with_an_ungraded_turn_nobody_knows_what_was_changed() -> None:
    unread_first, unread_second = [None, 1.0], [1.0, None]
    assert shaped(unread_first, unread_second, stage=2, alpha=10) == ([None, 1.0], [None, None])
    assert shaped(unread_first, unread_second, stage=1, alpha=10) == ([0.0, 0.0], [None, None])


def test_rows_are_groups_of_first_turns_each_before_its_second() -> None:
    rows = ["a1", "b1", "a2", "b2", "c1", "d1", "c2", "d2"]
    first, second = apart(rows, 2)
    assert (first, second) == (["a1", "b1", "c1", "d1"], ["a2", "b2", "c2", "d2"])
    assert together(first, second, 2) == rows


def rewards(*outcomes: float | None) -> list[Reward]:
    """A format weight of 0.1, and all are well formed."""
    return [Reward(None if one is None else one + 0.1, one, 1.0, 0.0, 0.0) for one in outcomes]


def test_a_turn_is_learnt_from_where_its_own_group_differs() -> None:
    alike_then_mixed = rewards(0, 0, 1, 0)
    mixed_then_alike = rewards(1, 0, 1, 1)
    totals, learnt = lesson([*alike_then_mixed, *mixed_then_alike], group=2, stage=2, alpha=0)
    assert totals == pytest.approx([0.1, 0.1, 1, 0, 1.1, 0.1, 0, 1])
    assert learnt == [False, False, True, True, True, True, True, True]


def test_a_second_turn_that_changes_nothing_anywhere_is_not_learnt_from() -> None:
    totals, learnt = lesson(rewards(1, 0, 1, 0), group=2, stage=2, alpha=10)
    assert totals == [1.1, 0.1, 0, 0]
    assert learnt == [True, True, False, False]


def test_stage_one_holds_the_first_turn_where_the_second_learns() -> None:
    totals, learnt = lesson([*rewards(0, 0, 1, 0), *rewards(1, 0, 1, 0)], group=2, stage=1, alpha=10)
    assert totals == pytest.approx([0, 0, 1, 0, 0, 0, 0, 0])
    assert learnt == [True] * 4 + [False] * 4
