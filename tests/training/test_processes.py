"""Two processes and one, on the same global batch."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

from safetensors.torch import load_file  # noqa: E402

from tuili.checkpoints import embedded  # noqa: E402
from tuili.training.curves import Point, read_curves  # noqa: E402
from tuili.training.launch import launch  # noqa: E402

STEPS = {"steps": 3, "warmup_steps": 0, "save_steps": 3, "base": embedded("sft")}
SFT = STEPS | {"row_tokens": 128}
RL = STEPS | {"problems": 8, "samples": 4, "validation_limit": 4, "validation_samples": 1, "validation_steps": 3}
# after larger ones rounding alone makes other samples: AdamW divides by what may be next to nothing
SMALL_STEPS = {"adamw_lr": 1e-6}
# so many that in each step both processes have something to learn: one without reads a row all the same
MANY = SMALL_STEPS | {"problems": 16}


def trained(folder: Path, kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    config = "mini_score_2" if kind == "self-correction" else f"mini_{kind}"
    assert launch(kind, config, [f"{key}={value}" for key, value in settings.items()] + [f"output={folder}"]) == 0
    record: dict[str, Any] = json.loads((folder / "training.json").read_text())
    return record


def summed(point: Point) -> dict[str, float]:
    """What a rollout and its updates were like; sums in another order differ in the last digits."""
    made = point.practised
    if made is None:
        return {}
    corrected = {name: estimate.value for name, estimate in (made.corrected or {}).items()}
    return {"skipped": made.skipped, "tokens": made.tokens, **made.parts, **made.trainer, **corrected}


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("sft", {"rows": 4}, {"rows": 2}),
        ("rl", MANY, MANY),
        ("self-correction", SMALL_STEPS, SMALL_STEPS),
    ],
)
def test_the_loss_and_the_weights_are_the_same(
    tmp_path: Path, kind: str, one: dict[str, float], two: dict[str, float]
) -> None:
    settings = SFT if kind == "sft" else RL
    first = trained(tmp_path / "one", kind, settings | one | {"processes": 1})
    second = trained(tmp_path / "two", kind, settings | two | {"processes": 2})
    assert math.isclose(first["final_loss"], second["final_loss"], rel_tol=1e-4, abs_tol=1e-5)
    before = load_file(embedded("sft") / "model.safetensors")
    expected, found = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    for name, weight in expected.items():
        # much less than other gradients would part them; AdamW's first steps are as long where rounding alone decides
        moved = torch.linalg.vector_norm(weight - before[name])
        assert torch.linalg.vector_norm(found[name] - weight) <= 0.5 * moved

    if kind != "sft":
        alike = [list(read_curves(tmp_path / name)) for name in ("one", "two")]
        for alone, shared in zip(*alike, strict=True):
            assert alone.validation == shared.validation
            assert math.isclose(alone.flops, shared.flops)
            assert summed(alone) == pytest.approx(summed(shared), rel=1e-4, abs=1e-5)
