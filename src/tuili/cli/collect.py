"""tuili collect: data sets for training, made of recorded runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuili.cli import options
from tuili.cli.output import print_json, say, stdout

app = typer.Typer(help="Make data sets for training of recorded runs.", no_args_is_help=True)


@app.command("traces")
def traces(
    runs: Annotated[
        list[Path], typer.Argument(help="Graded run folders on training problems: searches, or whole samples.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="The folder of the data set; what it holds is replaced.")],
    held_out: Annotated[
        list[Path] | None,
        typer.Option(help="Validation or test problems in the task's schema; repeatable. mini needs none."),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="How the texts mark thinking.", show_default="as the run's model did"),
    ] = None,
    per_problem: Annotated[int, typer.Option(min=1, help="The most journeys, and short solutions, of a problem.")] = 4,
    most: Annotated[int, typer.Option(min=1, help="The most wrong branches that a journey enters.")] = 2,
    enter: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The probability of entering a wrong branch beside the way.")
    ] = 0.5,
    doubtful: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Below this score the verifier holds a step to be wrong.")
    ] = 0.5,
    seed: Annotated[int, typer.Option(help="Of what is entered.")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """Make long thoughts that turn back from wrong branches, and short solutions of the same problems."""
    from tuili.evaluation.summary import as_json as plain
    from tuili.traces.collect import Parameters, collect

    parameters = Parameters(
        format=format_, per_problem=per_problem, most=most, enter=enter, doubtful=doubtful, seed=seed
    )
    header = collect(runs, out, parameters, held_out or ())
    if as_json:
        print_json(plain(header))
        return
    for name, count in header.counts.items():
        stdout.print(f"{count:>9,}  {name}")
    say(f"tuili: written to {out}; `tuili train sft mini_sft_journey --set traces={out}/journeys.jsonl` learns from it")
