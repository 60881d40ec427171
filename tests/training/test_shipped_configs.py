"""Every shipped config is loaded and run for two steps, on models and data as small as can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

from tuili.config import load_config
from tuili.training.__main__ import CONFIGS, module_of
from tuili.training.launch import SHIPPED

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:You are using 'rollout_func'")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_two_steps(
    path: Path, tmp_path: Path, samples: Path, traces: Path, rows: Path, small_policy: Path, text_model: Path
) -> None:
    task, kind = path.stem.split("_")[:2]
    kind = {"score": "self-correction"}.get(kind, kind)
    module = module_of(kind)
    config = load_config(path, getattr(module, CONFIGS[kind]), [])
    small: dict[str, Any] = {"output": tmp_path / "out", "steps": 2, "processes": 1, "warmup_steps": 1}
    small |= {"base": text_model if task == "gsm8k" else small_policy, "samples": samples, "rows": 1, "pairs": 2}
    if kind in ("rl", "self-correction"):
        small |= {"problems": 2, "samples": 2 * config.updates, "updates": min(2, config.updates), "accumulate": 1}
        small |= {"max_tokens": 12, "save_steps": 2, "validation_limit": 3, "validation_steps": 2}
    if task == "gsm8k":
        small |= {"data": rows, "validation_data": rows}
    if getattr(config, "traces", ""):
        small |= {"traces": traces}
    if kind in ("process", "outcome"):
        small |= {"samples": [str(samples)]}
    known = {key: value for key, value in small.items() if hasattr(config, key)}
    record = module.run(load_config(path, type(config), [f"{key}={value}" for key, value in known.items()]))
    assert record["final_loss"] == record["final_loss"], "a number"
    assert (tmp_path / "out" / "training.json").is_file()
    assert (tmp_path / "out" / "model.safetensors").is_file()
    assert not (tmp_path / "out" / "adapter_model.safetensors").exists(), "adapters are merged"
