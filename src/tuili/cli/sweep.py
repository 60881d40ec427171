"""tuili sweep: strategies × budgets × seeds of one config, in a run folder that the same command goes on from."""

from __future__ import annotations

from typing import Annotated

import typer

from tuili.cli import options
from tuili.cli.evaluate import run, show
from tuili.cli.output import say


def sweep(
    config: Annotated[str, typer.Argument(help="A TOML file, or the name of a shipped config.")],
    overrides: options.Overrides = None,
    workers: options.Workers = None,
    out: options.Out = None,
    as_json: options.AsJson = False,
) -> None:
    """Run strategies x values x budgets x seeds into one run folder; the same command continues it."""
    from tuili.config import find_config, load_config
    from tuili.eval import default_folder, prepare
    from tuili.sweep import SHIPPED, Sweep, expand

    expanded = expand(load_config(find_config("sweep", config, SHIPPED), Sweep, overrides or []))
    if expanded.derived:
        sources = " and ".join(dict.fromkeys(expanded.derived.values()))
        say(f"tuili: the report derives {', '.join(expanded.derived)} from the samples of {sources}")
    evaluation = prepare(expanded.request, workers)
    folder = out or default_folder(evaluation.header)
    run(evaluation, folder)
    show(folder, as_json)
