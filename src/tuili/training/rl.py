"""Reinforcement learning from verifiable rewards: GRPO and what became of it, on TRL's trainer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from transformers import set_seed
from trl import GRPOConfig

from tuili.config import ConfigError
from tuili.engines.local.loading import load as load_model
from tuili.grading import make_grader
from tuili.steps import FORMATS
from tuili.tasks import load, make_task
from tuili.training.lora import LoraKeys
from tuili.training.losses import LOSSES
from tuili.training.policy_trainer import PolicyTrainer
from tuili.training.problems import practice
from tuili.training.rewards import Rewards
from tuili.training.runner import Optimisation, arguments, last_checkpoint, train
from tuili.training.validation import Validation
from tuili.verifiers import make_verifier


@dataclass(frozen=True, kw_only=True)
class RlConfig(Optimisation, LoraKeys):
    """`steps` are updates; `save_steps` and `validation_steps` count them too and are multiples of `updates`."""

    turns: ClassVar[int] = 1
    """Completions of an episode, each shown those before it."""

    base: str
    """The policy to go on from: a folder or a GGUF file."""
    format: Literal["lines", "paragraphs", "plain"] = "lines"
    """How it writes its thinking."""
    task: str = "mini"
    """The task to practise; `mini` draws new train puzzles for every rollout."""
    data: str = ""
    """A file of the task's training rows; empty: the task's own, for tasks whose own rows are for training."""
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """mini: how often a puzzle is of each level of a family; without any, all are alike."""
    rollouts: Literal["engine", "vllm", "transformers"] = "engine"
    """What samples: tuili's engine in the training process, vLLM beside it, or transformers' generate."""
    max_tokens: int = 256
    """The longest completion."""
    problems: int = 32
    """Problems a rollout, over all processes."""
    samples: int = 8
    """Completions a problem: a group."""
    updates: int = 1
    """Updates from one rollout, each from its own part of it."""
    accumulate: int = 1
    """Passes an update is made in, where memory does not hold it in one."""
    batch: int = 384
    """The most completions that run at once in a process."""
    cache_gib: float = 1.0
    """The engine's memory for keys and values, in each process."""
    lr_scheduler_type: Literal["constant_with_warmup", "linear", "cosine"] = "constant_with_warmup"
    """What becomes of the learning rate after its warm-up: it stays, or falls to zero until the last step."""
    loss: Literal["grpo", "dapo", "dr_grpo", "gspo"] = "dapo"
    """How advantages and token losses are normalised, and what a ratio is of: see losses.py."""
    clip_low: float = 0.2
    """The ratio to the policy that sampled is clipped at 1 - clip_low,"""
    clip_high: float = 0.28
    """and at 1 + clip_high."""
    kl: float = 0.0
    """Weight of the KL divergence from the policy that training began with."""
    outcome_weight: float = 1.0
    """Weight of a right answer."""
    format_weight: float = 0.0
    """Weight of a turn that was ended and gives an answer."""
    process_weight: float = 0.0
    """Weight of the verifier's score."""
    length_weight: float = 0.0
    """Weight of the penalty, down to -1, for what comes near max_tokens."""
    length_buffer: int = 0
    """How many tokens before max_tokens that penalty begins."""
    grader: str = ""
    """A grader's spec; empty: the task's own."""
    verifier: str = ""
    """A verifier's spec, where process_weight is not 0."""
    validation: str = "mini:split=validation"
    """A task whose pass@1 is measured on the way."""
    validation_data: str = ""
    """A file of its rows; empty: the task's own."""
    validation_limit: int = 400
    """Only its first so many problems."""
    validation_samples: int = 4
    """Completions a problem there."""
    validation_steps: int = 100
    """Updates between two measurements."""

    def __post_init__(self) -> None:
        completions = self.problems * self.samples
        if self.problems % self.processes or completions % (self.processes * self.updates * self.accumulate):
            raise ConfigError(
                "problems must be a multiple of processes, and problems x samples of processes x updates x accumulate"
            )
        if self.samples < 2:
            raise ConfigError("samples must be at least 2: a completion is compared with the others of its problem")
        if self.steps % self.updates or self.save_steps % self.updates or self.validation_steps % self.updates:
            raise ConfigError("steps, save_steps and validation_steps must be multiples of updates")
        if bool(self.verifier) != bool(self.process_weight):
            raise ConfigError("verifier and process_weight go together")
        if self.verifier.startswith("confidence"):
            raise ConfigError("a policy's own confidence is no reward")

    @property
    def beta(self) -> float:
        """What the KL divergence weighs in the loss."""
        return self.kl


def run(config: RlConfig) -> dict[str, Any]:
    with closing(make_trainer(config)) as trainer:
        return train(trainer, config, trainer.measured)


def make_trainer(
    config: RlConfig, kind: type[PolicyTrainer] = PolicyTrainer, validation: type[Validation] = Validation
) -> PolicyTrainer:
    """Ready to begin, or to go on. Raises BadRequest for a task, grader, verifier or model that cannot be had."""
    set_seed(config.seed)
    form = FORMATS[config.format]
    problems, task = practice(config.task, config.data, config.seed, config.weights)
    rewards = Rewards(
        grader=make_grader(config.grader or task.grader or ""),
        verifier=make_verifier(config.verifier) if config.verifier else None,
        outcome_weight=config.outcome_weight,
        format_weight=config.format_weight,
        process_weight=config.process_weight,
        length_weight=config.length_weight,
        max_tokens=config.max_tokens,
        length_buffer=config.length_buffer,
    )
    held_out = make_task(config.validation, Path(config.validation_data) if config.validation_data else None)
    items = load(held_out, config.validation_limit)
    model, tokenizer = load_model(Path(config.base), "float32")
    last = last_checkpoint(config)
    return kind(
        model=model,
        tokenizer=tokenizer,
        config=config,
        arguments=grpo_arguments(config),
        practice=problems,
        rewards=rewards,
        form=form,
        validation=validation(items, config.validation_samples, make_grader(held_out.grader or ""), form),
        begun=int(last.rpartition("-")[2]) if last else 0,
    )


def grpo_arguments(config: RlConfig) -> GRPOConfig:
    """TRL's words for a config."""
    parts = config.updates * config.accumulate
    return arguments(
        config,
        GRPOConfig,
        per_device_train_batch_size=config.problems * config.samples * config.turns // (config.processes * parts),
        gradient_accumulation_steps=config.accumulate,
        steps_per_generation=parts,
        num_generations=config.samples,
        max_completion_length=config.max_tokens,
        temperature=1.0,
        beta=config.beta,
        epsilon=config.clip_low,
        epsilon_high=config.clip_high,
        use_vllm=config.rollouts == "vllm",
        shuffle_dataset=False,
        lr_scheduler_type=config.lr_scheduler_type,
        logging_steps=config.updates,
        gradient_checkpointing=False,
        bf16=False,
        ddp_broadcast_buffers=False,  # processes make different numbers of passes
        disable_tqdm=True,
        **LOSSES[config.loss],
    )
