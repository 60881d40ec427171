"""Traces (see `tuili collect traces`) as examples for a language model, alone or among others."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from tuili.errors import BadRequest
from tuili.traces.files import read_traces
from tuili.training.packing import Example, Make
from tuili.training.solutions import Solutions, Worked

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def traced(tokenizer: PreTrainedTokenizerBase, file: Path, most_tokens: int, *, mistakes: bool) -> Solutions:
    """Examples of random traces that have at most so many tokens. Raises BadRequest for a file of none.

    mistakes: whether wrong branches are learnt too.
    """
    worked = [Worked(trace.prompt, trace.text, () if mistakes else trace.mistakes) for trace in read_traces(file)]
    if not worked:
        raise BadRequest(f"{file} holds no trace")
    return Solutions(tokenizer, worked, most_tokens)


class Among:
    """Makes a share of examples in one way and the rest in another."""

    def __init__(self, some: Make, share: float, others: Make) -> None:
        self.some, self.share, self.others = some, share, others

    def __call__(self, rng: random.Random, progress: float) -> Example:
        return (self.some if rng.random() < self.share else self.others)(rng, progress)
