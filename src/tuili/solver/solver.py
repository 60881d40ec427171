"""Problems put to strategies: one at a time, or many at once so that an engine gets full batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from tuili.engines.base import Engine
from tuili.errors import BadRequest, EngineError, Overrun, VerifierError
from tuili.ledger import Budget, Ledger
from tuili.records import Attempt, Component, Ending, Path, Problem, Sampling
from tuili.solver.driver import Driver
from tuili.strategies import Strategy
from tuili.strategies.asks import Choice
from tuili.verifiers.base import Verifier


class Job(NamedTuple):
    problem: Problem
    strategy: Strategy
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Solver:
    """Drives plans with one engine and one verifier, neither of which it closes."""

    engine: Engine
    verifier: Verifier | None = None
    sampling: Sampling = field(default_factory=Sampling)
    """max_tokens of a whole path, and the temperature where a strategy's ask leaves it open."""
    budget: Budget = field(default_factory=Budget)
    """Of each attempt; a strategy may have a tighter one of its own."""

    def check(self, strategy: Strategy, problem: Problem) -> None:
        """Raises BadRequest for what must fail: no verifier where one is needed, a budget below one sample, a limit
        on FLOPs where nobody says how many the model takes."""
        self._check_verifier(strategy)
        budget = self.budget & strategy.budget
        if budget.flops is not None and not self.engine.parameters:
            raise BadRequest(f"FLOPs cannot be limited: {self.engine.name} does not say how many parameters it has")
        parameters = {Component.GENERATOR: self.engine.parameters, Component.VERIFIER: 0}
        most = {Component.GENERATOR: self.engine.prompt_bound(problem, Path()) + self.sampling.max_tokens}
        if strategy.needs_verifier and self.verifier is not None:
            parameters[Component.VERIFIER] = self.verifier.parameters
            most[Component.VERIFIER] = self.verifier.bound(problem, Path(), self.sampling.max_tokens)
        ledger = Ledger(budget, parameters)
        if not ledger.fits(most):
            flops = sum(ledger.flops(component, tokens) for component, tokens in most.items())
            needed = Budget(tokens=sum(most.values()), flops=flops)
            raise BadRequest(
                f"the budget {budget} is too small for one sample of {strategy.spec} (it can take up to {needed})"
            )

    async def solve(self, problem: Problem, strategy: Strategy, seed: int = 0) -> Attempt:
        """One attempt. A failure of the engine or the verifier is an attempt too, with all that was spent on it.

        Raises BadRequest for a strategy that needs a verifier where there is none.
        """
        self._check_verifier(strategy)
        driver = Driver(
            problem,
            seed,
            engine=self.engine,
            verifier=self.verifier,
            sampling=self.sampling,
            budget=self.budget & strategy.budget,
        )
        choice, ending, failure = Choice(None, None), Ending.DONE, None
        try:
            choice, refused = await driver.follow(strategy.plan(problem))
            ending = Ending.BUDGET if refused else Ending.DONE
        except (EngineError, VerifierError, Overrun) as error:
            ending, failure = Ending.FAILED, str(error)
        return Attempt(
            problem_id=problem.id,
            strategy=strategy.spec,
            seed=seed,
            answer=choice.answer,
            chosen=choice.path.id if choice.path else None,
            nodes=driver.tree.nodes,
            charges=tuple(driver.ledger.charges),
            ending=ending,
            error=failure,
        )

    async def solve_many(self, jobs: Iterable[Job], *, concurrency: int = 64) -> AsyncGenerator[Attempt, None]:
        """The attempts of all jobs, in the order in which they end; at most `concurrency` run at once.

        Jobs are drawn as places become free, so they may be a generator of any length. When the caller stops early
        (close the iterator, as contextlib.aclosing does), what still runs is cancelled.
        """
        waiting = iter(jobs)
        running: set[asyncio.Task[Attempt]] = set()
        ended: asyncio.Queue[asyncio.Task[Attempt]] = asyncio.Queue()

        def start(job: Job) -> None:
            task = asyncio.create_task(self.solve(*job))
            task.add_done_callback(ended.put_nowait)
            running.add(task)

        try:
            for job in islice(waiting, concurrency):
                start(job)
            while running:
                task = await ended.get()
                running.remove(task)
                for job in islice(waiting, 1):
                    start(job)
                yield task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _check_verifier(self, strategy: Strategy) -> None:
        if strategy.needs_verifier and self.verifier is None:
            raise BadRequest(f"the strategy {strategy.spec} needs a verifier")
