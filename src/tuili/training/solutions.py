"""Worked solutions of a task's problems, as examples for a language model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuili.conversation import prompt_ids
from tuili.errors import BadRequest
from tuili.tasks import Item
from tuili.training.packing import IGNORED, Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


PATIENCE = 1000
"""So many draws in a row that do not fit mean that next to none does."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A problem with a text that solves it."""

    prompt: str
    text: str
    unlearnt: Sequence[tuple[int, int]] = ()
    """Parts of the text that are read and not learnt, from and to which character."""


class Solutions:
    """Makes examples of random problems that have a solution short enough."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, worked: Sequence[Worked], most_tokens: int) -> None:
        """most_tokens: of an example, its prompt included."""
        self.tokenizer, self.worked, self.most_tokens = tokenizer, worked, most_tokens

    def __call__(self, rng: random.Random, progress: float) -> Example:
        for _ in range(PATIENCE):
            example = _example(self.tokenizer, rng.choice(self.worked))
            if len(example.ids) <= self.most_tokens:
                return example
        raise BadRequest(f"hardly any of the {len(self.worked)} solutions fits {self.most_tokens} tokens")


def worked_by(items: Sequence[Item]) -> list[Worked]:
    """Those of a task's problems that come with a solution. Raises BadRequest when none does."""
    worked = [Worked(item.problem.prompt, item.solution) for item in items if item.solution]
    if not worked:
        raise BadRequest(f"none of the {len(items)} problems has a worked solution")
    return worked


def _example(tokenizer: PreTrainedTokenizerBase, worked: Worked) -> Example:
    read = prompt_ids(tokenizer, worked.prompt)
    made = tokenizer(worked.text, add_special_tokens=False, return_offsets_mapping=bool(worked.unlearnt))
    ids = [*made["input_ids"], tokenizer.eos_token_id]
    targets = list(ids)
    for place, (begin, end) in enumerate(made.get("offset_mapping", ())):
        if any(start <= begin and end <= stop for start, stop in worked.unlearnt):
            targets[place] = IGNORED
    return Example([*read, *ids], [*[IGNORED] * len(read), *targets])
