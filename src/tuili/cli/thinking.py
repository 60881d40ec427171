"""tuili thinking: what a model did while it thought, and how much of it came after it had the right answer."""

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
    """Show over- and underthinking of recorded samples, and which behaviours of reasoning they show how often."""
    from tuili.cli.tables import behaviours_table, thinking_table
    from tuili.evaluation.behaviours import behaviours
    from tuili.evaluation.summary import as_json as plain
    from tuili.evaluation.thinking import thinking as measured

    found = [one for run in runs for one in measured(run)]
    if not found:
        raise BadRequest(f"{', '.join(map(str, runs))}: no strategy that draws whole samples has attempts there")
    shown = [one for run in runs for one in behaviours(run)]
    if as_json:
        print_json({"thinking": plain(found), "behaviours": plain(shown)})
        return
    for one in found:
        stdout.print(thinking_table(one))
    for each in shown:
        stdout.print(behaviours_table(each))
    if any(each.counted == "by phrases" for each in shown):
        say("tuili: behaviours counted by phrases are what a lexicon finds: it misses some and takes others for them")
    say(
        "tuili: ξ_O is outcome efficiency, ξ_UT underthinking; the first correct thought is taken to end where a right "
        "answer first stands in the text, which may be too early (by chance) or too late (written in another way)"
    )
