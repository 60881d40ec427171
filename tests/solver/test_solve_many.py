"""Many attempts at once: bounded, in completion order, drawn as places become free, and undisturbed by each other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from random import Random

import pytest
from fakes import FakeEngine

from tuili.records import Attempt, Ending, Problem
from tuili.solver import Job, Solver
from tuili.strategies import make_strategy

STRATEGY = make_strategy("self_consistency:n=3")


def jobs(n: int) -> Iterator[Job]:
    return (Job(Problem(f"p{i}", "make 12 from 3 4", "mini"), STRATEGY, seed=i % 2) for i in range(n))


def solve_all(engine: FakeEngine, n: int, concurrency: int) -> list[Attempt]:
    async def collect() -> list[Attempt]:
        return [attempt async for attempt in Solver(engine).solve_many(jobs(n), concurrency=concurrency)]

    return asyncio.run(collect())


@pytest.mark.parametrize("concurrency", [1, 7, 1000])
def test_all_are_solved_the_same_at_any_concurrency(concurrency: int) -> None:
    engine = FakeEngine(delays=Random(concurrency))
    attempts = solve_all(engine, 100, concurrency)
    assert engine.most_running == min(concurrency, 100)
    assert {attempt.key for attempt in attempts} == {(f"p{i}", STRATEGY.spec, i % 2) for i in range(100)}
    expected = {attempt.key: attempt.nodes for attempt in solve_all(FakeEngine(), 100, 1)}
    assert {attempt.key: attempt.nodes for attempt in attempts} == expected


def test_one_failure_leaves_the_others_alone() -> None:
    attempts = solve_all(FakeEngine(fail_at=4), 10, 3)
    assert sorted(attempt.ending for attempt in attempts) == [Ending.DONE] * 9 + [Ending.FAILED]


def test_jobs_are_drawn_as_places_become_free_and_stopping_cancels_the_rest() -> None:
    drawn = 0

    def endless() -> Iterator[Job]:
        nonlocal drawn
        for job in jobs(10**9):
            drawn += 1
            yield job

    async def first(n: int) -> FakeEngine:
        engine = FakeEngine(delays=Random(0))
        async with aclosing(Solver(engine).solve_many(endless(), concurrency=4)) as attempts:
            async for _ in attempts:
                n -= 1
                if n == 0:
                    break
        assert len(asyncio.all_tasks()) == 1
        return engine

    asyncio.run(first(10))
    assert drawn == 14


def test_a_bug_is_not_taken_for_a_failed_attempt() -> None:
    class Buggy(FakeEngine):
        async def sample(self, problem, path, **options):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        solve_all(Buggy(), 10, 3)
