"""tuili eval: strategies on a task's problems, in a run folder that the same command goes on from."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuili.cli import options
from tuili.cli.output import print_json, say, stderr, stdout
from tuili.errors import TuiliError

if TYPE_CHECKING:
    from tuili.eval import Evaluation
    from tuili.grading.graded import AttemptGrades
    from tuili.records import Attempt

SHOWN = 3
"""Strategies that have room beside the progress bar."""


def evaluate(
    task: Annotated[str, typer.Argument(help="The task's spec; `tuili list tasks` shows what there is.")],
    *,
    data: options.Data = None,
    train: options.Train = None,
    model: options.Model = "mini",
    verifier: options.Verifier = None,
    strategies: Annotated[
        list[str] | None,
        typer.Option("--strategy", help="A strategy's spec; repeatable.", show_default="chain_of_thought"),
    ] = None,
    budget: options.Budget = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many problems.")] = None,
    seeds: Annotated[
        list[int] | None, typer.Option("--seed", help="Repeatable: each is another attempt.", show_default="0")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="The most that one sample may be long.", show_default="the task's")
    ] = None,
    temperature: options.Temperature = 1.0,
    workers: options.Workers = None,
    out: options.Out = None,
    as_json: options.AsJson = False,
) -> None:
    """Evaluate strategies on a task; the same command continues a run that was stopped."""
    from tuili.eval import Request, default_folder, prepare

    evaluation = prepare(
        Request(
            task=task,
            data=data,
            train=train,
            model=model,
            verifier=verifier,
            strategies=tuple(strategies or ["chain_of_thought"]),
            budget=budget,
            limit=limit,
            seeds=tuple(seeds or [0]),
            max_tokens=max_tokens,
            temperature=temperature,
        ),
        workers,
    )
    if found := evaluation.header.overlap:
        say("tuili: overlap with training data: " + ", ".join(f"{name} {value}" for name, value in found.items()))
    folder = out or default_folder(evaluation.header)
    run(evaluation, folder)
    show(folder, as_json)


def run(evaluation: Evaluation, folder: Path) -> None:
    """Runs or continues an evaluation under a progress bar.

    Raises TuiliError when every attempt failed; says how to go on when it is interrupted.
    """
    try:
        endings = asyncio.run(_follow(evaluation, folder))
    except KeyboardInterrupt:
        say(f"tuili: interrupted; what is done is kept in {folder}, and the same command continues from there")
        raise
    failed = sum(count for error, count in endings.items() if error)
    if failed:
        first = next(filter(None, endings))
        if failed == evaluation.total:
            raise TuiliError(f"all {failed} attempts failed: {first}")
        say(f"tuili: {failed} of {evaluation.total} attempts failed, the first with: {first}")


async def _follow(evaluation: Evaluation, folder: Path) -> Counter[str | None]:
    """How often attempts ended with each error, None for those that did not fail."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    errors: Counter[str | None] = Counter()
    tally = Tally()
    columns = MofNCompleteColumn(), BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}")
    try:
        with evaluation.open(folder) as opened, Progress(*columns, console=stderr) as progress:
            bar = progress.add_task("", total=evaluation.total)
            async with aclosing(evaluation.attempts(opened)) as attempts:
                async for attempt, line in attempts:
                    errors[attempt.error] += 1
                    tally.add(attempt, line)
                    progress.update(bar, advance=1, description=str(tally))
    finally:
        await evaluation.close()
    return errors


class Tally:
    """Accuracy so far: by strategy, or of all together where they are many."""

    def __init__(self) -> None:
        self._seen, self._correct = Counter[str](), Counter[str]()

    def add(self, attempt: Attempt, line: AttemptGrades) -> None:
        from tuili.grading import Outcome

        grade = line.grades.get(attempt.answer) if attempt.answer is not None else None
        self._seen[attempt.strategy] += 1
        self._correct[attempt.strategy] += grade is not None and grade.outcome is Outcome.CORRECT

    def __str__(self) -> str:
        seen, correct = self._seen, self._correct
        if len(seen) > SHOWN:
            return f"{len(seen)} strategies {correct.total() / seen.total():.1%} of {seen.total()}"
        return "  ".join(f"{spec} {correct[spec] / n:.1%} of {n}" for spec, n in seen.items())


def show(folder: Path, as_json: bool) -> None:
    """What a run came to: a table, or one JSON object."""
    from tuili.cli.tables import results_table, turns_table
    from tuili.evaluation.folder import read_run
    from tuili.evaluation.summary import as_json as plain
    from tuili.evaluation.summary import summarise

    summary = summarise([read_run(folder)])
    if as_json:
        print_json({"folder": str(folder), **plain(summary)})
    else:
        stdout.print(results_table(summary))
        for result in summary.results:
            if result.by_turn is not None:
                stdout.print(turns_table(result))
        say(f"tuili: kept in {folder}; `tuili report {folder}` draws it")
