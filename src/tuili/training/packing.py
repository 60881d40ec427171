"""Short examples packed into rows of one length: no padding to speak of, and no example sees another."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch.utils.data import Dataset

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids with one target each; IGNORED where the loss does not look."""

    ids: Sequence[int]
    targets: Sequence[int]
    """Language model: the token itself (the model shifts). Verifier: the class of what ends at this token."""
    also_predict: Sequence[int] | None = None
    """For a verifier that keeps a language-model loss beside its own: the tokens, as targets are for a model."""
    judged: Sequence[int] | None = None
    """For a process verifier: 1 for the tokens of the steps that have a target, 0 for others."""


Make = Callable[[random.Random, float], Example]
"""One example from a random state and the share of training done, 0 to 1: a curriculum may look at it."""


class PackedRows(Dataset[dict[str, torch.Tensor]]):
    """Rows made on demand, each from (seed, index) alone: the same row on every process and after every resume."""

    def __init__(self, make: Make, *, rows: int, row_tokens: int, seed: int) -> None:
        self.make, self.rows, self.row_tokens, self.seed = make, rows, row_tokens, seed

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        """input_ids, labels, also_predict, judged, position_ids and segments (0 is padding), each [row_tokens]."""
        rng = random.Random(f"{self.seed}:{index}")
        row: dict[str, list[int]] = {name: [] for name in FILL}
        segment = 0
        while True:
            example = self.make(rng, index / self.rows)
            length = len(example.ids)
            if length > self.row_tokens:
                raise ValueError(f"an example of {length} tokens does not fit a row of {self.row_tokens}")
            if len(row["input_ids"]) + length > self.row_tokens:
                break
            segment += 1
            row["input_ids"] += example.ids
            row["labels"] += example.targets
            row["also_predict"] += example.also_predict or [IGNORED] * length
            row["judged"] += example.judged or [0] * length
            row["position_ids"] += range(length)
            row["segments"] += [segment] * length
        padding = self.row_tokens - len(row["input_ids"])
        return {name: torch.tensor(values + [FILL[name]] * padding) for name, values in row.items()}


FILL = {"input_ids": 0, "labels": IGNORED, "also_predict": IGNORED, "judged": 0, "position_ids": 0, "segments": 0}


def collate(rows: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Batch of [rows, row_tokens], with the block-diagonal causal mask [rows, 1, row_tokens, row_tokens]."""
    batch = {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
    segments = batch.pop("segments")
    length = segments.shape[1]
    same = segments[:, None, :, None] == segments[:, None, None, :]
    batch["attention_mask"] = same & torch.ones(length, length, dtype=torch.bool).tril()
    if bool((batch["also_predict"] == IGNORED).all()):
        del batch["also_predict"], batch["judged"]
    return batch
