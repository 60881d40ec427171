"""Recorded self-correction becomes accuracies by turn."""

from __future__ import annotations

from pathlib import Path

from synthetic import header

from tuili.evaluation.recorded import RunColumns
from tuili.evaluation.reduce import GradedAttempt, reduce_attempts
from tuili.evaluation.results import StrategyResult, strategy_results
from tuili.grading.outcome import CORRECT, INCORRECT
from tuili.records import Attempt, Ending, Node, Problem, Purpose, StopReason

GRADES = {"7": CORRECT, "8": INCORRECT}
SPEC = "self_correction:turns=2"


def attempt(problem: int, *answers: str | None, ending: Ending = Ending.DONE, strategy: str = SPEC) -> Attempt:
    nodes = tuple(
        Node(
            (turn,),
            "…",
            10,
            -1.0,
            -1.0,
            StopReason.END,
            Purpose.REVISE if turn else Purpose.EXPLORE,
            answer,
            after=((0,),) if turn else (),
        )
        for turn, answer in enumerate(answers)
    )
    return Attempt(f"p{problem}", strategy, 0, answers[-1], (len(answers) - 1,), nodes, (), ending)


def result(*attempts: Attempt) -> StrategyResult:
    problems = [Problem(f"p{n}", "3 + 4", "sums") for n in range(9)]
    run = RunColumns("run", Path("run"), header((SPEC,), len(problems)), problems)
    (found,) = strategy_results(reduce_attempts(run, [GradedAttempt(one, GRADES) for one in attempts]))
    return found


def test_what_the_turns_came_to() -> None:
    """An answer that is missing is not right."""
    found = result(attempt(0, "7", "7"), attempt(1, "8", "7"), attempt(2, None, "7"), attempt(3, "7", None))
    assert found.by_turn is not None
    assert {name: estimate.value for name, estimate in found.by_turn.items()} == {
        "accuracy@t1": 0.5,
        "accuracy@t2": 0.75,
        "Δ": 0.25,
        "Δ(i→c)": 0.5,
        "Δ(c→i)": 0.25,
    }
    assert found.accuracy == found.by_turn["accuracy@t2"]


def test_what_a_budget_or_a_failure_cut_short_is_left_out() -> None:
    cut = [attempt(2, "8", ending=Ending.BUDGET), attempt(3, "7", ending=Ending.FAILED)]
    found = result(attempt(0, "7", "7"), attempt(1, "8", "7"), *cut)
    assert found.by_turn is not None
    assert {(estimate.value, estimate.n) for estimate in found.by_turn.values()} == {(0.5, 2), (1.0, 2), (0.0, 2)}
    assert result(*cut).by_turn is None


def test_other_strategies_have_no_turns() -> None:
    assert result(attempt(0, "7", "7", strategy="sequential_revision:n=2")).by_turn is None
