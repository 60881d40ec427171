"""Attempts at mini training puzzles, right and wrong, with exact labels: what verifiers learn from."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tuili.mini.families import FAMILIES
from tuili.mini.mistakes import attempt, slip
from tuili.mini.puzzle import SIZES, Label, Puzzle, fact, parse_fact
from tuili.mini.splits import draw, train_puzzle
from tuili.mini.text import END_OF_THINKING, before_attempt, judge, lines_of, prompt_of
from tuili.runs import read_attempts, read_problems
from tuili.training.mini_solutions import FACTS_A_DRILL, random_fact
from tuili.training.packing import IGNORED, Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CLASSES = (Label.BAD, Label.NEUTRAL, Label.GOOD)
"""A process verifier's classes, by index."""

Targets = Callable[[list[Label], bool, list[int], int], list[int]]
"""(labels of the steps, whether the answer is right, position of each step's last token, length) → a class for each
token, or IGNORED."""


def process_targets(labels: list[Label], right: bool, ends: list[int], length: int) -> list[int]:  # noqa: ARG001
    """The exact label at each step's last token, up to and including the first wrong step (arXiv 2305.20050)."""
    targets = [IGNORED] * length
    for end, label in zip(ends, labels, strict=False):
        targets[end] = CLASSES.index(label)
    return targets


def answered_targets(labels: list[Label], right: bool, ends: list[int], length: int) -> list[int]:
    """The same, and at the end of a wrong answer that it is wrong: an outcome verifier in the last step."""
    targets = process_targets(labels, right, ends, length)
    if targets[ends[-1]] == IGNORED and not right:
        targets[ends[-1]] = CLASSES.index(Label.BAD)
    return targets


def outcome_targets(labels: list[Label], right: bool, ends: list[int], length: int) -> list[int]:  # noqa: ARG001
    """Whether the answer is right, at every token."""
    return [int(right)] * length


class MiniSample(NamedTuple):
    text: str
    earlier: tuple[str, ...]
    """The attempts that the policy was shown before it, oldest first."""


class MiniAttempts:
    """Makes verifier examples: recorded samples of a policy, generated attempts, and drills of true and false facts."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        targets: Targets,
        *,
        samples: Sequence[Path],
        sampled: float,
        drills: float,
        history: bool,
        longest: int,
    ) -> None:
        """samples: runs of policies on train puzzles, each drawn from as often; sampled, drills: the shares of examples
        that are samples and drills.

        history: whether a sample comes after the earlier attempts that the policy was shown before it. longest: what
        has more tokens is left out (a sample may have gone round in circles until it was cut).

        Raises BadRequest when a run's puzzles are not all of the train split.
        """
        self.tokenizer, self.targets, self.sampled, self.drills = tokenizer, targets, sampled, drills
        self.history, self.longest = history, longest
        self.recorded = [[(puzzle, sample) for puzzle, made in read_samples(run) for sample in made] for run in samples]

    def __call__(self, rng: random.Random, progress: float) -> Example:
        while len((example := self.draw(rng)).ids) > self.longest:
            pass
        return example

    def draw(self, rng: random.Random) -> Example:
        kind = rng.random()
        if kind < self.drills:
            return self.drill(rng)
        if kind < self.drills + self.sampled:
            puzzle, sample = rng.choice(rng.choice(self.recorded))
            thinking, _, answer = sample.text.partition(END_OF_THINKING)
            return self.example(puzzle, thinking.splitlines(), answer, sample.earlier if self.history else ())
        puzzle, solution, _ = draw(rng, "train", rng.choice(list(FAMILIES)), rng.choice(SIZES))
        return self.example(puzzle, *attempt(puzzle, solution, rng))

    def example(self, puzzle: Puzzle, lines: list[str], answer: str, earlier: Sequence[str] = ()) -> Example:
        """earlier: attempts before this one, which are read and not judged."""
        pieces = [line + "\n" for line in lines] + [END_OF_THINKING + answer + "<eos>"]
        ids = list(self.tokenizer(before_attempt(prompt_of(puzzle), earlier))["input_ids"])
        read = len(ids)
        also = [IGNORED] * len(ids)
        labels = judge(puzzle, lines, answer, lines_of(earlier[-1]) if earlier else ())
        ends = []
        for i, piece in enumerate(pieces):
            tokens = self.tokenizer(piece)["input_ids"]
            ids += tokens
            # only what is true is worth predicting
            also += tokens if i < len(labels) and labels[i] is Label.GOOD else [IGNORED] * len(tokens)
            ends.append(len(ids) - 1)
        targets = self.targets(labels, FAMILIES[puzzle.family].accepts(puzzle, answer), ends, len(ids))
        last, begun = ends[len(labels) - 1], len(ids) - len(tokens)
        # what lies between the first wrong step and the answer belongs to neither
        judged = [int(read <= place <= last or place >= begun) for place in range(len(ids))]
        return Example(ids, [IGNORED] * read + targets[read:] if earlier else targets, also, judged)

    def drill(self, rng: random.Random) -> Example:
        """Bare facts, half of them with a slip, each with its own label at its end."""
        ids, targets = [self.tokenizer.bos_token_id], [IGNORED]
        also = [IGNORED]
        nothing = Puzzle("calc", 0, 0, ())
        for _ in range(FACTS_A_DRILL):
            true = "".join(random_fact(rng))
            written = slip(true, nothing, rng) if rng.random() < 0.5 else true
            label = Label.GOOD if _is_true(written) else Label.BAD
            tokens = self.tokenizer(written + "\n")["input_ids"]
            ids += tokens
            classes = CLASSES.index(label) if self.targets is not outcome_targets else int(label is Label.GOOD)
            targets += [IGNORED] * (len(tokens) - 1) + [classes]
            also += tokens if label is Label.GOOD else [IGNORED] * len(tokens)
        return Example(ids, targets, also, [0, *[1] * (len(ids) - 1)])


def _is_true(text: str) -> bool:
    step = parse_fact(text.split())
    return step is not None and fact(*step[:3]) == step[3]


def read_samples(run: Path) -> Iterator[tuple[Puzzle, list[MiniSample]]]:
    """The samples of each attempt of a run, with what they were shown.

    Raises BadRequest when the run's puzzles are not all of the train split.
    """
    puzzles = {problem.id: train_puzzle(problem.prompt, problem.level or 0) for problem in read_problems(run)}
    for attempt_made in read_attempts(run):
        texts = {node.id: node.text for node in attempt_made.nodes}
        samples = [MiniSample(node.text, tuple(texts[each] for each in node.after)) for node in attempt_made.nodes]
        yield puzzles[attempt_made.problem_id], samples
