"""tuili audit: how often a grader is wrong, on pairs that somebody labelled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuili.cli import options
from tuili.cli.output import print_json, stdout
from tuili.errors import BadRequest
from tuili.records import AnswerKind

if TYPE_CHECKING:
    from tuili.evaluation.audit import Audit


def audit(
    file: Annotated[Path, typer.Argument(help="Labelled pairs: JSONL, JSON, CSV or Parquet.")],
    *,
    grader: Annotated[str, typer.Option(help="The grader's spec; `tuili list graders` shows what there is.")] = "math",
    gold: Annotated[str, typer.Option(help="The column of reference answers.")] = "gold",
    answer: Annotated[str, typer.Option(help="The column of answers.")] = "answer",
    label: Annotated[str, typer.Option(help="The column that says whether the answer is right.")] = "label",
    right: Annotated[
        list[str] | None,
        typer.Option(help="A label that means right; repeatable.", show_default="1, true, yes, right, correct, equal"),
    ] = None,
    kind: Annotated[
        AnswerKind | None,
        typer.Option(
            help="Answers are models' whole texts: extract this kind from them first (exact for refusals).",
            show_default="answers are taken as they are",
        ),
    ] = None,
    identity: Annotated[
        str | None, typer.Option("--id", help="The column of names.", show_default="row number")
    ] = None,
    prompt: Annotated[
        str | None, typer.Option(help="The column of problems, for graders that read them.", show_default="none")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Measure a grader's false accepts and false rejects on labelled pairs."""
    from tuili.evaluation.audit import audit as measured
    from tuili.evaluation.pairs import Columns, labelled_pairs
    from tuili.evaluation.summary import as_json as plain
    from tuili.grading import make_grader
    from tuili.tasks.rows import file_rows

    columns = Columns(gold=gold, answer=answer, label=label, id=identity, prompt=prompt)
    schema = "columns are named with --gold, --answer, --label, --id and --prompt"
    pairs = list(labelled_pairs(file_rows(file, schema), columns, kind=kind, right=right or ()))
    if not pairs:
        raise BadRequest(f"{file} has no rows")
    found = measured(make_grader(grader), pairs)
    if as_json:
        print_json({"grader": grader, **plain(found)})
    else:
        _show(found, grader)


def _show(found: Audit, grader: str) -> None:
    from tuili.cli.tables import audit_table

    stdout.print(audit_table(found, grader))
    listed = found.disagreements
    stdout.print(f"\n{len(listed)} disagreements{':' if listed else ''}", markup=False)
    for one in listed:
        stdout.print(f"  {one}", markup=False, soft_wrap=True)
