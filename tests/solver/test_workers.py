"""A run's jobs shared by processes: the same attempts, and an end to all of them whatever ends first."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path as FilePath

import pytest
from fakes import FakeEngine
from test_solve_many import STRATEGY, jobs, solve_all

from tuili.engines.base import Sampled
from tuili.errors import BadRequest, TuiliError
from tuili.records import Attempt, Ending, Path, Problem
from tuili.solver import Job, Solver
from tuili.solver.workers import Workers


async def collect(workers: Workers, n: int, most: int | None = None, concurrency: int = 3) -> list[Attempt]:
    attempts: list[Attempt] = []
    async with aclosing(workers.solve_many(jobs(n), concurrency=concurrency)) as ended:
        async for attempt in ended:
            attempts.append(attempt)
            if len(attempts) == most:
                break
    return attempts


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(Solver(FakeEngine()), [STRATEGY], 3)
    yield made
    made.close()


def running(process: int) -> bool:
    try:
        return FilePath(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(processes: list[int]) -> None:
    deadline = time.monotonic() + 20
    while any(map(running, processes)):
        assert time.monotonic() < deadline, f"of {processes} some still run"
        time.sleep(0.01)


@pytest.mark.parametrize("concurrency", [1, 7, 1000])
def test_they_make_the_attempts_that_one_process_makes(workers: Workers, concurrency: int) -> None:
    expected = {attempt.key: attempt.nodes for attempt in solve_all(FakeEngine(), 100, 1)}
    for _ in range(2):
        attempts = asyncio.run(collect(workers, 100, concurrency=concurrency))
        assert len(attempts) == 100
        assert {attempt.key: attempt.nodes for attempt in attempts} == expected


class Verbose(FakeEngine):
    """Needs more room on its way to a worker and back than a pipe has."""

    async def sample(self, problem: Problem, path: Path, **more: object) -> Sampled:
        sampled = await super().sample(problem, path, **more)  # type: ignore[arg-type]
        completions = [type(each)("x" * 100_000, each.tokens, stop=each.stop) for each in sampled.completions]
        return Sampled(completions, sampled.prefilled)


def test_problems_and_attempts_may_be_of_any_length() -> None:
    workers = Workers(Solver(Verbose()), [STRATEGY], 2)

    async def solve() -> int:
        long = (Job(Problem(f"p{i}", "make 12 " * 10_000, "mini"), STRATEGY) for i in range(40))
        return len([attempt async for attempt in workers.solve_many(long, concurrency=20)])

    assert asyncio.run(asyncio.wait_for(solve(), 60)) == 40
    workers.close()


class Refusing(FakeEngine):
    async def sample(self, problem: Problem, path: Path, **more: object) -> Sampled:
        raise BadRequest(f"nothing was recorded for problem {problem.id}")


def test_what_one_process_would_raise_is_raised() -> None:
    workers = Workers(Solver(Refusing()), [STRATEGY], 2)
    with pytest.raises(BadRequest, match="nothing was recorded for problem p"):
        asyncio.run(collect(workers, 10))


class Unsendable(FakeEngine):
    async def sample(self, problem: Problem, path: Path, **more: object) -> Sampled:
        raise ValueError(lambda: "functions cannot be pickled")


def test_what_cannot_be_sent_back_is_not_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    workers = Workers(Solver(Unsendable()), [STRATEGY], 2)
    with pytest.raises(TuiliError, match="a worker process ended with status 1"):
        asyncio.run(asyncio.wait_for(collect(workers, 10), 30))
    assert "pickle" in capfd.readouterr().err


class Slow(FakeEngine):
    async def sample(self, problem: Problem, path: Path, **more: object) -> Sampled:
        await asyncio.sleep(60)
        return await super().sample(problem, path, **more)  # type: ignore[arg-type]


class Dying(FakeEngine):
    async def sample(self, problem: Problem, path: Path, **more: object) -> Sampled:
        if problem.id == "p7":
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().sample(problem, path, **more)  # type: ignore[arg-type]


def test_a_worker_that_dies_is_no_silence() -> None:
    workers = Workers(Solver(Dying()), [STRATEGY], 2)
    with pytest.raises(TuiliError, match="a worker process ended with status -9"):
        asyncio.run(asyncio.wait_for(collect(workers, 20, concurrency=2), 30))


def test_stopping_early_ends_them(workers: Workers) -> None:
    processes = [process.pid or 0 for process in multiprocessing.active_children()]
    assert len(processes) >= 3
    assert len(asyncio.run(collect(workers, 1000, most=2))) == 2
    wait_until_gone(processes)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_they_do_not_outlive_their_parent(number: signal.Signals) -> None:
    script = """
import asyncio
import multiprocessing
from test_solve_many import STRATEGY
from test_workers import Slow, collect
from tuili.solver import Solver
from tuili.solver.workers import Workers
workers = Workers(Solver(Slow()), [STRATEGY], 2)
print(*(process.pid for process in multiprocessing.active_children()), flush=True)
asyncio.run(collect(workers, 10))
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=FilePath(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        processes = list(map(int, parent.stdout.readline().split()))
        assert all(map(running, processes))
        time.sleep(0.5)  # for the jobs to be there
        parent.send_signal(number)
        _, said = parent.communicate()
    wait_until_gone(processes)
    assert said == ""


def test_a_failed_attempt_is_an_attempt() -> None:
    workers = Workers(Solver(FakeEngine(fail_at=1)), [STRATEGY], 2)
    attempts = asyncio.run(collect(workers, 10))
    assert sorted(attempt.ending for attempt in attempts) == [Ending.DONE] * 8 + [Ending.FAILED] * 2
    workers.close()
