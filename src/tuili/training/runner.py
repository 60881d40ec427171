"""What every Trainer run shares: arguments, the optimizer, resuming, and the record of what was done."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from tuili.config import ConfigError
from tuili.provenance import commit, machine
from tuili.training.begun import begin
from tuili.training.curves import RECORD
from tuili.training.optimizer import make_optimizer
from tuili.training.packing import PackedRows, collate
from tuili.training.products import quicken


@dataclass(frozen=True, kw_only=True)
class Optimisation:
    """The keys that every training config has."""

    output: str
    """Folder for checkpoints and the final model."""
    steps: int
    """Optimizer steps."""
    processes: int = 2
    """Data-parallel processes, one CPU thread each; gradients are averaged."""
    muon_lr: float = 0.02
    """Peak learning rate of Muon, for the matrices; 0: they go to AdamW too."""
    adamw_lr: float = 4e-3
    """Peak learning rate of AdamW, for everything else."""
    weight_decay: float = 0.0
    """Muon's weight decay."""
    warmup_steps: int = 100
    """Steps of linear warm-up."""
    save_steps: int = 500
    """Steps between checkpoints; the same command continues from the last one."""
    save_total_limit: int = 2
    """How many checkpoints are kept, the newest; 0: all."""
    seed: int = 0
    """Seed of the weights and of the data."""

    def spent(self) -> dict[str, Any]:
        """What training costs, as far as the config alone says it: part of the record."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Schedule(Optimisation):
    """The keys of trainings on packed rows; their learning rates fall to zero in a line."""

    rows: int = 8
    """Packed rows a process and step."""
    row_tokens: int = 256
    """Tokens a row."""

    def spent(self) -> dict[str, Any]:
        return {"tokens": dataset_rows(self) * self.row_tokens}


A = TypeVar("A", bound=TrainingArguments)


def arguments(config: Optimisation, kind: type[A], **more: Any) -> A:
    """The arguments of a Trainer of any kind that follow from what every config has.

    Raises ConfigError when not as many processes were started as the config's steps are counted for.
    """
    if (started := int(os.environ.get("WORLD_SIZE", "1"))) != config.processes:
        raise ConfigError(f"processes is {config.processes}, but {started} were started")
    made: A = kind(
        output_dir=config.output,
        max_steps=config.steps,
        warmup_steps=config.warmup_steps,
        save_steps=config.save_steps,
        save_total_limit=config.save_total_limit or None,
        seed=config.seed,
        data_seed=config.seed,
        use_cpu=not torch.cuda.is_available(),
        report_to=[],
        remove_unused_columns=False,
        dataloader_num_workers=0,
        max_grad_norm=1.0,
        ddp_find_unused_parameters=False,
        **more,
    )
    return made


def dataset_rows(config: Schedule) -> int:
    return config.steps * config.rows * config.processes


def optimizer(model: torch.nn.Module, config: Optimisation) -> torch.optim.Optimizer:
    return make_optimizer(model, muon_lr=config.muon_lr, adamw_lr=config.adamw_lr, weight_decay=config.weight_decay)


def last_checkpoint(config: Optimisation) -> str | None:
    """The folder that a run goes on from."""
    return get_last_checkpoint(config.output) if Path(config.output).is_dir() else None


def train(trainer: Trainer, config: Optimisation, measured: Callable[[], Mapping[str, Any]] = dict) -> dict[str, Any]:
    """Trains (on from the last checkpoint, if there is one), saves the model and what was done, returns the latter.

    measured: what else is known of it in the end.
    """
    output, last = Path(config.output), last_checkpoint(config)
    if trainer.is_world_process_zero():
        begin(config)
    quicken(trainer.model)
    started_at, start = commit(), time.time()
    result = trainer.train(resume_from_checkpoint=last)
    # the steps since the last log are each process's own in what the Trainer returns
    own = torch.tensor(result.training_loss, device=trainer.accelerator.device)
    loss = float(trainer.accelerator.reduce(own, reduction="mean"))
    record = {
        "config": asdict(config),
        **config.spent(),
        **measured(),
        "seconds_of_last_session": round(time.time() - start),
        "resumed_from": last,
        "final_loss": loss,
        "commit": started_at,
        "machine": machine(),
    }
    if trainer.is_world_process_zero():
        _save(trainer, str(output))
        trainer.state.save_to_json(str(output / "trainer_state.json"))
        (output / RECORD).write_text(json.dumps(record, indent=2) + "\n")
    return record


def _save(trainer: Trainer, output: str) -> None:
    """As a model that anything can load: adapters are merged into it."""
    model = trainer.accelerator.unwrap_model(trainer.model)
    if not hasattr(model, "merge_and_unload"):
        trainer.save_model(output)
        return
    model.merge_and_unload().save_pretrained(output)
    trainer.processing_class.save_pretrained(output)


class MuonTrainer(Trainer):
    """transformers' Trainer over packed rows, with Muon and AdamW."""

    def __init__(
        self, *, model: PreTrainedModel, config: Schedule, rows: PackedRows, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        if getattr(model.config, "rope_parameters", None):
            # where positions are rotations, a model can read what is longer than it was made for, once trained on it
            model.config.max_position_embeddings = max(model.config.max_position_embeddings, config.row_tokens)
        super().__init__(
            model=model,
            args=arguments(
                config,
                TrainingArguments,
                per_device_train_batch_size=config.rows,
                lr_scheduler_type="linear",
                logging_steps=50,
                train_sampling_strategy="sequential",
            ),
            data_collator=collate,
            train_dataset=rows,
            optimizers=(optimizer(model, config), None),
            processing_class=tokenizer,
        )
