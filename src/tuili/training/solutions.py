"""Worked solutions of a task's problems, as examples for a language model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuili.conversation import prompt_ids
from tuili.errors import BadRequest
from tuili.tasks import Item
from tuili.training.packing import IGNORED, Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


PATIENCE = 1000
"""So many draws in a row that do not fit mean that next to none does."""


class Solutions:
    """Makes examples of random problems that have a solution short enough."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, items: Sequence[Item], most_tokens: int) -> None:
        """most_tokens: of an example, its prompt included. Raises BadRequest when no problem has a worked solution."""
        self.tokenizer, self.most_tokens = tokenizer, most_tokens
        self.worked = [(item.problem.prompt, item.solution) for item in items if item.solution]
        if not self.worked:
            raise BadRequest(f"none of the {len(items)} problems has a worked solution")

    def __call__(self, rng: random.Random, progress: float) -> Example:
        for _ in range(PATIENCE):
            example = _example(self.tokenizer, *rng.choice(self.worked))
            if len(example.ids) <= self.most_tokens:
                return example
        raise BadRequest(f"hardly any of the {len(self.worked)} solutions fits {self.most_tokens} tokens")


def _example(tokenizer: PreTrainedTokenizerBase, prompt: str, solution: str) -> Example:
    read = prompt_ids(tokenizer, prompt)
    learnt = [*tokenizer(solution, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    return Example([*read, *learnt], [*[IGNORED] * len(read), *learnt])
