"""The same solver in several processes that share a run's jobs, for models whose passes are too short to be shared.

Attempts share nothing, so it does not matter which process makes one. Workers are forked: they have the models that
were loaded before. What goes to them and comes back is pickled by multiprocessing, and never on a disk.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from itertools import islice
from multiprocessing.connection import Connection

from tuili.errors import BadRequest, TuiliError
from tuili.records import Attempt
from tuili.solver.solver import Job, Solver
from tuili.strategies import Strategy

SMALL = 10_000_000
"""Parameters up to which a pass is faster on one core than its parts on several are brought together."""


def suggested(solver: Solver) -> int:
    """How many workers are worth having here: one for a large model, on a GPU, or where nothing can be forked."""
    torch = sys.modules.get("torch")
    if torch is None or solver.engine.parameters > SMALL or _obstacle(solver):
        return 1
    return int(torch.get_num_threads())


class Workers:
    def __init__(self, solver: Solver, strategies: Iterable[Strategy], count: int) -> None:
        """strategies: all that jobs will have. Torch's threads are shared out. To be made before anything runs.

        Raises BadRequest where that cannot be."""
        if reason := _obstacle(solver):
            raise BadRequest(f"there cannot be more than one worker: {reason}")
        context = multiprocessing.get_context("fork")
        by_spec = {strategy.spec: strategy for strategy in strategies}
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            self._pipes.append(ours)
            process = context.Process(target=_work, args=(solver, by_spec, theirs, self._pipes, count), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)

    async def solve_many(self, jobs: Iterable[Job], *, concurrency: int = 64) -> AsyncGenerator[Attempt, None]:
        """As Solver.solve_many, with at most `concurrency` at once in each worker. One that is stopped early stops the
        workers.

        Raises TuiliError when a worker died: what it was at is lost, what ended is not.
        """
        loop, waiting, running = asyncio.get_running_loop(), iter(jobs), 0
        ended: asyncio.Queue[tuple[int, Attempt | Exception]] = asyncio.Queue()
        for number, pipe in enumerate(self._pipes):
            loop.add_reader(pipe.fileno(), self._receive, number, ended)
        try:
            for place, job in enumerate(islice(waiting, concurrency * len(self._pipes))):
                self._send(place % len(self._pipes), job)
                running += 1
            while running:
                number, reply = await ended.get()
                if isinstance(reply, Exception):
                    raise reply
                running -= 1
                for job in islice(waiting, 1):
                    self._send(number, job)
                    running += 1
                yield reply
        finally:
            for pipe in self._pipes:
                loop.remove_reader(pipe.fileno())
            if running:
                self.close()

    def close(self) -> None:
        """Ends the processes, whatever they are at."""
        for process in self._processes:
            process.kill()
            process.join()
        for pipe in self._pipes:
            pipe.close()

    def _send(self, number: int, job: Job) -> None:
        try:
            self._pipes[number].send((job.problem, job.strategy.spec, job.seed))
        except OSError:
            raise self._died(number) from None

    def _receive(self, number: int, ended: asyncio.Queue[tuple[int, Attempt | Exception]]) -> None:
        try:
            reply = self._pipes[number].recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._pipes[number].fileno())
            reply = self._died(number)
        ended.put_nowait((number, reply))

    def _died(self, number: int) -> TuiliError:
        self._processes[number].join()
        return TuiliError(f"a worker process ended with status {self._processes[number].exitcode}")


def _obstacle(solver: Solver) -> str | None:
    if "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return "this system cannot fork a process that has loaded a model"
    if not solver.engine.parameters:
        return f"{solver.engine.name} is no model, and may give its samples in the order in which they are asked for"
    torch = sys.modules.get("torch")
    return "a model on a GPU cannot be in two processes" if torch is not None and torch.cuda.is_available() else None


def _work(
    solver: Solver, strategies: Mapping[str, Strategy], pipe: Connection, others: Sequence[Connection], count: int
) -> None:
    """others: the ends that are not this process's: while it held one, nobody would see that the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent has it too, and ends its workers
    for each in others:
        each.close()
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(max(1, torch.get_num_threads() // count))
    asyncio.run(_serve(solver, strategies, pipe))


async def _serve(solver: Solver, strategies: Mapping[str, Strategy], pipe: Connection) -> None:
    """Until the parent is gone: then the process ends at once, with nothing to put in order."""
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[Attempt]] = set()

    def begin(job: Job) -> None:
        running.add(task := asyncio.create_task(solver.solve(*job)))
        task.add_done_callback(end)

    def end(task: asyncio.Task[Attempt]) -> None:
        running.remove(task)
        try:
            pipe.send(task.exception() or task.result())
        except OSError:
            os._exit(0)
        except Exception:  # what cannot be sent must not be waited for
            traceback.print_exc()
            os._exit(1)

    def listen() -> None:  # in a thread: who waits until all was sent to us must not wait for us to send
        try:
            while True:
                problem, spec, seed = pipe.recv()
                loop.call_soon_threadsafe(begin, Job(problem, strategies[spec], seed))
        except (EOFError, OSError):
            os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    await loop.create_future()
