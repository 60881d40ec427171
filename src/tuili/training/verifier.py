"""What the two verifier trainings share: a token-classification head on any backbone, and a loss at labelled tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, linear
from transformers import AutoModelForTokenClassification, AutoTokenizer, PreTrainedModel, set_seed

from tuili.training.mini_attempts import MiniAttempts, Targets
from tuili.training.packing import IGNORED, PackedRows
from tuili.training.runner import MuonTrainer, Schedule, dataset_rows, train
from tuili.verifiers.reading import Surprise


@dataclass(frozen=True, kw_only=True)
class VerifierConfig(Schedule):
    base: str
    """The policy that the verifier starts from: a directory."""
    samples: tuple[str, ...]
    """Run folders: a policy's own samples on training problems, whole solutions off the root. Each run's are drawn
    equally often."""
    sampled_share: float = 0.4
    """Share of examples that are such samples; the rest is generated."""
    history: bool = False
    """Whether a revision among the samples is judged after the earlier attempts that the policy was shown before it."""
    drills: float = 0.1
    """Share of examples that are drills of true and false facts."""
    language_model_weight: float = 0.2
    """Weight of the loss that keeps the backbone predicting true steps."""


class VerifierTrainer(MuonTrainer):
    """Cross-entropy of the head at labelled tokens, and a little language-model loss beside it."""

    language_model_weight: float
    surprise: Surprise | None

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        labels, tokens = inputs["labels"], inputs["also_predict"]
        outputs = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            position_ids=inputs["position_ids"],
            output_hidden_states=True,
        )
        predicted = linear(outputs.hidden_states[-1][:, :-1], self._embeddings(model))
        logits = outputs.logits
        if self.surprise:
            likely = least_likely(predicted.detach(), inputs["input_ids"], labels, inputs["judged"])
            logits = logits.clone()
            logits[:, :, self.surprise.wrong] -= self.surprise.weight * likely
        loss = cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
        language = cross_entropy(predicted.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=IGNORED)
        loss = loss + self.language_model_weight * language
        return (loss, outputs) if return_outputs else loss

    def _embeddings(self, model: torch.nn.Module) -> torch.Tensor:
        unwrapped = self.accelerator.unwrap_model(model)
        weight: torch.Tensor = unwrapped.get_input_embeddings().weight
        return weight


def least_likely(predicted: Tensor, ids: Tensor, labels: Tensor, judged: Tensor) -> Tensor:
    """At the last token of each step: the log-probability of the step's least likely token [rows, tokens].

    predicted: logits of the tokens after the first [rows, tokens - 1, vocabulary]. A step ends where there is a label.
    """
    likely = predicted.new_zeros(ids.shape)
    likely[:, 1:] = predicted.log_softmax(-1).gather(2, ids[:, 1:, None]).squeeze(2)
    likely = likely.masked_fill(judged == 0, 0.0)
    ends = (labels != IGNORED).long()
    step = ends.cumsum(1) - ends
    least = likely.new_zeros(ids.shape).scatter_reduce(1, step, likely, "amin")
    return least.gather(1, step)


def train_verifier(
    config: VerifierConfig, classes: dict[int, str], targets: Targets, surprise: Surprise | None = None
) -> dict[str, Any]:
    set_seed(config.seed)
    tokenizer = AutoTokenizer.from_pretrained(config.base)
    model: PreTrainedModel = AutoModelForTokenClassification.from_pretrained(
        config.base, num_labels=len(classes), id2label=classes, label2id={name: i for i, name in classes.items()}
    )
    model.config.surprise = surprise.weight if surprise else 0.0
    make = MiniAttempts(
        tokenizer,
        targets,
        samples=[Path(run) for run in config.samples],
        sampled=config.sampled_share,
        drills=config.drills,
        history=config.history,
        longest=config.row_tokens,
    )
    rows = PackedRows(make, rows=dataset_rows(config), row_tokens=config.row_tokens, seed=config.seed)
    trainer = VerifierTrainer(model=model, config=config, rows=rows, tokenizer=tokenizer)
    trainer.language_model_weight, trainer.surprise = config.language_model_weight, surprise
    return train(trainer, config)
