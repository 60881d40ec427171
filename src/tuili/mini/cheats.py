"""Steps that state a true fact and are still wrong: they use a number that is gone, was never there, or is not due yet.

They are most of what a trained policy gets wrong, and chance hardly ever makes one.
"""

from __future__ import annotations

import random
from typing import Any

from tuili.mini.puzzle import LARGEST, DeadState, Family, Label, Puzzle, fact, parse_fact

TRIES = 20
OPERATORS = "+-*/"


def cheat(family: Family[Any], puzzle: Puzzle, lines: list[str], state: Any, rng: random.Random) -> str | None:
    """A step after lines that lead to state: true, and not allowed; None when chance found none."""
    seen = [int(word) for text in (*puzzle.items, *lines) for word in text.split() if word.isdigit()]
    seen += [puzzle.goal, rng.randint(1, LARGEST)]
    for _ in range(TRIES):
        try:
            words = family.play(puzzle, state, rng).split()
        except DeadState:
            return None
        written = rng.choice((_other_operands, _for_the_goal, _other_rest, _written_neighbours))(
            words, puzzle, seen, rng
        )
        if written is not None and family.judge(puzzle, state, written)[0] is Label.BAD:
            return written
    return None


def _other_operands(words: list[str], puzzle: Puzzle, seen: list[int], rng: random.Random) -> str | None:  # noqa: ARG001
    """One operand is another number that was seen or is near, maybe with another operator."""
    step = parse_fact(words[:5])
    assert step is not None
    a, operator, b, _ = step
    other = rng.choice((*seen, b + rng.choice((-2, -1, 1, 2)), rng.choice(seen) + rng.choice((-1, 1))))
    a, b = (other, b) if rng.random() < 0.3 else (a, other)
    return _fact(a, rng.choice(OPERATORS) if rng.random() < 0.3 else operator, b, words[5:])


def _for_the_goal(words: list[str], puzzle: Puzzle, seen: list[int], rng: random.Random) -> str | None:
    """The second operand is whatever gives the result that one would like: the goal, zero, or a number seen."""
    step = parse_fact(words[:5])
    assert step is not None
    a, wanted = step[0], rng.choice((puzzle.goal, 0, rng.choice(seen)))
    operator = rng.choice(OPERATORS) if rng.random() < 0.5 else step[1]
    needed = {"+": (wanted, "-", a), "-": (a, "-", wanted), "*": (wanted, "/", a), "/": (a, "/", wanted)}[operator]
    b = fact(*needed)
    return None if b is None else _fact(a, operator, b, words[5:])


def _other_rest(words: list[str], puzzle: Puzzle, seen: list[int], rng: random.Random) -> str | None:  # noqa: ARG001
    """A right fact, but one of the numbers that it says are left is another."""
    if len(words) < 8:
        return None
    words = list(words)
    words[rng.randrange(7, len(words))] = str(rng.choice((int(words[0]), int(words[2]), rng.choice(seen))))
    return " ".join(words)


def _written_neighbours(words: list[str], puzzle: Puzzle, seen: list[int], rng: random.Random) -> str | None:  # noqa: ARG001
    """Two neighbours as the problem has them, though something binds stronger or one of them is used up."""
    places = [i for i, item in enumerate(puzzle.items) if item in OPERATORS]
    if not places:
        return None
    at = rng.choice(places)
    a = rng.choice((puzzle.items[at - 1], words[0], words[4]))
    return _fact(int(a), puzzle.items[at], int(puzzle.items[at + 1]), [])


def _fact(a: int, operator: str, b: int, rest: list[str]) -> str | None:
    """The fact as its family writes it: `rest` is what followed the right one, `: 29 20` in make."""
    result = fact(a, operator, b)
    if a < 0 or b < 0 or max(a, b) > LARGEST or result is None:
        return None
    rest = [":", str(result), *rest[2:]] if rest else []
    return " ".join([f"{a} {operator} {b} = {result}", *rest])


KINDS = (_other_operands, _for_the_goal, _other_rest, _written_neighbours)
