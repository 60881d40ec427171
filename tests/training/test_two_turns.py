"""SCoRe on a tiny model, a few updates of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("trl")

from safetensors.torch import load_file  # noqa: E402
from small_runs import stopped_at  # noqa: E402

from tuili.config import ConfigError  # noqa: E402
from tuili.engines.local.text import Codec  # noqa: E402
from tuili.errors import EngineError  # noqa: E402
from tuili.grading.outcome import CORRECT, INCORRECT, Grade  # noqa: E402
from tuili.mini.text import before_attempt  # noqa: E402
from tuili.mini.tokenizer import build_tokenizer  # noqa: E402
from tuili.records import Problem  # noqa: E402
from tuili.training import self_correction  # noqa: E402
from tuili.training.curves import read_curves  # noqa: E402
from tuili.training.problems import MiniPractice  # noqa: E402
from tuili.training.rewards import Rewards  # noqa: E402
from tuili.training.self_correction import SelfCorrectionConfig  # noqa: E402
from tuili.training.two_turns import TwoTurnTrainer  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:You are using 'rollout_func'")
SAMPLES = 4


class Coin:
    """A grader that calls answers right that are of even length: what a model says at random differs in that."""

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade:
        return CORRECT if answer is not None and len(answer) % 2 == 0 else INCORRECT

    def right(self, gold: str) -> str:
        return "right"

    def wrong(self, gold: str) -> str:
        return "wrong"


@pytest.fixture(autouse=True)
def coin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a random model writes is an answer."""
    monkeypatch.setattr("tuili.training.rl.make_grader", lambda _: Coin())
    monkeypatch.setattr("tuili.training.rewards.final_answer", lambda text, *_, **__: text)


@pytest.fixture
def config(tmp_path: Path, small_policy: Path) -> SelfCorrectionConfig:
    return SelfCorrectionConfig(
        output=str(tmp_path / "score"),
        base=str(small_policy),
        stage=2,
        steps=2,
        processes=1,
        problems=2,
        samples=SAMPLES,
        max_tokens=8,
        loss="dr_grpo",
        muon_lr=0.0,
        adamw_lr=1e-3,
        warmup_steps=0,
        save_steps=1,
        validation_limit=3,
        validation_samples=2,
        validation_steps=2,
    )


Batch = dict[str, "torch.Tensor"]


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """What the loss is made of, update by update."""
    seen: list[Batch] = []
    compute = TwoTurnTrainer._compute_loss

    def watch(trainer: TwoTurnTrainer, model: torch.nn.Module, inputs: Batch) -> torch.Tensor:
        seen.append(inputs)
        return compute(trainer, model, inputs)

    monkeypatch.setattr(TwoTurnTrainer, "_compute_loss", watch)
    monkeypatch.setattr("trl.trainer.grpo_trainer.shuffle_sequence_dict", lambda batch: batch)
    return seen


def kept(batch: Batch, row: int, part: str) -> list[int]:
    ids: list[int] = batch[f"{part}_ids"][row][batch[f"{part}_mask"][row].bool()].tolist()
    return ids


def test_a_stopped_run_goes_on_to_the_same_weights_and_curves(config: SelfCorrectionConfig, tmp_path: Path) -> None:
    whole, stopped = (replace(config, output=str(tmp_path / name)) for name in ("whole", "stopped"))
    self_correction.run(whole)
    with stopped_at(TwoTurnTrainer, 1):
        self_correction.run(stopped)
    self_correction.run(stopped)

    expected, resumed = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "stopped"))
    begun = load_file(Path(config.base) / "model.safetensors")
    for name, weight in expected.items():
        torch.testing.assert_close(resumed[name], weight, atol=1e-6, rtol=1e-5)
    assert any(not expected[name].equal(begun[name]) for name in begun), "something was learnt"
    whole_points, stopped_points = (
        [replace(point, seconds={}) for point in read_curves(tmp_path / name)] for name in ("whole", "stopped")
    )
    assert stopped_points == whole_points
    metrics = {"accuracy@t1", "accuracy@t2", "Δ", "Δ(i→c)", "Δ(c→i)"}
    assert [point.step for point in whole_points] == [0, 1, 2]
    for point in whole_points[1:]:
        assert point.practised is not None
        assert point.practised.corrected is not None
        assert point.practised.corrected.keys() == metrics
        assert {estimate.n for estimate in point.practised.corrected.values()} == {config.problems}
    for point in (whole_points[0], whole_points[2]):
        assert point.validation is not None
        assert point.validation.keys() >= metrics | {"all"}
        assert point.validation["all"].value == pytest.approx(point.validation["accuracy@t1"].value)
    assert json.loads((tmp_path / "whole" / "training.json").read_text())["flops"] == whole_points[2].flops


def test_each_turn_is_a_completion_that_is_compared_with_the_same_turn_of_its_group(
    config: SelfCorrectionConfig, batches: list[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[float | None] = []
    judge = Rewards.__call__

    def watch(rewards: Rewards, *arguments: Sequence[object]) -> object:
        given = judge(rewards, *arguments)  # type: ignore[arg-type]
        outcomes.extend(reward.outcome for reward in given)
        return given

    monkeypatch.setattr(Rewards, "__call__", watch)
    self_correction.run(replace(config, steps=1, problems=1, samples=8, validation_steps=1))
    (batch,) = batches
    first, second = outcomes[:8], outcomes[8:]
    shaped = torch.tensor([*first, *(11 * (after - before) for before, after in zip(first, second, strict=True))])
    groups = shaped.view(2, 8)
    torch.testing.assert_close(batch["advantages"], (groups - groups.mean(1, keepdim=True)).flatten())
    assert all(group.std() > 0 for group in groups), "else nothing was compared"

    tokenizer = build_tokenizer()
    prompt = MiniPractice(config.seed, config.weights).item(0).problem.prompt
    for row in range(8):
        attempt = Codec(tokenizer).decode(tuple(kept(batch, row, "completion")))
        assert kept(batch, row, "prompt") == tokenizer(before_attempt(prompt))["input_ids"]
        assert kept(batch, 8 + row, "prompt") == tokenizer(before_attempt(prompt, [attempt]))["input_ids"]


@pytest.mark.parametrize("stage", [1, 2])
def test_stage_one_holds_the_first_turn_alone(
    config: SelfCorrectionConfig, batches: list[Batch], stage: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update the policy is no longer the reference: in stage I the second turn does not notice."""
    monkeypatch.setattr("tuili.training.shaping.learns", lambda outcomes, _: [True] * len(outcomes))
    self_correction.run(replace(config, stage=stage, adamw_lr=0.05))  # type: ignore[arg-type]
    batch = batches[1]
    policy = batch["sampling_per_token_logps"]
    apart = ((batch["ref_per_token_logps"] - policy) * batch["completion_mask"]).abs()
    second = torch.arange(len(apart)) // SAMPLES % 2 == 1
    assert apart[~second].max() > 0.01
    assert (apart[second].max() == 0) == (stage == 1)
    rewarded = batch["advantages"].view(-1, 2, SAMPLES).abs().amax(dim=(0, 2)) > 0
    assert rewarded.tolist() == [stage == 2, True]


def test_the_first_turn_is_held_ten_times_as_much(config: SelfCorrectionConfig) -> None:
    assert replace(config, stage=1).beta == pytest.approx(0.1)
    assert config.beta == 0.01
    assert config.alpha == 10


def test_a_context_without_room_for_a_second_turn_is_an_error(config: SelfCorrectionConfig, tmp_path: Path) -> None:
    base = shutil.copytree(config.base, tmp_path / "base")
    settings = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(settings | {"max_position_embeddings": 22}))
    with pytest.raises(EngineError, match="no room in its 22 tokens of context"):
        self_correction.run(replace(config, base=str(base)))


@pytest.mark.parametrize(
    "changed", [{"rollouts": "transformers"}, {"updates": 2, "steps": 4, "save_steps": 2, "validation_steps": 2}]
)
def test_what_two_turns_cannot_be_learnt_from_is_refused(
    config: SelfCorrectionConfig, changed: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match="rollouts of the engine, and one update"):
        replace(config, **changed)  # type: ignore[arg-type]
