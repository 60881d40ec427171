"""Direct preference optimisation (DPO, arXiv 2305.18290) from right and wrong samples, on TRL's trainer."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import PreTrainedTokenizerBase, set_seed
from trl import DPOConfig, DPOTrainer

from tuili.conversation import encode, prompt_ids
from tuili.engines.local.loading import load
from tuili.training.lora import LoraKeys, lora
from tuili.training.pairs import Pair, read_pairs
from tuili.training.runner import Optimisation, arguments, optimizer, train


@dataclass(frozen=True, kw_only=True)
class PreferenceConfig(Optimisation, LoraKeys):
    base: str
    """The policy to go on from, which also is the reference: a folder, or with adapters also a GGUF file."""
    samples: str
    """A graded run folder: the policy's own samples on training problems."""
    pairs_per_problem: int = 4
    """The most pairs of a right and a wrong sample that a problem gives."""
    pairs: int = 16
    """Pairs a process and step."""
    beta: float = 0.1
    """How much it costs to go away from the reference."""


class PreferenceTrainer(DPOTrainer):
    """Of pairs that are tokens already."""

    config: PreferenceConfig
    optimizer: torch.optim.Optimizer | None

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            self.optimizer = optimizer(self.model, self.config)
        return self.optimizer

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """None: training.json says what was done."""


def run(config: PreferenceConfig) -> dict[str, Any]:
    set_seed(config.seed)
    model, tokenizer = load(Path(config.base), "float32")
    pairs = read_pairs(Path(config.samples), config.pairs_per_problem, random.Random(config.seed))
    rows = tokenized(pairs, tokenizer, count=config.steps * config.pairs * config.processes, seed=config.seed)
    trainer = PreferenceTrainer(
        model=model,
        args=dpo_arguments(config),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=lora(config),
    )
    trainer.config = config
    tokens = sum(2 * len(row["prompt_ids"]) + len(row["chosen_ids"]) + len(row["rejected_ids"]) for row in rows)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    # 6 to learn from a token, 2 for what the reference says of it
    return train(trainer, config, lambda: {"pairs": len(pairs), "tokens": tokens, "flops": 8.0 * parameters * tokens})


def dpo_arguments(config: PreferenceConfig) -> DPOConfig:
    return arguments(
        config,
        DPOConfig,
        per_device_train_batch_size=config.pairs,
        beta=config.beta,
        max_length=None,
        lr_scheduler_type="linear",
        logging_steps=10,
        train_sampling_strategy="sequential",
        gradient_checkpointing=False,
        bf16=False,
        disable_tqdm=True,
    )


def tokenized(
    pairs: list[Pair], tokenizer: PreTrainedTokenizerBase, *, count: int, seed: int
) -> list[dict[str, list[int]]]:
    """So many rows: all pairs in a random order, then all in another, and so on."""
    order: list[int] = []
    for epoch in range(-(-count // len(pairs))):
        order += random.Random(f"{seed}:{epoch}").sample(range(len(pairs)), len(pairs))
    made = [_row(pair, tokenizer) for pair in pairs]
    return [made[place] for place in order[:count]]


def _row(pair: Pair, tokenizer: PreTrainedTokenizerBase) -> dict[str, list[int]]:
    chosen, rejected = ([*encode(tokenizer, text), tokenizer.eos_token_id] for text in pair[1:])
    return {"prompt_ids": prompt_ids(tokenizer, pair.prompt), "chosen_ids": chosen, "rejected_ids": rejected}
