"""tuili claims: what others report, with what they leave unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuili.cli import options
from tuili.cli.output import print_json, stdout

if TYPE_CHECKING:
    from tuili.evaluation.claims.published import Cited


def claims(
    system: Annotated[str | None, typer.Option(help="Only systems with this in their name.")] = None,
    benchmark: Annotated[str | None, typer.Option(help="Only benchmarks with this in their name.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Show published results of reasoning systems, and what each leaves unsaid."""
    from tuili.evaluation.claims.published import find

    found = find(system, benchmark)
    if as_json:
        print_json({"claims": [_plain(one) for one in found]})
    else:
        _show(found)


def _plain(one: Cited) -> dict[str, Any]:
    from dataclasses import asdict

    source = {"name": one.source.name, "url": one.source.url, "date": one.source.date}
    return asdict(one.claim) | {"recalled": one.recalled, "unsaid": one.claim.unsaid, "source": source}


def _show(found: list[Cited]) -> None:
    from rich.table import Table

    from tuili.evaluation.claims.words import conditions, number

    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for column in ("system", "benchmark"):
        table.add_column(column, overflow="fold")
    table.add_column("claimed", justify="right", no_wrap=True)
    for column in ("how", "unsaid", "source"):
        table.add_column(column, overflow="fold")
    for one in found:
        claim, source = one.claim, one.source
        unsaid = ", ".join(name.replace("_", " ") for name in claim.unsaid)
        cite = f"{source.name}, {source.date}" + (f" (recalled: {', '.join(one.recalled)})" if one.recalled else "")
        table.add_row(claim.system, claim.benchmark, number(claim), conditions(claim), unsaid, cite)
    stdout.print(table, markup=False)
