"""`python -m tuili.training KIND CONFIG [key=value …]`: one process of a training run; accelerate starts these."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

from accelerate import PartialState

from tuili.config import load_config

CONFIGS = {
    "sft": "SftConfig",
    "preference": "PreferenceConfig",
    "outcome": "OutcomeConfig",
    "process": "ProcessConfig",
    "rl": "RlConfig",
    "self-correction": "SelfCorrectionConfig",
}


def module_of(kind: str) -> ModuleType:
    return importlib.import_module(f"tuili.training.{kind.replace('-', '_')}")


def main() -> None:
    kind, path, *overrides = sys.argv[1:]
    module = module_of(kind)
    module.run(load_config(Path(path), getattr(module, CONFIGS[kind]), overrides))
    PartialState().wait_for_everyone()
    PartialState().destroy_process_group()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of the group may live on, and the interpreter's own way out would abort at them
