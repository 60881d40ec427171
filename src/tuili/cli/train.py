"""tuili train: a training run from a config, continued by the same command."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from tuili.cli import options
from tuili.cli.output import say


class Kind(StrEnum):
    SFT = "sft"
    PREFERENCE = "preference"
    RL = "rl"
    SELF_CORRECTION = "self-correction"
    OUTCOME = "outcome"
    PROCESS = "process"


def train(
    kind: Annotated[
        Kind,
        typer.Argument(help="A policy (sft, preference, rl, self-correction), or a verifier (outcome, process)."),
    ],
    config: Annotated[str, typer.Argument(help="A TOML file, or the name of a shipped config.")],
    overrides: options.Overrides = None,
) -> None:
    """Train a model from a config; the same command continues an interrupted run from its last checkpoint."""
    from tuili.training.launch import launch

    try:
        status = launch(kind, config, overrides or [])
    except KeyboardInterrupt:
        say("tuili: interrupted; the same command continues from the last checkpoint")
        raise
    if status != 0:
        say(f"tuili: training failed with status {status}; the same command continues from the last checkpoint")
        raise typer.Exit(1)
