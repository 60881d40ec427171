"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Model = Annotated[str, typer.Option(help="The engine's spec; `tuili list engines` shows what there is.")]
Verifier = Annotated[str | None, typer.Option(help="The verifier's spec; `tuili list verifiers`.")]
Budget = Annotated[
    str | None, typer.Option(help="The most that one attempt may spend, verifier included: tokens=2000,flops=1e9.")
]
Temperature = Annotated[float, typer.Option(min=0.0, help="Of sampling; 0 takes the likeliest token.")]
Data = Annotated[Path | None, typer.Option(help="The task's rows: JSONL, JSON, CSV or Parquet.")]
Train = Annotated[
    Path | None, typer.Option(help="Training data in the task's schema, to be compared with its problems for overlap.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Replaces a key of the config; repeatable.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Processes that share the attempts.",
        show_default="one for each of torch's threads if the model is small and on a CPU, else one",
    ),
]
Out = Annotated[Path | None, typer.Option(help="The run folder.", show_default="runs/TASK-DIGEST")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, everything else on stderr.")]
