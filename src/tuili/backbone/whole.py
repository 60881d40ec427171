"""Reads whole sequences, each time from their first token on: for models that keys and values do not carry on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedModel

from tuili.backbone.prefill import PASS_TOKENS, Wanted
from tuili.backbone.store import Prefix


class Whole:
    """In the place of a Prefill, for encoders, whose tokens see what comes after them, and for recurrent states."""

    def __init__(self, model: PreTrainedModel, pass_tokens: int = PASS_TOKENS) -> None:
        self._model, self._pass_tokens = model, pass_tokens

    @torch.inference_mode()
    def prepare(self, wanted: Sequence[Wanted]) -> None:
        """Gives each its prefixes, which have logits and nothing else, and charges it for its whole."""
        for batch in self._batches(wanted):
            lengths = torch.tensor([len(each.boundaries[-1]) for each in batch])
            ids = torch.zeros(len(batch), int(lengths.max()), dtype=torch.long)
            for row, each in enumerate(batch):
                ids[row, : lengths[row]] = torch.tensor(each.boundaries[-1])
            real = torch.arange(ids.shape[1]) < lengths[:, None]
            device = self._model.device
            logits = self._model(input_ids=ids.to(device), attention_mask=real.long().to(device)).logits
            for row, each in enumerate(batch):
                each.prefilled = len(each.boundaries[-1])
                each.prefixes = [
                    Prefix(part, None, logits.new_zeros(0), logits[row, len(part) - 1].clone())
                    for part in each.boundaries
                ]

    def _batches(self, wanted: Sequence[Wanted]) -> Iterator[list[Wanted]]:
        """Of about the same length, as many as one pass takes."""
        batch: list[Wanted] = []
        for each in sorted((each for each in wanted if each.boundaries), key=_length):
            if batch and (len(batch) + 1) * _length(each) > self._pass_tokens:
                yield batch
                batch = []
            batch.append(each)
        if batch:
            yield batch


def _length(wanted: Wanted) -> int:
    return len(wanted.boundaries[-1])
