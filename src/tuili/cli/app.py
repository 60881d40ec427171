"""All commands, and what becomes of an error: exit status 0 done, 1 the work failed, 2 the request was wrong."""

from __future__ import annotations

import sys

import typer

from tuili.cli import (
    audit,
    claims,
    collect,
    demo,
    evaluate,
    listing,
    regrade,
    report,
    solve,
    sweep,
    thinking,
    train,
    validate,
)
from tuili.cli.output import say
from tuili.errors import BadRequest, TuiliError

app = typer.Typer(
    help="Train, search, verify and honestly evaluate reasoning models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("solve")(solve.solve)
app.command("eval")(evaluate.evaluate)
app.command("sweep")(sweep.sweep)
app.command("report")(report.report)
app.command("claims")(claims.claims)
app.command("list")(listing.list_)
app.command("validate")(validate.validate)
app.command("thinking")(thinking.thinking)
app.command("regrade")(regrade.regrade)
app.command("audit")(audit.audit)
app.add_typer(collect.app, name="collect")
app.command("train")(train.train)
app.command("demo")(demo.demo)


def main() -> None:
    """Runs the command line; a wrong request or failed work ends in one sentence on stderr."""
    try:
        app()
    except BadRequest as error:
        say(f"tuili: {error}")
        sys.exit(2)
    except TuiliError as error:
        say(f"tuili: {error}")
        sys.exit(1)
