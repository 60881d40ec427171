"""How mini puzzles and solutions are written: the prompt, then thinking one fact a line, then the answer.

Thinking may take back what it wrote: the line `no 20 * 4 = 80 : 80 25` says which earlier line was wrong, and all that
was written before is forgotten. What of it stands is written again, so that the state is always read from the lines
after the last such turn: a small model has only to copy, and no line has to be counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import Label, Puzzle
from tuili.steps import TURN

THINK = "<think>\n"
END_OF_THINKING = "</think>\n"


def prompt_of(puzzle: Puzzle) -> str:
    return FAMILIES[puzzle.family].prompt(puzzle)


def before_attempt(prompt: str, earlier: Sequence[str] = ()) -> str:
    """All that a model reads before an attempt, as its chat template puts it: the prompt, the earlier attempts that it
    is shown, each followed by the prompt again, and the opening of its thinking.

    The prompt stands as close to every attempt as to a first one: what was learnt of first attempts holds for all.
    """
    return "<bos>" + "".join(f"{prompt}\n{THINK}{attempt}<eos>\n" for attempt in earlier) + f"{prompt}\n{THINK}"


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


def lines_of(attempt: str) -> list[str]:
    """Its thinking, line by line, without a turn at its beginning: that names a line of an attempt before it."""
    lines = attempt.partition(END_OF_THINKING)[0].splitlines()
    return lines[1:] if lines and taken_back(lines[0]) is not None else lines


def taken_back(line: str) -> str | None:
    """The line that a turn says was wrong; None where the line is no turn."""
    return line.removeprefix(TURN) if line.startswith(TURN) else None


def label_lines(puzzle: Puzzle, lines: Sequence[str], shown: Sequence[str] = ()) -> list[Label]:
    """One label a line. After a BAD one all are BAD, until a turn forgets them.

    A turn is GOOD where the line that it names stands in what it forgets and is not GOOD itself, else BAD. shown: the
    lines of an earlier attempt, which a turn before all other lines forgets.
    """
    family = FAMILIES[puzzle.family]
    state = family.start(puzzle)
    labels: list[Label] = []
    before = list(zip(shown, label_lines(puzzle, shown), strict=True)) if shown else []
    thought: list[tuple[str, Label]] = []
    for line in lines:
        named = taken_back(line)
        if named is not None:
            forgotten = thought if labels else before
            wrong = any(text == named and label is not Label.GOOD for text, label in forgotten)
            label, state, thought = Label.GOOD if wrong else Label.BAD, family.start(puzzle), []
        elif thought and thought[-1][1] is Label.BAD:
            label = Label.BAD
        else:
            label, state = family.judge(puzzle, state, line)
        thought.append((line, label))
        labels.append(label)
    return labels


def judge(puzzle: Puzzle, lines: list[str], answer: str | None, shown: Sequence[str] = ()) -> list[Label]:
    """One label a line (see label_lines), and one for the answer when it is given; labels end with the first BAD one
    that no turn took back."""
    labels = label_lines(puzzle, lines, shown)
    last_turn = max((place for place, line in enumerate(lines) if taken_back(line) is not None), default=0)
    for place in range(last_turn, len(lines)):
        if labels[place] is Label.BAD:
            return labels[: place + 1]
    if answer is not None:
        labels.append(Label.GOOD if FAMILIES[puzzle.family].accepts(puzzle, answer) else Label.BAD)
    return labels


def first_mistake(puzzle: Puzzle, attempt: str) -> str:
    """The first line of a wrong attempt from which its puzzle is not solved: one that is not GOOD, else the last."""
    lines = lines_of(attempt)
    labelled = zip(lines, label_lines(puzzle, lines), strict=True)
    return next((line for line, label in labelled if label is not Label.GOOD), lines[-1] if lines else "")
