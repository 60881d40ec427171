"""Strategies at the same cost, and what the same accuracy costs, on curves whose numbers are known."""

from dataclasses import replace

import numpy as np
import pytest

from tuili.errors import BadRequest
from tuili.evaluation.curve import Curve
from tuili.evaluation.equal_cost import accuracy_at, compare
from tuili.evaluation.recorded import Unit

PROBLEMS = 40


def curve(name, costs, accuracies, problems=range(PROBLEMS)):
    """Every problem has the mean's accuracy, give or take a pattern that is the same at every cost."""
    spread = np.resize([-0.05, 0.05], len(problems))
    accuracy = np.array(accuracies) + spread[:, None]
    tripled = np.repeat(np.array(costs, dtype=float)[:, None], len(Unit), axis=1)
    return Curve(
        name=name,
        run="run",
        strategies=(name,),
        ks=(None,) * len(costs),
        problems=tuple(f"p{i}" for i in problems),
        levels=np.zeros(len(problems), dtype=int),
        accuracy=accuracy,
        ungraded=np.zeros_like(accuracy),
        costs=np.broadcast_to(tripled, (len(problems), *tripled.shape)),
        from_subsets=True,
    )


CHEAP = curve("cheap", [1, 10, 100], [0.3, 0.6, 0.7])
DEAR = curve("dear", [10, 100, 1000], [0.3, 0.6, 0.7])


def test_accuracy_lies_on_a_line_over_log_cost():
    assert accuracy_at(CHEAP, 10**0.5, Unit.FLOPS).mean() == pytest.approx(0.45)
    assert accuracy_at(CHEAP, 100, Unit.FLOPS).mean() == pytest.approx(0.7)


def test_nothing_is_read_off_beyond_what_was_recorded():
    assert accuracy_at(CHEAP, 0.9, Unit.FLOPS) is None
    assert accuracy_at(CHEAP, 110, Unit.FLOPS) is None


def test_equal_cost_by_hand():
    at_ten, at_hundred, beyond = compare(CHEAP, DEAR, at_cost=[10, 100, 1000]).at_cost
    assert at_ten.difference.estimate.value == pytest.approx(0.3)
    assert at_hundred.difference.estimate.value == pytest.approx(0.1)
    assert at_hundred.difference.estimate.n == PROBLEMS
    assert at_hundred.difference.p_value < 0.001
    assert beyond.first is None
    assert beyond.second.value == pytest.approx(0.7)
    assert beyond.difference is None


def test_cost_of_the_same_accuracy_by_hand():
    for row in compare(CHEAP, DEAR).same_accuracy:
        assert row.ratio.value == pytest.approx(0.1)
        assert (row.ratio.low, row.ratio.high) == pytest.approx((0.1, 0.1))
    weaker = compare(curve("weak", [1, 10], [0.2, 0.5]), DEAR).same_accuracy
    assert weaker[0].first_cost == pytest.approx(10 ** (1 / 3))
    assert weaker[1].first_cost is None
    assert weaker[1].ratio is None


def test_where_a_smaller_size_is_as_accurate_the_least_cost_counts():
    """0.5 is half-way from 0.3 to 0.7, so the declining curve has it at 10^1.5 and need not pay 1000."""
    declining = curve("declining", [10, 100, 1000], [0.3, 0.7, 0.5])
    row = compare(DEAR, declining).same_accuracy[2]
    assert row.accuracy == pytest.approx(0.5)
    assert row.second_cost == pytest.approx(10**1.5)
    assert row.first_cost == pytest.approx(10 ** (1 + 2 / 3))
    assert row.ratio.value == pytest.approx(10 ** (1 / 6))


def test_a_curve_that_begins_above_the_accuracy_costs_its_cheapest_size():
    row = compare(curve("good", [40, 400], [0.5, 0.6]), DEAR).same_accuracy[0]
    assert (row.accuracy, row.first_cost, row.second_cost) == pytest.approx((0.3, 40, 10))
    assert row.ratio.value == pytest.approx(4)


def test_a_ratio_is_as_uncertain_as_the_costs_are():
    """Costs of 10 and 30 in turn: their mean, 20, has a standard error of 10 / sqrt(40), so the ratio to 10 one of
    0.158, and an interval of 2.02 of those on either side."""
    steady = curve("steady", [10, 100], [0.3, 0.6])
    varying = curve("varying", [20, 100], [0.3, 0.6])
    costs = varying.costs.copy()
    costs[:, 0] += np.resize([-10, 10], PROBLEMS)[:, None]
    ratio = compare(replace(varying, costs=costs), steady).same_accuracy[0].ratio
    assert ratio.value == pytest.approx(2)
    assert (ratio.low, ratio.high) == pytest.approx((2 - 0.32, 2 + 0.32), abs=0.06)


def test_a_curve_equals_itself():
    result = compare(CHEAP, CHEAP)
    assert [row.difference.estimate.value for row in result.at_cost] == pytest.approx([0, 0, 0])
    assert [row.ratio.value for row in result.same_accuracy] == pytest.approx([1, 1, 1])


def test_only_shared_problems_are_compared():
    part = curve("part", [1, 10], [0.3, 0.6], problems=range(30, 70))
    assert compare(CHEAP, part).problems == 10
    with pytest.raises(BadRequest, match="no problem in common"):
        compare(CHEAP, curve("other", [1], [0.5], problems=range(100, 110)))


def test_costs_that_were_not_recorded_are_refused():
    with pytest.raises(BadRequest, match="free recorded no flops"):
        compare(curve("free", [0, 0], [0.5, 0.5]), CHEAP)
    with pytest.raises(BadRequest, match="must be positive"):
        compare(CHEAP, DEAR, at_cost=[0])
