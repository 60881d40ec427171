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


class Solutions:
    def __init__(self, tokenizer: PreTrainedTokenizerBase, items: Sequence[Item], most_tokens: int) -> None:
        """Raises BadRequest when no problem has a solution of at most so many tokens, its prompt included."""
        examples = [_example(tokenizer, item.problem.prompt, item.solution) for item in items if item.solution]
        self.examples = [example for example in examples if len(example.ids) <= most_tokens]
        if not self.examples:
            raise BadRequest(
                f"of {len(items)} problems {len(examples)} have a worked solution, and none fits {most_tokens} tokens"
            )

    def __call__(self, rng: random.Random, progress: float) -> Example:
        return rng.choice(self.examples)


def _example(tokenizer: PreTrainedTokenizerBase, prompt: str, solution: str) -> Example:
    read = prompt_ids(tokenizer, prompt)
    learnt = [*tokenizer(solution, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    return Example([*read, *learnt], [*[IGNORED] * len(read), *learnt])
