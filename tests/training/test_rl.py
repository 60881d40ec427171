"""Reinforcement learning on tuili-mini, a few updates of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

from safetensors.torch import load_file  # noqa: E402
from small_runs import stopped_at  # noqa: E402

from tuili.checkpoints import embedded  # noqa: E402
from tuili.config import ConfigError  # noqa: E402
from tuili.grading import Outcome  # noqa: E402
from tuili.training import rl  # noqa: E402
from tuili.training.curves import Point, read_curves  # noqa: E402
from tuili.training.policy_trainer import PolicyTrainer  # noqa: E402
from tuili.training.rl import RlConfig  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:You are using 'rollout_func'")


@pytest.fixture
def config(tmp_path: Path) -> RlConfig:
    """Puzzles whose groups are mixed, more often than not."""
    return RlConfig(
        output=str(tmp_path / "rl"),
        base=str(embedded("policy")),
        steps=4,
        processes=1,
        problems=8,
        samples=4,
        weights={"pick": (0.0, 0.0, 1.0, 0.0, 0.0)},
        max_tokens=60,
        muon_lr=0.0,
        adamw_lr=1e-3,
        warmup_steps=0,
        save_steps=2,
        validation_limit=10,
        validation_samples=1,
        validation_steps=4,
    )


def timeless(points: list[Point]) -> list[Point]:
    return [replace(point, seconds={}) for point in points]


def test_a_stopped_run_goes_on_to_the_same_weights_and_curves(config: RlConfig, tmp_path: Path) -> None:
    whole = replace(config, output=str(tmp_path / "whole"), updates=2, lr_scheduler_type="linear")
    stopped = replace(whole, output=str(tmp_path / "stopped"))
    rl.run(whole)
    with stopped_at(PolicyTrainer, 2):
        rl.run(stopped)
    assert not (tmp_path / "stopped" / "model.safetensors").exists()
    rl.run(stopped)

    expected, resumed = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "stopped"))
    begun = load_file(embedded("policy") / "model.safetensors")
    for name, weight in expected.items():
        torch.testing.assert_close(resumed[name], weight, atol=1e-6, rtol=1e-5)
    assert any(not expected[name].equal(begun[name]) for name in begun), "something was learnt"
    assert timeless(list(read_curves(tmp_path / "stopped"))) == timeless(list(read_curves(tmp_path / "whole")))
    points = list(read_curves(tmp_path / "whole"))
    assert [point.step for point in points] == [0, 2, 4]
    assert [point.validation is not None for point in points] == [True, False, True]
    rates = [point.practised.trainer["learning_rate"] for point in points if point.practised]
    assert rates == pytest.approx([config.adamw_lr * 3 / 4, config.adamw_lr / 4]), "of the last update, going to zero"
    assert points[0].flops == 0 < points[1].flops < points[2].flops
    assert json.loads((tmp_path / "whole" / "training.json").read_text())["flops"] == points[2].flops


def test_samples_come_with_the_log_probabilities_that_the_policy_gives_them(
    config: RlConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the ratio to the policy that sampled is 1 where nothing was learnt since, and no pass is spent on it."""
    ratios = []
    compute = PolicyTrainer._compute_loss

    def watch(trainer: PolicyTrainer, model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        ids = torch.cat([inputs["prompt_ids"], inputs["completion_ids"]], 1)
        mask = torch.cat([inputs["prompt_mask"], inputs["completion_mask"]], 1)
        with torch.no_grad():
            now, _, _ = trainer._get_per_token_logps_and_entropies(model, ids, mask, inputs["completion_ids"].shape[1])
            own, _, _ = super(PolicyTrainer, trainer)._get_per_token_logps_and_entropies(
                model, ids, mask, inputs["completion_ids"].shape[1]
            )
        learnt = inputs["completion_mask"].bool()
        torch.testing.assert_close(now[learnt], own[learnt], atol=1e-4, rtol=1e-4)
        ratios.append((now - inputs["old_per_token_logps"])[learnt].abs().max())
        return compute(trainer, model, inputs)

    monkeypatch.setattr(PolicyTrainer, "_compute_loss", watch)
    rl.run(replace(config, steps=4, updates=2, problems=16))
    fresh, stale = ratios[::2], ratios[1::2]
    assert len(fresh) == len(stale) == 2
    assert max(fresh) < 1e-3 < min(stale), "every second update is from the samples of a policy that has moved on"


def test_what_teaches_nothing_is_not_put_through_the_model(config: RlConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grader that finds all answers right: all groups are skipped, and the policy stays what it was."""
    monkeypatch.setattr("tuili.training.rewards.OUTCOMES", dict.fromkeys(Outcome, 1.0))
    monkeypatch.setattr("tuili.training.rewards.final_answer", lambda *_, **__: "an answer")
    rl.run(replace(config, steps=1, save_steps=1, validation_steps=1))
    (_, point) = read_curves(Path(config.output))
    assert point.practised is not None
    assert point.practised.skipped == 1
    kept = load_file(Path(config.output) / "model.safetensors")
    begun = load_file(embedded("policy") / "model.safetensors")
    assert all(kept[name].equal(begun[name]) for name in begun)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"problems": 3, "processes": 2}, "problems must be a multiple of processes"),
        ({"samples": 1}, "samples must be at least 2"),
        ({"updates": 3, "problems": 3}, "multiples of updates"),
        ({"verifier": "process"}, "go together"),
        ({"verifier": "confidence", "process_weight": 1.0}, "own confidence is no reward"),
    ],
)
def test_what_cannot_be_trained_is_refused(config: RlConfig, changed: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        replace(config, **changed)  # type: ignore[arg-type]
