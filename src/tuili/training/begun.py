"""What a training began with, kept in its folder: only the same training goes on from the checkpoints there."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tuili.config import ConfigError

if TYPE_CHECKING:
    from tuili.training.runner import Optimisation

BEGUN = "begun.json"
MAY_CHANGE = ("steps", "save_", "validation_")
"""How the keys begin that may be others when a training is continued."""


def begin(config: Optimisation) -> None:
    """Keeps the config, where no training began before."""
    file = Path(config.output) / BEGUN
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(config), indent=2) + "\n")


def check_same(config: Optimisation) -> None:
    """Raises ConfigError where another training began in the output: the record would tell of one that never was."""
    file = Path(config.output) / BEGUN
    if not file.is_file():
        return
    begun, now = json.loads(file.read_text()), json.loads(json.dumps(asdict(config)))
    if other := [key for key in now if begun.get(key) != now[key] and not key.startswith(MAY_CHANGE)]:
        was = ", ".join(f"{key}={begun.get(key)}" for key in other)
        raise ConfigError(f"{config.output} holds a training begun with {was}: go on with that, or name another output")
