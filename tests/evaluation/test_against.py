"""All strategies against one of them: which one that is, and at what costs."""

from dataclasses import replace

import numpy as np
import pytest
from test_equal_cost import CHEAP, DEAR, PROBLEMS, curve

from tuili.errors import BadRequest
from tuili.evaluation.against import against
from tuili.evaluation.recorded import Unit

LEVELS = np.repeat([2, 4], PROBLEMS // 2)
CURVES = [
    replace(curve("coverage", [1, 10], [0.5, 0.9]), ceiling=True),
    replace(curve("one size", [10], [0.5]), levels=LEVELS),
    replace(CHEAP, levels=LEVELS),
    replace(DEAR, levels=LEVELS),
]


def test_the_first_strategy_of_several_sizes_is_the_baseline_unless_another_is_named():
    assert against(CURVES).baseline == "cheap"
    assert against(CURVES, "dear").baseline == "dear"
    with pytest.raises(BadRequest, match="no strategy is called 'coverage' here; there are: one size, cheap, dear"):
        against(CURVES, "coverage")


def test_every_strategy_has_a_row_overall_and_at_every_level():
    found = against(CURVES, "dear")
    for rows in (found.overall, found.by_level[2], found.by_level[4]):
        assert [(row.first, row.second) for row in rows] == [(name, "dear") for name in ("one size", "cheap", "dear")]
    assert [row.problems for row in found.overall] == [PROBLEMS] * 3
    assert [row.problems for row in found.by_level[2]] == [PROBLEMS // 2] * 3


def test_costs_are_every_second_of_the_baseline_and_a_single_sizes_own():
    one, cheap, _ = against(CURVES, "dear").overall
    assert [cell.cost for cell in cheap.at_cost] == pytest.approx([10, 1000])
    assert [cell.cost for cell in one.at_cost] == pytest.approx([10, 1000, 10])
    assert [cell.cost for cell in against(CURVES, at_cost=[7.0]).overall[1].at_cost] == [7.0]


def test_seconds_are_compared_when_they_are_asked_for():
    assert against(CURVES, unit=Unit.SECONDS).unit == "seconds"
    costs = CHEAP.costs.copy()
    costs[:, :, Unit.FLOPS] = 0
    assert against([replace(CHEAP, costs=costs), DEAR]).unit == "tokens"


def test_nothing_is_compared_where_no_strategy_has_several_sizes():
    assert against([curve("one", [10], [0.5])]) is None
