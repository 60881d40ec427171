"""Starts the processes of a training run: one for each of the config's `processes`, through torch's launcher."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tuili.config import find_config, load_config
from tuili.training.__main__ import CONFIGS, module_of
from tuili.training.begun import check_same

SHIPPED = Path(__file__).parent / "configs"


def launch(kind: str, config: str, overrides: Sequence[str]) -> int:
    """Checks the config, trains, and returns the exit status of the processes.

    Raises BadRequest for a config that cannot be used, before anything is started.
    """
    path = find_config("training", config, SHIPPED)
    checked = load_config(path, getattr(module_of(kind), CONFIGS[kind]), list(overrides))
    check_same(checked)
    import torch

    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(checked.processes)]
    # TRL reports what is trained to its makers unless it is told not to, and warns of functions that we need
    environment = os.environ | {"HF_HUB_DISABLE_TELEMETRY": "1", "TRL_EXPERIMENTAL_SILENCE": "1"}
    if not torch.cuda.is_available():
        # one thread a process: two processes of one thread train about twice as fast as one of two threads
        environment |= {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *launcher, "-m", "tuili.training", kind, str(path), *overrides]
    with subprocess.Popen(command, env=environment) as processes:
        try:
            return processes.wait()
        except KeyboardInterrupt:
            processes.wait()  # the launcher got the signal too and ends its processes
            raise
