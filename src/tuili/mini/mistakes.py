"""Wrong and half-right attempts of every kind, for verifiers to learn from: playouts, bluffs, slips and cheats.

Nothing here labels: text.judge and Family.accepts do, exactly, whatever the attempt turned out to be.
"""

from __future__ import annotations

import random
from typing import Any

from tuili.mini.cheats import cheat
from tuili.mini.families import FAMILIES
from tuili.mini.families.pay import State as PayState
from tuili.mini.puzzle import LARGEST, DeadState, Family, Label, Puzzle

LONGEST_PLAY = 12
"""No attempt has more lines: a playout can go round in circles only so long."""


def attempt(puzzle: Puzzle, solution: list[str], rng: random.Random) -> tuple[list[str], str]:
    """Lines and an answer that follow a right solution for a while, and then may not."""
    family = FAMILIES[puzzle.family]
    kept = rng.randint(0, len(solution))
    lines = solution[:kept] if rng.random() < 0.5 else []
    lines = list(solution) if rng.random() < 0.25 else lines + play_on(family, puzzle, lines, rng)
    if lines and rng.random() < 0.6:
        at = rng.randrange(len(lines))
        lines[at] = wrong_step(family, puzzle, lines, at, rng)
        if rng.random() < 0.5:
            lines = lines[: at + 1] + play_on(family, puzzle, lines[: at + 1], rng)
    answer = family.answer(puzzle, lines) if lines else str(puzzle.goal)
    return lines, slip(answer, puzzle, rng) if rng.random() < 0.1 else answer


def wrong_step(family: Family[Any], puzzle: Puzzle, lines: list[str], at: int, rng: random.Random) -> str:
    """What could stand in the place of lines[at] and be wrong: a false fact or a forbidden one."""
    state = state_after(family, puzzle, lines[:at])
    if state is None:
        return lines[at]
    forbidden = cheat(family, puzzle, lines[:at], state, rng) if rng.random() < 0.6 else None
    return forbidden or slip(lines[at], puzzle, rng)


def state_after(family: Family[Any], puzzle: Puzzle, lines: list[str]) -> Any | None:
    """What a right solver would remember after lines; None after a wrong one."""
    state = family.start(puzzle)
    for line in lines:
        label, state = family.judge(puzzle, state, line)
        if label is Label.BAD:
            return None
    return state


def play_on(family: Family[Any], puzzle: Puzzle, lines: list[str], rng: random.Random) -> list[str]:
    """Random legal lines from where lines got to, to the end; at the end it may bluff to reach the goal."""
    state = state_after(family, puzzle, lines)
    if state is None:
        return []
    more: list[str] = []
    bluffs = rng.random() < 0.6
    while not family.done(puzzle, state) and len(lines) + len(more) < LONGEST_PLAY:
        if bluffs and (forced := bluff(puzzle, state, rng)):
            return more + forced
        try:
            line = family.play(puzzle, state, rng)
        except DeadState:
            break
        more.append(line)
        label, state = family.judge(puzzle, state, line)
        if label is Label.BAD:
            break
    return more


def bluff(puzzle: Puzzle, state: Any, rng: random.Random) -> list[str]:
    """What a solver that knows how right solutions end would write to end there; [] when it is too early for it."""
    if puzzle.family == "make" and len(state) == 2:
        a, b = max(state), min(state)
        return [f"{a} {rng.choice('+-*/')} {b} = {puzzle.goal} : {puzzle.goal}"]
    if puzzle.family == "pick" and len(puzzle.items) - len(state[1]) >= rng.choice((1, 2, 3)):
        gap = state[0]
        return [f"{gap} - {gap} = 0"] if rng.random() < 0.7 else [f"{gap} - {rng.choice(puzzle.items)} = 0"]
    if puzzle.family == "pay" and isinstance(state, PayState) and state.coin == len(puzzle.items) - 1:
        coin = puzzle.numbers[-1]
        if state.product is None:
            times = max(1, state.left // coin + rng.choice((0, 0, 1)))
            return [f"{times} * {coin} = {state.left}", f"{state.left} - {state.left} = 0"]
        return [f"{state.left} - {state.product} = 0"]
    return []


def slip(text: str, puzzle: Puzzle, rng: random.Random) -> str:
    """The text with one number changed as a careless solver would: nearby, from the problem, or from the text."""
    words = text.split()
    places = [i for i, word in enumerate(words) if word.isdigit()]
    if not places:
        return text
    at = rng.choice(places)
    old = int(words[at])
    near = [old + d for d in (-10, -2, -1, 1, 2, 10) if 0 <= old + d <= LARGEST]
    pool = rng.choice(
        (near, [*puzzle.numbers, puzzle.goal], [int(words[i]) for i in places], [rng.randint(0, LARGEST)])
    )
    words[at] = str(rng.choice(pool))
    if rng.random() < 0.1 and len(places) > 2:
        del words[at]
    return " ".join(words)
