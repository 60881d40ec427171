"""Right attempts at mini training puzzles after the policy's own wrong ones, as examples for a language model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tuili.errors import BadRequest
from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import Puzzle
from tuili.mini.text import END_OF_THINKING, before_attempt, first_mistake, prompt_of
from tuili.steps import TURN
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
        as_sampled: bool,
        critique: bool,
        kept: float,
        **shown: Any,
    ) -> None:
        """samples: a run of the policy on train puzzles. longest: of an example, in tokens; one that would be longer is
        shown fewer attempts, the oldest left out. as_sampled: instead of kept, what comes last is right as often as the
        samples of the puzzle are; else only puzzles with a wrong one are taken. critique: whether a revision of a wrong
        attempt begins with the turn that names its first mistake. kept, shown: keywords of earlier_attempts.

        Raises BadRequest when the run's puzzles are not all of the train split, or none has anything to revise.
        """
        self.tokenizer, self.longest, self.as_sampled, self.critique = tokenizer, longest, as_sampled, critique
        self.kept, self.shown = kept, shown
        sampled = (by_answer(puzzle, [sample.text for sample in made]) for puzzle, made in read_samples(samples))
        self.sampled = [one for one in sampled if one.right and (one.wrong or as_sampled)]
        if not any(one.wrong for one in self.sampled):
            raise BadRequest(f"{samples} has no puzzle with a right sample and a wrong one")

    def __call__(self, rng: random.Random, progress: float) -> Example:
        puzzle, right, wrong = rng.choice(self.sampled)
        attempt = rng.choice(right)
        kept = len(right) / (len(right) + len(wrong)) if self.as_sampled else self.kept
        earlier = earlier_attempts(attempt, wrong, rng, kept=kept, **self.shown)
        while len((example := self.example(puzzle, earlier, attempt)).ids) > self.longest and earlier:
            earlier = earlier[1:]
        return example

    def example(self, puzzle: Puzzle, earlier: Sequence[str], attempt: str) -> Example:
        """The attempt is learnt, and so it is where it is shown to itself."""
        prompt = prompt_of(puzzle)
        if earlier[-1:] == (attempt,):
            first = attempt_example(self.tokenizer, before_attempt(prompt, earlier[:-1]), attempt)
            again = "\n" + before_attempt(prompt).removeprefix("<bos>")
            return joined(first, attempt_example(self.tokenizer, again, attempt))
        if self.critique and earlier:
            attempt = f"{TURN}{first_mistake(puzzle, earlier[-1])}\n{attempt}"
        return attempt_example(self.tokenizer, before_attempt(prompt, earlier), attempt)


def joined(*examples: Example) -> Example:
    """One after another, as one."""
    return Example([i for each in examples for i in each.ids], [i for each in examples for i in each.targets])


def by_answer(puzzle: Puzzle, texts: Sequence[str]) -> Sampled:
    """Samples of a puzzle; one that comes to no answer is neither right nor wrong."""
    answers = {text: text.partition(END_OF_THINKING)[2] for text in texts}
    right = {text for text, answer in answers.items() if FAMILIES[puzzle.family].accepts(puzzle, answer)}
    return Sampled(
        puzzle,
        [text for text in texts if text in right],
        [text for text in texts if text not in right and answers[text]],
    )
