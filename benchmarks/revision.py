"""What revising is worth, from recorded chains: accuracy by attempt, what becomes of right and wrong answers, choices.

    tuili eval mini --limit 1000 --model local:path=checkpoints/mini-revision,format=lines --verifier process \\
        --strategy sequential_revision:n=16,select=weighted --out runs/mini-revision
    python benchmarks/revision.py runs/mini-revision

A choice among the first k attempts of a chain is what a chain of k returns: an attempt depends only on those before it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as Folder
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuili.evaluation.folder import open_runs, read_into
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.revisions import by_attempt, turns
from tuili.evaluation.reduce import GradedAttempt
from tuili.grading.graded import grade_of
from tuili.grading.outcome import Grade, Outcome
from tuili.records import Ending, Path, Problem, Scored, Verdict
from tuili.strategies.asks import Choice
from tuili.strategies.select import best, latest, majority_vote, weighted_vote

SIZES = (1, 2, 4, 8, 16, 32, 64)
Groups = Mapping[str, NDArray[np.bool_]]
Select = Callable[[Sequence[Scored]], Choice]


class Chain(NamedTuple):
    problem: Problem
    attempts: list[Scored]
    scored: bool
    """Whether a verifier was asked; else the scores mean nothing."""
    grades: Mapping[str, Grade]

    def is_right(self, answer: str | None) -> bool:
        return grade_of(answer, self.grades).outcome is Outcome.CORRECT


def main(folder: Folder) -> None:
    chains = read_chains(folder)
    length = min(len(chain.attempts) for chain in chains)
    correct = np.array([[chain.is_right(each.path.answer) for each in chain.attempts[:length]] for chain in chains])
    problems = np.array([chain.problem.id for chain in chains])
    levels = np.array([chain.problem.level for chain in chains])
    groups = {f"level {level}": levels == level for level in np.unique(levels)}
    groups = {"all": np.ones(len(chains), dtype=bool), **groups}
    sizes = [size for size in SIZES if size <= length]
    attempts_table(groups, correct, problems, sizes)
    turns_table(groups, correct, problems)
    choices_table(groups, chains, problems, sizes)


def read_chains(folder: Folder) -> list[Chain]:
    """Those of sequential_revision that no budget and no failure cut short."""
    run = open_runs([folder])[folder]
    problems = {problem.id: problem for problem in run.problems}
    chains: list[Chain] = []

    def add(graded: GradedAttempt) -> None:
        attempt, grades = graded
        if attempt.strategy.startswith("sequential_revision") and attempt.ending is Ending.DONE:
            nodes = sorted(attempt.nodes, key=lambda node: node.id)
            attempts = [Scored(Path(node.id, answer=node.answer), node.verdict or Verdict(0.0)) for node in nodes]
            scored = all(node.verdict for node in nodes)
            chains.append(Chain(problems[attempt.problem_id], attempts, scored, grades))

    read_into(run, folder, add)
    if not chains:
        sys.exit(f"{folder} holds no chain of sequential_revision")
    return chains


def attempts_table(groups: Groups, correct: NDArray[np.bool_], problems: NDArray[np.str_], sizes: list[int]) -> None:
    heading("accuracy of attempt", sizes)
    for name, chosen in groups.items():
        accuracies = by_attempt(correct[chosen], problems[chosen])
        row(name, [accuracies[size - 1] for size in sizes])


def turns_table(groups: Groups, correct: NDArray[np.bool_], problems: NDArray[np.str_]) -> None:
    heading("from one attempt to the next", ["right → wrong", "wrong → right", "Δ(c→i)", "Δ(i→c)"])
    for name, chosen in groups.items():
        found = turns(correct[chosen], problems[chosen])
        row(name, [found.spoiled, found.mended, found.lost, found.gained])


def choices_table(groups: Groups, chains: list[Chain], problems: NDArray[np.str_], sizes: list[int]) -> None:
    kind = chains[0].problem.answer_kind
    choices: dict[str, Select] = {
        "last": lambda attempts: latest([item.path for item in attempts]),
        "majority": lambda attempts: majority_vote([item.path for item in attempts], kind),
    }
    if all(chain.scored for chain in chains):
        choices |= {"best": best, "weighted": lambda attempts: weighted_vote(attempts, kind)}
    for name, chosen in groups.items():
        heading(f"{name}: choice among the first", sizes)
        members = [chain for chain, is_member in zip(chains, chosen, strict=True) if is_member]
        for label, select in choices.items():
            right = [[chain.is_right(select(chain.attempts[:size]).answer) for size in sizes] for chain in members]
            row(label, [clustered(column, problems[chosen]) for column in np.array(right).T])


def heading(what: str, columns: Sequence[object]) -> None:
    print(f"\n| {what} | {' | '.join(map(str, columns))} |\n|{'---|' * (len(columns) + 1)}")


def row(name: str, estimates: Sequence[Estimate]) -> None:
    cells = (f"{each.value:.3f} [{each.low:.3f}, {each.high:.3f}] (n = {each.n})" for each in estimates)
    print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Folder(sys.argv[1]))
