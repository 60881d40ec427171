"""Right attempts at mini training puzzles after the policy's own wrong ones, as examples for a language model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tuili.errors import BadRequest
from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import Puzzle
from tuili.mini.text import END_OF_THINKING, TURN, before_attempt, first_mistake, prompt_of
from tuili.training.mini_attempts import read_samples
from tuili.training.mini_solutions import attempt_example
from tuili.training.packing import Example
from tuili.training.revision import earlier_attempts

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Sampled(NamedTuple):
    puzzle: Puzzle
    right: list[str]
    wrong: list[str]


class MiniRevisions:
    """Makes an example of a random puzzle: one of its right samples, and some of what came before it."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        samples: Path,
        *,
        longest: int,
        most: int,
        kept: float,
        closest: bool,
        as_sampled: bool,
        critique: bool,
    ) -> None:
        """samples: a run of the policy on train puzzles. longest: of an example, in tokens; one that would be longer is
        shown fewer attempts, the oldest left out. most, kept, closest: as for earlier_attempts. as_sampled: instead of
        kept, what comes last is right as often as the samples of the puzzle are; else only puzzles with a wrong one are
        taken. critique: whether a revision of a wrong attempt begins with the turn that names its first mistake.

        Raises BadRequest when the run's puzzles are not all of the train split, or none has anything to revise.
        """
        self.tokenizer, self.longest, self.most = tokenizer, longest, most
        self.kept, self.closest, self.as_sampled, self.critique = kept, closest, as_sampled, critique
        sampled = (by_answer(puzzle, [sample.text for sample in made]) for puzzle, made in read_samples(samples))
        self.sampled = [one for one in sampled if one.right and (one.wrong or as_sampled)]
        if not any(one.wrong for one in self.sampled):
            raise BadRequest(f"{samples} has no puzzle with a right sample and a wrong one")

    def __call__(self, rng: random.Random, progress: float) -> Example:
        puzzle, right, wrong = rng.choice(self.sampled)
        attempt = rng.choice(right)
        kept = len(right) / (len(right) + len(wrong)) if self.as_sampled else self.kept
        earlier = earlier_attempts(attempt, wrong, rng, most=self.most, kept=kept, closest=self.closest)
        while len((example := self.example(puzzle, earlier, attempt)).ids) > self.longest and earlier:
            earlier = earlier[1:]
        return example

    def example(self, puzzle: Puzzle, earlier: Sequence[str], attempt: str) -> Example:
        if self.critique and earlier and earlier[-1] != attempt:
            attempt = f"{TURN}{first_mistake(puzzle, earlier[-1])}\n{attempt}"
        return attempt_example(self.tokenizer, before_attempt(prompt_of(puzzle), earlier), attempt)


def by_answer(puzzle: Puzzle, texts: Sequence[str]) -> Sampled:
    """Samples of a puzzle; one that comes to no answer is neither right nor wrong."""
    answers = {text: text.partition(END_OF_THINKING)[2] for text in texts}
    right = {text for text, answer in answers.items() if FAMILIES[puzzle.family].accepts(puzzle, answer)}
    return Sampled(
        puzzle,
        [text for text in texts if text in right],
        [text for text in texts if text not in right and answers[text]],
    )
