"""Right attempts at mini training puzzles after the policy's own wrong ones, among examples for a language model."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import Puzzle
from tuili.mini.text import END_OF_THINKING, before_attempt, prompt_of
from tuili.training.mini_attempts import read_samples
from tuili.training.mini_solutions import attempt_example
from tuili.training.packing import Example, Make
from tuili.training.revision import Revision, revision_examples

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class MiniRevisions:
    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        *,
        samples: Path,
        share: float,
        most: int,
        kept: float,
        others: Make,
        seed: int,
    ) -> None:
        """samples: a run of the policy on train puzzles. share: of examples that are revisions; `others` makes the
        rest. most, kept: as for revision_examples. seed: of the histories.

        Raises BadRequest when the run's puzzles are not all of the train split.
        """
        self.tokenizer, self.share, self.others = tokenizer, share, others
        rng = random.Random(seed)
        self.revisions: list[tuple[Puzzle, Revision]] = []
        for puzzle, made in read_samples(samples):
            right, wrong = by_answer(puzzle, [sample.text for sample in made])
            self.revisions += [(puzzle, each) for each in revision_examples(right, wrong, rng, most=most, kept=kept)]

    def __call__(self, rng: random.Random, progress: float) -> Example:
        if rng.random() >= self.share:
            return self.others(rng, progress)
        puzzle, revision = rng.choice(self.revisions)
        return attempt_example(self.tokenizer, before_attempt(prompt_of(puzzle), revision.earlier), revision.attempt)


def by_answer(puzzle: Puzzle, texts: list[str]) -> tuple[list[str], list[str]]:
    """The texts whose answer is right, and those whose answer is wrong; one that comes to no answer is neither."""
    right, wrong = [], []
    for text in texts:
        answer = text.partition(END_OF_THINKING)[2]
        if answer:
            (right if FAMILIES[puzzle.family].accepts(puzzle, answer) else wrong).append(text)
    return right, wrong
