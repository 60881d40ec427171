"""Train, validation and test are disjoint by construction: a hash of a puzzle's canonical form decides."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Literal

from tuili.errors import BadRequest
from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import LEVELS, Puzzle
from tuili.mini.text import parse_prompt

PATIENCE = 10_000
"""So many draws in a row without a new puzzle mean that there is none."""

Split = Literal["train", "validation", "test"]


def canonical(puzzle: Puzzle) -> str:
    """The same text for puzzles that differ only in the order of their numbers; calc's order is its meaning."""
    items = puzzle.items if puzzle.family == "calc" else tuple(sorted(puzzle.items, key=int))
    goal = "" if puzzle.family == "calc" else puzzle.goal
    return f"{puzzle.family} {goal} {' '.join(items)}"


def split_of(puzzle: Puzzle) -> Split:
    """80 % train, 10 % validation, 10 % test."""
    bucket = int.from_bytes(hashlib.sha256(canonical(puzzle).encode()).digest()[:4]) % 100
    return "train" if bucket < 80 else "validation" if bucket < 90 else "test"


def train_puzzle(prompt: str, level: int = 0) -> Puzzle:
    """The puzzle of a prompt, to learn from. Raises BadRequest for one of another split, and for no puzzle."""
    puzzle = parse_prompt(prompt, level)
    if puzzle is None or split_of(puzzle) != "train":
        raise BadRequest(f"{prompt!r} is not a mini puzzle of the train split: it is not for training")
    return puzzle


def draw(rng: random.Random, split: Split, family: str, size: int) -> tuple[Puzzle, list[str], str]:
    """A random puzzle of a split, with the lines and the answer of one right solution."""
    while True:
        puzzle, lines, answer = FAMILIES[family].generate(rng, size)
        if split_of(puzzle) == split:
            return puzzle, lines, answer


def problems(split: Split, seed: int = 0) -> Iterator[tuple[Puzzle, str]]:
    """Distinct puzzles of a split with the answer of one right solution, families and levels in turn.

    Ends when a family has no new puzzle of some level left.
    """
    rng = random.Random(f"{split}:{seed}")
    seen: set[str] = set()
    while True:
        for level in LEVELS:
            for family in FAMILIES:
                sizes = [size for size, of in FAMILIES[family].level_of_size.items() if of == level]
                for _ in range(PATIENCE):
                    puzzle, _, answer = draw(rng, split, family, rng.choice(sizes))
                    if canonical(puzzle) not in seen:
                        break
                else:
                    return
                seen.add(canonical(puzzle))
                yield puzzle, answer
