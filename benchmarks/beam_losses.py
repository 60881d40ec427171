"""Where a beam search on tuili-mini loses the problems that it gets wrong, by the exact step checker.

    python benchmarks/beam_losses.py runs/mini-search

A path is alive while it is right and can still be finished, dead when it is right and cannot, wrong after a false or
illegal line. A problem is lost where the last living paths were: outvoted (a right answer was found, and another won),
not continued (they were kept, and no sample of their next step is alive), or dropped (none of them was kept).
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

from tuili.grading.graded import AttemptGrades
from tuili.grading.outcome import Outcome
from tuili.mini.puzzle import Label, Puzzle
from tuili.mini.text import END_OF_THINKING, judge, parse_prompt
from tuili.records import Attempt
from tuili.runs import read_attempts, read_grades, read_problems

Id = tuple[int, ...]
STATES = {Label.GOOD: "alive", Label.NEUTRAL: "dead", Label.BAD: "wrong"}
LOSSES = ("outvoted", "not continued", "dropped")


def main(folder: Path) -> None:
    problems = {problem.id: problem for problem in read_problems(folder)}
    grades = {line.key: line.grades for line in read_grades(folder, AttemptGrades)}
    tried: Counter[tuple[str, int]] = Counter()
    lost: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    instead: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for attempt in read_attempts(folder):
        if not attempt.strategy.startswith("beam_search"):
            continue
        problem = problems[attempt.problem_id]
        puzzle = parse_prompt(problem.prompt, problem.level or 0)
        assert puzzle is not None
        right = {text for text, grade in grades[attempt.key].items() if grade.outcome is Outcome.CORRECT}
        cell = attempt.strategy.partition(",rounds")[0], problem.level or 0
        tried[cell] += 1
        if attempt.answer not in right:
            loss, kept = where_lost(attempt, puzzle, right)
            lost[cell][loss] += 1
            instead[cell].update(kept)
    print("| search | level | lost | " + " | ".join(LOSSES) + " | kept instead: alive, dead, wrong |")
    print("|---|---|---|" + "---|" * (len(LOSSES) + 1))
    for cell in sorted(tried, key=lambda one: (one[0].rpartition("expand=")[2], len(one[0]), one)):
        counts, kept = lost[cell], instead[cell]
        shown = ", ".join(str(kept[state]) for state in STATES.values())
        losses = " | ".join(str(counts[loss]) for loss in LOSSES)
        print(f"| {cell[0]} | {cell[1]} | {sum(counts.values())} of {tried[cell]} | {losses} | {shown} |")


def where_lost(attempt: Attempt, puzzle: Puzzle, right: set[str]) -> tuple[str, Counter[str]]:
    """The loss, and the states of what was kept where living paths were dropped."""
    if any(node.answer in right for node in attempt.nodes):
        return "outvoted", Counter()
    states = path_states(attempt, puzzle)
    expanded = {node.id[:-1] for node in attempt.nodes}
    alive = [path for path, state in states.items() if state == "alive"]
    deepest = max(map(len, alive), default=0)
    if not alive or any(path in expanded for path in alive if len(path) == deepest):
        return "not continued", Counter()
    return "dropped", Counter(states[path] for path in expanded if len(path) == deepest)


def path_states(attempt: Attempt, puzzle: Puzzle) -> dict[Id, str]:
    texts: dict[Id, str] = {(): ""}
    states = {}
    for node in sorted(attempt.nodes, key=lambda node: len(node.id)):
        text = texts[node.id] = texts[node.id[:-1]] + node.text
        thinking, ended, answer = text.partition(END_OF_THINKING)
        labels = judge(puzzle, thinking.splitlines(), answer if ended else None)
        states[node.id] = STATES[labels[-1]] if labels else "alive"
    return states


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
