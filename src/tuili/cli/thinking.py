"""tuili thinking: how much of what a model wrote came after it had the right answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuili.cli import options
from tuili.cli.output import print_json, say, stdout
from tuili.errors import BadRequest


def thinking(
    runs: Annotated[list[Path], typer.Argument(help="Run folders.")],
    as_json: options.AsJson = False,
) -> None:
    """Show over- and underthinking of recorded samples."""
    from tuili.cli.tables import thinking_table
    from tuili.evaluation.summary import as_json as plain
    from tuili.evaluation.thinking import thinking as measured

    found = [one for run in runs for one in measured(run)]
    if not found:
        raise BadRequest(f"{', '.join(map(str, runs))}: no strategy that draws whole samples has attempts there")
    if as_json:
        print_json({"thinking": plain(found)})
        return
    for one in found:
        stdout.print(thinking_table(one))
    say(
        "tuili: ξ_O is outcome efficiency, ξ_UT underthinking; the first correct thought is taken to end where a right "
        "answer first stands in the text, which may be too early (by chance) or too late (written in another way)"
    )
