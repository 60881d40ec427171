"""tuili report: run folders → one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuili.cli import options
from tuili.cli.output import print_json, say


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders.")],
    *,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    at_cost: Annotated[
        list[float] | None,
        typer.Option(
            help="A cost a problem, in FLOPs, at which strategies are compared; repeatable.",
            show_default="those of a vote of 1, 4, 16, … samples",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(help="The curve that all others are compared with.", show_default="the first majority"),
    ] = None,
    claims: Annotated[
        bool, typer.Option("--claims", help="Show beside the runs what others report; `tuili claims` lists it.")
    ] = False,
    training: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of `tuili train rl`: how accuracy grew with training compute; repeatable."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Write a report on one or several runs."""
    from tuili.evaluation.report import write_report
    from tuili.evaluation.summary import as_json as plain
    from tuili.training.measured import measured

    trainings = [measured(folder) for folder in training or ()]
    summaries = write_report(runs, out, at_cost=at_cost, baseline=baseline, claims=claims, trainings=trainings)
    say(f"tuili: wrote {out}")
    if as_json:
        print_json({"report": str(out), "tasks": plain(summaries)})
