"""What every Trainer run shares: arguments, the optimizer, resuming, and the record of what was done."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from tuili.provenance import commit, machine
from tuili.training.optimizer import MuonAdamW
from tuili.training.packing import PackedRows, collate


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The keys that every training config has."""

    output: str
    """Folder for checkpoints and the final model."""
    steps: int
    """Optimizer steps."""
    rows: int = 8
    """Packed rows a process and step."""
    row_tokens: int = 256
    """Tokens a row."""
    processes: int = 2
    """Data-parallel processes, one CPU thread each; gradients are averaged."""
    muon_lr: float = 0.02
    """Peak learning rate of Muon, for the matrices."""
    adamw_lr: float = 4e-3
    """Peak learning rate of AdamW, for everything else."""
    weight_decay: float = 0.0
    """Muon's weight decay."""
    warmup_steps: int = 100
    """Steps of linear warm-up; linear decay to zero follows."""
    save_steps: int = 500
    """Steps between checkpoints; the same command continues from the last one."""
    seed: int = 0
    """Seed of the weights and of the data."""


def arguments(config: Schedule, **more: Any) -> TrainingArguments:
    return TrainingArguments(
        output_dir=config.output,
        max_steps=config.steps,
        per_device_train_batch_size=config.rows,
        lr_scheduler_type="linear",
        warmup_steps=config.warmup_steps,
        save_steps=config.save_steps,
        save_total_limit=2,
        logging_steps=50,
        seed=config.seed,
        data_seed=config.seed,
        use_cpu=not torch.cuda.is_available(),
        report_to=[],
        remove_unused_columns=False,
        dataloader_num_workers=0,
        train_sampling_strategy="sequential",
        max_grad_norm=1.0,
        ddp_find_unused_parameters=False,
        **more,
    )


def dataset_rows(config: Schedule) -> int:
    return config.steps * config.rows * config.processes


def train(trainer: Trainer, config: Schedule) -> dict[str, Any]:
    """Trains (on from the last checkpoint, if there is one), saves the model and what was done, returns the latter."""
    output = Path(config.output)
    last = get_last_checkpoint(str(output)) if output.is_dir() else None
    started_at, start = commit(), time.time()
    result = trainer.train(resume_from_checkpoint=last)
    record = {
        "config": asdict(config),
        "tokens": config.steps * config.rows * config.processes * config.row_tokens,
        "seconds_of_last_session": round(time.time() - start),
        "resumed_from": last,
        "final_loss": result.training_loss,
        "commit": started_at,
        "machine": machine(),
    }
    if trainer.is_world_process_zero():
        trainer.save_model(str(output))
        trainer.state.save_to_json(str(output / "trainer_state.json"))
        (output / "training.json").write_text(json.dumps(record, indent=2) + "\n")
    return record


class MuonTrainer(Trainer):
    """transformers' Trainer over packed rows, with Muon and AdamW."""

    def __init__(
        self, *, model: PreTrainedModel, config: Schedule, rows: PackedRows, tokenizer: PreTrainedTokenizerBase
    ) -> None:
        # positions are rotations: a model can read what is longer than it was made for, once it is trained on that
        model.config.max_position_embeddings = max(model.config.max_position_embeddings, config.row_tokens)
        optimizer = MuonAdamW(model, muon_lr=config.muon_lr, adamw_lr=config.adamw_lr, weight_decay=config.weight_decay)
        super().__init__(
            model=model,
            args=arguments(config),
            data_collator=collate,
            train_dataset=rows,
            optimizers=(optimizer, None),
            processing_class=tokenizer,
        )
