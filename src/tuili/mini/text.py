"""How mini puzzles and solutions are written: the prompt, then thinking one fact a line, then the answer."""

from __future__ import annotations

from collections.abc import Sequence

from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import Label, Puzzle

THINK = "<think>\n"
END_OF_THINKING = "</think>\n"


def prompt_of(puzzle: Puzzle) -> str:
    return FAMILIES[puzzle.family].prompt(puzzle)


def before_attempt(prompt: str, earlier: Sequence[str] = ()) -> str:
    """All that a model reads before an attempt, as its chat template puts it: the prompt, the earlier attempts that it
    is shown, and the opening of its thinking."""
    return f"<bos>{prompt}\n{THINK}" + "".join(f"{attempt}<eos>\n{THINK}" for attempt in earlier)


def completion_of(lines: list[str], answer: str) -> str:
    """What a model writes after the prompt and the opening of thinking."""
    return "".join(line + "\n" for line in lines) + END_OF_THINKING + answer


def parse_prompt(prompt: str, level: int = 0) -> Puzzle | None:
    """The puzzle that a prompt of any family states, or None."""
    for family in FAMILIES.values():
        puzzle = family.parse(prompt, level)
        if puzzle is not None:
            return puzzle
    return None


def judge(puzzle: Puzzle, lines: list[str], answer: str | None) -> list[Label]:
    """One label a line, and one for the answer when it is given; labels end with the first BAD one."""
    family = FAMILIES[puzzle.family]
    state = family.start(puzzle)
    labels = []
    for line in lines:
        label, state = family.judge(puzzle, state, line)
        labels.append(label)
        if label is Label.BAD:
            return labels
    if answer is not None:
        labels.append(Label.GOOD if family.accepts(puzzle, answer) else Label.BAD)
    return labels
