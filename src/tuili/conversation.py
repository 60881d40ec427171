"""What a model reads before an attempt: the problem, and the attempts at it that it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

TRY_AGAIN = "There may be a mistake in this solution. Solve the problem again."
"""What follows every attempt that is shown, where nobody said otherwise."""


def prompt_ids(
    tokenizer: PreTrainedTokenizerBase, prompt: str, earlier: Sequence[str] = (), again: str = TRY_AGAIN
) -> list[int]:
    """Everything up to a new attempt: a conversation in the form of the model's chat template, the next turn begun.

    The problem is the user's, each earlier attempt (oldest first) the model's, and after each the user says `again`.
    What of a turn's thinking is shown, and of `again`, is up to the template. A model without one reads the bare
    prompt; there each attempt follows the problem, as the new one will, and `again` stands between them.
    """
    if tokenizer.chat_template is None:
        history = "".join(f"{prompt}{attempt}\n\n{again}\n\n" for attempt in earlier)
        return list(tokenizer(history + prompt)["input_ids"])
    turns = [{"role": "user", "content": prompt}]
    for attempt in earlier:
        turns += [{"role": "assistant", "content": attempt}, {"role": "user", "content": again}]
    return encode(tokenizer, str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)))


def encode(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """A text's ids, with no special tokens added."""
    if tokenizer.is_fast:  # transformers' wrapper takes longer than the work itself
        return list(tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])
