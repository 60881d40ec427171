"""Right solutions of mini training puzzles and drills of bare facts, as examples for a language model."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import LARGEST
from tuili.mini.splits import draw
from tuili.mini.text import before_attempt, completion_of, prompt_of
from tuili.training.packing import IGNORED, Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FACTS_A_DRILL = 6
FACT_WEIGHTS = {"+": 3, "-": 4, "*": 2, "/": 1}


def random_fact(rng: random.Random) -> tuple[str, str]:
    """A true fact in two parts: `25 + 4 =` and ` 29`."""
    (operator,) = rng.choices(list(FACT_WEIGHTS), weights=list(FACT_WEIGHTS.values()))
    if operator in "+-":
        a, b = sorted((rng.randint(0, LARGEST), rng.randint(0, LARGEST)))
        c, d = b - a, a  # c + d = b, b - a = c
        return (f"{c} + {d} =", f" {b}") if operator == "+" else (f"{b} - {a} =", f" {c}")
    a = rng.randint(1, LARGEST)
    b = rng.randint(1, LARGEST // a)
    if rng.random() < 0.5:
        a, b = b, a
    return (f"{a} * {b} =", f" {a * b}") if operator == "*" else (f"{a * b} / {a} =", f" {b}")


def attempt_example(tokenizer: PreTrainedTokenizerBase, before: str, attempt: str) -> Example:
    """An attempt and its end to be learnt, after what is only read."""
    read = tokenizer(before)["input_ids"]
    learnt = tokenizer(attempt + "<eos>")["input_ids"]
    return Example([*read, *learnt], [*[IGNORED] * len(read), *learnt])


class MiniSolutions:
    """Makes examples: drills only at first, then mostly solutions of train puzzles, all families alike."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        *,
        drills_first: float,
        drills_after: float,
        largest_size: int,
        largest_share: float,
    ) -> None:
        """drills_first: the share of training that is drills only; drills_after: the share of examples from then on.

        largest_share of the puzzles are of the largest size; the others are of all sizes up to it, alike.
        """
        self.tokenizer, self.drills_first, self.drills_after = tokenizer, drills_first, drills_after
        self.largest_size, self.largest_share = largest_size, largest_share

    def __call__(self, rng: random.Random, progress: float) -> Example:
        if progress < self.drills_first or rng.random() < self.drills_after:
            return self.drill(rng)
        largest = self.largest_share > 0 and rng.random() < self.largest_share
        family = rng.choice(list(FAMILIES))
        size = self.largest_size if largest else rng.choice(range(1, self.largest_size + 1))
        puzzle, lines, answer = draw(rng, "train", family, size)
        return attempt_example(self.tokenizer, before_attempt(prompt_of(puzzle)), completion_of(lines, answer))

    def drill(self, rng: random.Random) -> Example:
        ids, targets = [self.tokenizer.bos_token_id], [IGNORED]
        for _ in range(FACTS_A_DRILL):
            question, result = (self.tokenizer(part)["input_ids"] for part in random_fact(rng))
            line_break = self.tokenizer("\n")["input_ids"]
            ids += [*question, *result, *line_break]
            targets += [*[IGNORED] * len(question), *result, IGNORED]
        return Example(ids, targets)
