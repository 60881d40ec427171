"""What must hold of traces: no problem of a validation or test split, and nothing false that could be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuili.errors import BadRequest
from tuili.mini.puzzle import Label
from tuili.mini.splits import train_puzzle
from tuili.mini.text import END_OF_THINKING, judge, label_lines, parse_prompt, taken_back
from tuili.records import Problem, RunHeader
from tuili.spec import Spec
from tuili.tasks import load, make_task
from tuili.tasks.overlap import overlap


@dataclass(frozen=True, slots=True)
class Separated:
    """Problems that may be learnt from, and what they were compared with."""

    problems: tuple[Problem, ...]
    compared: dict[str, Any]


def separate(header: RunHeader, problems: Sequence[Problem], held_out: Sequence[Path]) -> Separated:
    """Of a run's problems, those that stand in no data held out for validation or test.

    mini: the split of each puzzle says it. Other tasks: files in the task's schema; who shares 13 words in a row with
    one of their problems is left out. Raises BadRequest for a puzzle of another split than train, for another task
    without such files, and for a run that holds one of their problems word for word: it was on them.
    """
    name = Spec.parse(header.task).name
    if name == "mini":
        for problem in problems:
            train_puzzle(problem.prompt)
        return Separated(tuple(problems), {"by": "the split of each puzzle", "compared": len(problems)})
    if not held_out:
        raise BadRequest(f"say with --held-out which {name} problems are for validation and test: nothing else tells")
    found = overlap(
        (item.problem.prompt for file in held_out for item in load(make_task(name, file))),
        {problem.id: problem.prompt for problem in problems},
    )
    if found.exact:
        raise BadRequest(f"the run is not for training: {found}")
    kept = tuple(problem for problem in problems if problem.id not in found.ngram)
    compared = {"files": list(map(str, held_out)), "compared": found.tested, "13-gram": len(found.ngram)}
    return Separated(kept, compared)


def is_sound(problem: Problem, text: str) -> bool:
    """Whether a mini solution says nothing false, by the exact checker: each turn names a line that is wrong, and from
    the last one on every line and the answer are right."""
    puzzle = parse_prompt(problem.prompt)
    assert puzzle is not None
    thinking, _, answer = text.partition(END_OF_THINKING)
    lines = thinking.splitlines()
    labels = judge(puzzle, lines, answer)
    turns = [label for line, label in zip(lines, label_lines(puzzle, lines), strict=True) if taken_back(line)]
    return len(labels) == len(lines) + 1 and labels[-1] is Label.GOOD and Label.BAD not in turns
