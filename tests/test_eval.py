"""Evaluations with the scripted engine: what is kept of them, and what is done again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tuili.cli.evaluate import run
from tuili.engines.scripted import ScriptedEngine
from tuili.errors import EngineError, TuiliError
from tuili.eval import Evaluation, Request, prepare
from tuili.grading import Grade, Outcome, make_grader
from tuili.grading.graded import AttemptGrades
from tuili.records import AnswerKind, Attempt, Problem, RunHeader
from tuili.runs import read_attempts, read_grades, read_problems, replace_grades
from tuili.solver import Solver
from tuili.steps import PLAIN
from tuili.strategies import make_strategy
from tuili.tasks import Item

RIGHT, WRONG = Grade(Outcome.CORRECT), Grade(Outcome.INCORRECT)
ITEMS = [Item(Problem(f"p{i}", f"{i} + 1?", "sums", AnswerKind.MATH), str(i + 1)) for i in range(3)]


def evaluation(engine: ScriptedEngine) -> Evaluation:
    strategies = (make_strategy("self_consistency:n=8"), make_strategy("chain_of_thought"))
    header = RunHeader(
        task="sums",
        data=None,
        model=engine.name,
        verifier=None,
        strategies=tuple(strategy.spec for strategy in strategies),
        budget=None,
        seeds=(0, 1),
        problems=len(ITEMS),
        limit=None,
        sampling={},
        versions={},
        machine={},
        commit=None,
        created="2030-01-01T00:00:00+00:00",
    )
    items = {item.problem.id: item for item in ITEMS}
    return Evaluation(header, items, strategies, Solver(engine), make_grader("math"))


def sums() -> ScriptedEngine:
    """Right for even seeds, one too many for odd ones."""
    return ScriptedEngine(lambda problem, _, seed: f"It is {int(problem.id[1:]) + 1 + seed % 2}.", step_format=PLAIN)


def follow(engine: ScriptedEngine, folder: Path, stop_after: int | None = None) -> list[tuple[Attempt, AttemptGrades]]:
    async def collect() -> list[tuple[Attempt, AttemptGrades]]:
        seen = []
        wanted = evaluation(engine)
        with wanted.open(folder) as opened:
            async for pair in wanted.attempts(opened):
                seen.append(pair)
                if len(seen) == stop_after:
                    break
        return seen

    return asyncio.run(collect())


def test_every_distinct_answer_is_graded_once_and_by_value(tmp_path: Path) -> None:
    pairs = follow(sums(), tmp_path)
    assert len(pairs) == 2 * 2 * len(ITEMS)
    assert list(read_problems(tmp_path)) == [item.problem for item in ITEMS]
    for line in read_grades(tmp_path, AttemptGrades):
        right = int(line.problem_id[1:]) + 1
        if line.strategy.startswith("self_consistency"):
            assert line.grades == {str(right): RIGHT, str(right + 1): WRONG}
        else:
            assert len(line.grades) == 1


def test_a_stopped_run_goes_on_without_asking_again(tmp_path: Path) -> None:
    first = follow(sums(), tmp_path, stop_after=5)
    engine = sums()
    second = follow(engine, tmp_path)
    kept = [attempt.key for attempt in read_attempts(tmp_path)]
    assert [attempt.key for attempt, _ in second[: len(first)]] == kept[: len(first)]
    assert len(kept) == len(set(kept)) == len(second) == 12
    assert len(engine.calls) == len(kept) - len(first)


def test_an_attempt_that_was_not_graded_before_the_stop_is_graded_after_it(tmp_path: Path) -> None:
    follow(sums(), tmp_path)
    lines = list(read_grades(tmp_path, AttemptGrades))
    replace_grades(tmp_path, lines[:7])
    engine = sums()
    assert {line.key: line.grades for _, line in follow(engine, tmp_path)} == {line.key: line.grades for line in lines}
    assert engine.calls == []
    assert len(list(read_grades(tmp_path, AttemptGrades))) == len(lines)


def broken(only: str | None = None) -> ScriptedEngine:
    def script(problem: Problem, written: str, seed: int) -> str:
        if only in (None, problem.id):
            raise EngineError("the server is gone")
        return "It is 1."

    return ScriptedEngine(script, step_format=PLAIN)


def test_a_run_in_which_everything_failed_says_why(tmp_path: Path) -> None:
    with pytest.raises(TuiliError, match="all 12 attempts failed: the server is gone"):
        run(evaluation(broken()), tmp_path)


def test_some_failures_are_data(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(evaluation(broken(only="p1")), tmp_path)
    assert "4 of 12 attempts failed, the first with: the server is gone" in capfd.readouterr().err


def test_processes_share_a_run_and_change_nothing_in_it(tmp_path: Path) -> None:
    strategies = "beam_search:width=2,expand=2", "self_consistency:n=3"
    request = Request(
        task="mini", model="mini:checkpoint=sft", verifier="process", strategies=strategies, limit=4, max_tokens=60
    )
    made = []
    for workers in (1, 3):
        wanted = prepare(request, workers)
        assert wanted.header.machine["workers"] == str(workers)
        run(wanted, tmp_path / str(workers))
        attempts = sorted(read_attempts(tmp_path / str(workers)), key=lambda attempt: attempt.key)
        made.append([(*each.key, each.answer, [node.text for node in each.nodes], spent(each)) for each in attempts])
    assert made[0] == made[1]
    assert len(made[0]) == 8


def spent(attempt: Attempt) -> list[tuple[str, int, int]]:
    return [(charge.component, charge.prompt_tokens, charge.generated_tokens) for charge in attempt.charges]
