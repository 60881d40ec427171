"""tuili validate: does every task's grader accept its own gold answers, and nothing spoiled? No model is needed.

With training data: does any of the task's problems stand in it?
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuili.cli import options
from tuili.cli.output import print_json, say, stdout
from tuili.errors import BadRequest

if TYPE_CHECKING:
    from tuili.tasks import Overlap, Validation

SHOWN = 5
"""Failures that are listed on the terminal; --json has them all."""
GOLD = 60
"""Characters of a gold answer that are shown there."""


def validate(
    tasks: Annotated[list[str] | None, typer.Argument(help="Task specs.", show_default="every task")] = None,
    data: options.Data = None,
    train: options.Train = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many problems.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Check that graders accept their tasks' own gold answers, and that no problem stands in the training data."""
    from tuili.tasks import TASKS, load, make_task, task_overlap, validate_items

    if (data or train) and len(tasks or ()) != 1:
        raise BadRequest(f"{'--data' if data else '--train'} is the file of one task: name that task")
    checked: dict[str, Validation] = {}
    overlaps: dict[str, Overlap] = {}
    for spec in tasks or sorted(TASKS):
        try:
            task = make_task(spec, data)
            items = load(task, limit)
            checked[spec] = validate_items(task, items)
            if train:
                overlaps[spec] = task_overlap(make_task(spec, train), items)
        except BadRequest as error:
            if tasks:
                raise
            say(f"{spec}: skipped, {error}")
    if as_json:
        print_json({spec: _plain(result, train, overlaps.get(spec)) for spec, result in checked.items()})
    else:
        _show(checked, train, overlaps)
    failed = any(result.failures for result in checked.values()) or any(overlap.found for overlap in overlaps.values())
    if failed or not checked:
        raise typer.Exit(1)


def _plain(result: Validation, train: Path | None, overlap: Overlap | None) -> dict[str, Any]:
    failures = [{"id": f.problem_id, "gold": f.gold, "reason": f.reason} for f in result.failures]
    compared = {"overlap": {"train": str(train), **asdict(overlap)}} if overlap else {}
    return {"problems": result.problems, "failures": failures, **compared}


def _show(checked: dict[str, Validation], train: Path | None, overlaps: dict[str, Overlap]) -> None:
    for spec, result in checked.items():
        passed = f"passed, {result.problems} problems"
        failed = f"FAILED, {result.problems} problems, {len(result.failures)} failures"
        stdout.print(f"{spec}: {failed if result.failures else passed}", markup=False)
        for failure in result.failures[:SHOWN]:
            shown = f"  {failure.problem_id}: {failure.reason} ({failure.gold[:GOLD]})"
            stdout.print(shown, markup=False, soft_wrap=True)
        if spec in overlaps:
            stdout.print(f"{spec} and {train}: {overlaps[spec]}", markup=False, soft_wrap=True)
