"""Behaviours of reasoning in the mini world: exact, from the lines that take others back (see mini.text)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from tuili.evaluation.lexicon import Behaviour
from tuili.mini.puzzle import Label, Puzzle
from tuili.mini.text import END_OF_THINKING, label_lines, taken_back


def count_lines(puzzle: Puzzle, text: str) -> Mapping[Behaviour, int]:
    """backtracks: turns. verifies: those of them that name a line which is wrong indeed. changes approach: those after
    which the thought begins with another line than before. decomposes: facts of the last thought but its last, each of
    which is a part result for a later one."""
    lines = text.partition(END_OF_THINKING)[0].splitlines()
    turns = [place for place, line in enumerate(lines) if taken_back(line) is not None]
    labels = label_lines(puzzle, lines) if turns else []
    starts = [0, *(place + 1 for place in turns)]
    return {
        Behaviour.BACKTRACKS: len(turns),
        Behaviour.VERIFIES: sum(labels[place] is Label.GOOD for place in turns),
        Behaviour.DECOMPOSES: max(0, len(lines) - starts[-1] - 1),
        Behaviour.CHANGES_APPROACH: sum(
            lines[before : before + 1] != lines[after : after + 1] for before, after in pairwise(starts)
        ),
    }
