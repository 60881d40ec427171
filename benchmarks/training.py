"""What trainings made of a policy, from runs of several policies on the same problems: each beside the first.

    tuili eval mini --limit 1000 --strategy self_consistency:n=4 --model local:path=FOLDER,format=lines --out runs/NAME
    python benchmarks/training.py runs/FIRST runs/SECOND …

Samples of runs with the same seed are paired by problem. Thinking is the text up to its end mark, in whole words and
numbers, which are tuili-mini's tokens; behaviours are counted exactly (`tuili thinking` has more of them).
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import fmean

import numpy as np

from tuili.evaluation.behaviours import behaviours
from tuili.evaluation.folder import read_run
from tuili.evaluation.lexicon import Behaviour
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.paired import paired_difference
from tuili.evaluation.recorded import Mark
from tuili.mini.text import END_OF_THINKING
from tuili.runs import read_attempts


def main(folders: list[Path]) -> None:
    levels, right = zip(*map(shares, folders), strict=True)
    assert all((each == levels[0]).all() for each in levels), "the runs are on other problems"
    names = [folder.name for folder in folders]
    print(f"| pass@1, {len(levels[0])} problems | {' | '.join(names)} |")
    print("|---" * (len(names) + 1) + "|")
    row("all", [shown(clustered(each)) for each in right])
    for level in np.unique(levels[0]):
        row(f"level {level}", [shown(clustered(each[levels[0] == level])) for each in right])
    differences = [paired_difference(each, right[0]) for each in right[1:]]
    row(f"less {names[0]}", ["", *(f"{shown(each.estimate)}, p {each.p_value:.2g}" for each in differences)])
    row("tokens of thinking", [f"{thinking(folder):.1f}" for folder in folders])
    counted = [behaviours(folder)[0].shown for folder in folders]
    for behaviour in Behaviour:
        row(f"share that shows: {behaviour.value}", [shown(each[behaviour].share) for each in counted])
        row("… right with it less without", [shown(each[behaviour].difference_within) for each in counted])


def shares(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Each problem's level, and the share of its samples that are right."""
    run = read_run(folder)
    (recorded,) = run.strategies.values()
    assert recorded.pools is not None
    order = np.argsort(recorded.problem)
    levels = np.array([problem.level for problem in run.problems])[recorded.problem[order]]
    return levels, (recorded.pools.outcomes[order] == Mark.CORRECT).mean(axis=1)


def thinking(folder: Path) -> float:
    texts = (node.text for attempt in read_attempts(folder) for node in attempt.nodes)
    return fmean(len(text.partition(END_OF_THINKING)[0].replace("\n", " \n ").split(" ")) for text in texts)


def row(name: str, cells: list[str]) -> None:
    print(f"| {name} | {' | '.join(cells)} |")


def shown(estimate: object) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"  # type: ignore[attr-defined]


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]])
