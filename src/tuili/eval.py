"""An evaluation: a task's problems put to strategies, every attempt and its grades kept, continued after any stop.

Here gold answers and strategies are in one place: what the solver gets is the problem alone, and an answer is graded
only when its attempt is over and on the disk.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping, Set
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuili import provenance
from tuili.codec import encode
from tuili.engines import ENGINES, make_engine
from tuili.errors import BadRequest, TuiliError
from tuili.grading import Grader, make_grader
from tuili.grading.graded import AttemptGrades
from tuili.jsonl import Log
from tuili.ledger import Budget
from tuili.records import Attempt, RunHeader, Sampling
from tuili.runs import Key, Run, keep_problems, open_grades, read_attempts, read_grades
from tuili.solver import Job, Solver
from tuili.solver.workers import Workers, suggested
from tuili.spec import Spec, bind, full_spec
from tuili.strategies import Strategy, make_strategy
from tuili.tasks import TASKS, Item, load, make_task, task_overlap
from tuili.verifiers import VERIFIERS, make_verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is wanted, as specs: nothing is checked or loaded yet."""

    task: str
    data: Path | None = None
    train: Path | None = None
    """Training data in the task's schema: how many of the problems stand in it goes into the header."""
    model: str
    verifier: str | None = None
    strategies: tuple[str, ...]
    budget: str | None = None
    limit: int | None = None
    """Only the first so many problems."""
    seeds: tuple[int, ...] = (0,)
    max_tokens: int | None = None
    """None: what the task says is enough."""
    temperature: float = 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A request that was checked, with its models loaded."""

    header: RunHeader
    items: Mapping[str, Item]
    """By problem id, in the task's order."""
    strategies: tuple[Strategy, ...]
    solver: Solver
    grader: Grader
    workers: Workers | None = None
    """The same solver in several processes; None: in this one."""

    @property
    def total(self) -> int:
        """How many attempts a finished run has."""
        return len(self.header.seeds) * len(self.items) * len(self.strategies)

    def open(self, folder: Path) -> Run:
        """The run folder, begun or continued. Raises BadRequest when it holds another run."""
        run = Run(folder, self.header)
        try:
            keep_problems(folder, [item.problem for item in self.items.values()])
        except TuiliError:
            run.close()
            raise
        return run

    async def attempts(self, run: Run) -> AsyncGenerator[tuple[Attempt, AttemptGrades], None]:
        """Every attempt of the run with its grades: those that the folder has, then the others as they end.

        An attempt is on the disk before it is yielded.
        """
        with open_grades(run.folder) as log:
            known = {line.key: line for line in read_grades(run.folder, AttemptGrades)}
            for attempt in read_attempts(run.folder):
                yield attempt, known.get(attempt.key) or await self._grade(attempt, log)
            solver = self.workers or self.solver
            async with aclosing(solver.solve_many(self._jobs(run.done_keys()))) as ended:
                async for attempt in ended:
                    run.append(attempt)
                    yield attempt, await self._grade(attempt, log)

    async def close(self) -> None:
        if self.workers is not None:
            self.workers.close()
        await self.solver.engine.close()
        if self.solver.verifier is not None:
            await self.solver.verifier.close()

    def _jobs(self, done: Set[Key]) -> Iterator[Job]:
        """What is left, strategies innermost: a run that is stopped early has compared them on the same problems."""
        for seed in self.header.seeds:
            for item in self.items.values():
                for strategy in self.strategies:
                    if (item.problem.id, strategy.spec, seed) not in done:
                        yield Job(item.problem, strategy, seed)

    async def _grade(self, attempt: Attempt, log: Log[AttemptGrades]) -> AttemptGrades:
        # in a thread: comparing mathematics can take seconds, and the engine must not wait for it
        line = await asyncio.to_thread(self._grades, attempt)
        log.append(line)
        return line

    def _grades(self, attempt: Attempt) -> AttemptGrades:
        item = self.items[attempt.problem_id]
        answers = dict.fromkeys([attempt.answer, *(node.answer for node in attempt.nodes)])
        grades = {
            answer: self.grader.grade(item.problem, item.gold, answer) for answer in answers if answer is not None
        }
        return AttemptGrades(*attempt.key, grades)


def prepare(request: Request, workers: int | None = None) -> Evaluation:
    """Checks a request, what is cheap first, and loads its models. Raises BadRequest for whatever cannot be done.

    workers: processes that share the attempts; None: as many as are worth having.
    """
    bind("engine", Spec.parse(request.model), ENGINES)
    if request.verifier:
        bind("verifier", Spec.parse(request.verifier), VERIFIERS)
    strategies = tuple({made.spec: made for made in map(make_strategy, request.strategies)}.values())
    budget = Budget.parse(request.budget) if request.budget else Budget()
    task = make_task(request.task, request.data)
    if task.grader is None:
        raise BadRequest(f"{task.name} can be loaded but not graded yet")
    items = {item.problem.id: item for item in load(task, request.limit)}
    overlap = _overlap(request, list(items.values()))
    sampling = Sampling(max_tokens=request.max_tokens or task.max_tokens, temperature=request.temperature)
    solver = Solver(
        engine=make_engine(request.model),
        verifier=make_verifier(request.verifier) if request.verifier else None,
        sampling=sampling,
        budget=budget,
    )
    for strategy in strategies:
        for item in items.values():
            solver.check(strategy, item.problem)
    header, grader = _header(request, solver, strategies, len(items)), make_grader(task.grader)
    count = min(workers or suggested(solver), len(items) * len(strategies) * len(header.seeds))
    header = replace(header, overlap=overlap, machine={**header.machine, "workers": str(count)})
    shared = Workers(solver, strategies, count) if count > 1 else None
    return Evaluation(header, items, strategies, solver, grader, shared)


def default_folder(header: RunHeader) -> Path:
    """runs/TASK-DIGEST, where the digest is of all that makes a run another run: the same request, the same folder."""
    same = replace(header, versions={}, machine={}, commit=None, created="")
    digest = hashlib.sha256(encode(same).encode()).hexdigest()[:8]
    return Path("runs") / f"{Spec.parse(header.task).name}-{digest}"


def _overlap(request: Request, items: list[Item]) -> dict[str, Any]:
    """Empty without training data."""
    if request.train is None:
        return {}
    found = task_overlap(make_task(request.task, request.train), items)
    return {
        "train": str(request.train),
        "problems": found.tested,
        "exact": len(found.exact),
        "13-gram": len(found.ngram),
    }


def _header(request: Request, solver: Solver, strategies: tuple[Strategy, ...], problems: int) -> RunHeader:
    task = Spec.parse(request.task)
    parameters = {"generator": solver.engine.parameters}
    if solver.verifier is not None:
        parameters["verifier"] = solver.verifier.parameters
    sampling = asdict(solver.sampling)
    del sampling["until"], sampling["resumable"]  # each ask of a strategy says where it stops
    return RunHeader(
        task=full_spec(task.name, bind("task", task, TASKS)[1]),
        data=str(request.data) if request.data else None,
        model=solver.engine.name,
        verifier=solver.verifier.name if solver.verifier else None,
        strategies=tuple(strategy.spec for strategy in strategies),
        budget=str(solver.budget) or None,
        seeds=tuple(dict.fromkeys(request.seeds)),
        problems=problems,
        limit=request.limit,
        sampling=sampling,
        versions=provenance.versions(),
        machine=provenance.machine(),
        commit=provenance.commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        parameters=parameters,
    )
