"""tuili regrade: a run graded again with another grader or task, without generating anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tuili.cli import options
from tuili.cli.output import print_json, say, stderr, stdout

if TYPE_CHECKING:
    from tuili.evaluation.regraded import RunRegraded
    from tuili.regrade import Regrade

SHOWN = 20
"""Changed attempts that are listed on the terminal; --json and the report have more."""


def regrade(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    *,
    grader: Annotated[
        str | None, typer.Option(help="A grader's spec; `tuili list graders`.", show_default="the task's")
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(help="The spec of the task that gives the reference answers.", show_default="the run's"),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The task's rows.", show_default="those of the run")] = None,
    format_: Annotated[
        Literal["lines", "paragraphs", "plain"] | None,
        typer.Option("--format", help="How the texts mark thinking.", show_default="as the run's model did"),
    ] = None,
    trust_ids: Annotated[
        bool, typer.Option("--trust-ids", help="Grade by problem ids even where the task's prompts have changed.")
    ] = False,
    max_tokens: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Cut the samples to so many tokens first; repeatable.", show_default="whole texts"),
    ] = None,
    tokenizer: Annotated[
        Path | None,
        typer.Option(help="The model's tokenizer.json or folder, to cut at tokens.", show_default="by characters"),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Grade a recorded run again; the same command continues a regrade that was stopped."""
    from tuili.regrade import Request, prepare

    common: dict[str, Any] = {"run": run, "task": task, "data": data, "grader": grader, "format": format_}
    common |= {"trust_ids": trust_ids, "tokenizer": tokenizer}
    limits: list[int | None] = [*max_tokens] if max_tokens else [None]
    names = [_follow(prepare(Request(**common, max_tokens=limit))) for limit in limits]
    if not max_tokens:
        _show(run, names[0], as_json)
    elif as_json:
        print_json({"regrades": [str(run / "regrades" / name) for name in names]})
    say(f"tuili: the new grades are kept in {run}/regrades; `tuili report {run}` shows what they change")


def _follow(work: Regrade) -> str:
    """Grades under a progress bar; the name of what it made."""
    from rich.progress import Progress

    in_proportion = graded = 0
    with Progress(console=stderr) as progress:
        bar = progress.add_task(work.name, total=None)
        for line in work.attempts():
            progress.advance(bar)
            if line is not None:
                graded += 1
                in_proportion += line.in_proportion
    if in_proportion:
        say(f"tuili: {work.name}: {in_proportion} samples were cut at their share of the characters, not at a token")
    say(f"tuili: {work.name}: {graded} attempts graded")
    return work.name


def _show(run: Path, name: str, as_json: bool) -> None:
    from tuili.cli.tables import regraded_table
    from tuili.evaluation.regraded import regrades_of
    from tuili.evaluation.summary import as_json as plain

    found: RunRegraded = next(one for one in regrades_of(str(run), run) if one.name == name)
    if as_json:
        print_json(plain(found))
        return
    for strategy in found.strategies:
        stdout.print(regraded_table(strategy))
    for one in found.changed[:SHOWN]:
        before, after = (
            f"{answer!r} {grade.outcome}"
            for answer, grade in ((one.answer_before, one.before), (one.answer_after, one.after))
        )
        stdout.print(
            f"  {one.problem_id}, {one.strategy}, seed {one.seed}: {before} → {after}", markup=False, soft_wrap=True
        )
