"""Between sampling in parallel and revising in sequence, at equal numbers of attempts: a table and a figure.

    tuili sweep mini_revision --out runs/mini-revision
    python benchmarks/ratios.py runs/mini-revision

Writes ratios.svg into benchmarks/results: accuracy against the sequential : parallel ratio, by level.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from bands import banded
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tuili.evaluation.folder import read_run
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.paired import paired_difference
from tuili.evaluation.recorded import Mark, Recorded, Unit
from tuili.spec import Spec

FIGURE = Path(__file__).parent / "results" / "ratios.svg"


def main(folder: Path) -> None:
    run = read_run(folder)
    levels = np.array([problem.level or 0 for problem in run.problems])
    by_attempts: dict[int, dict[int, Recorded]] = defaultdict(dict)
    for strategy, recorded in run.strategies.items():
        values = Spec.parse(strategy).parameters
        by_attempts[int(values["n"])][int(values["ratio"])] = recorded
    for n, ratios in sorted(by_attempts.items()):
        table(n, dict(sorted(ratios.items())), levels)
    draw(by_attempts, levels)


def right(recorded: Recorded) -> NDArray[np.float64]:
    """Of each problem, in order."""
    correct: NDArray[np.bool_] = recorded.outcome[np.argsort(recorded.problem)] == Mark.CORRECT
    return correct.astype(float)


def table(n: int, ratios: dict[int, Recorded], levels: NDArray[np.int64]) -> None:
    print(f"\n| {n} attempts, sequential : parallel | {' | '.join(f'{ratio} : {n // ratio}' for ratio in ratios)} |")
    print(f"|{'---|' * (len(ratios) + 1)}")
    flops = [one.costs[:, :, Unit.FLOPS].sum(axis=1).mean() for one in ratios.values()]
    print(f"| FLOPs a problem | {' | '.join(f'{one:.3g}' for one in flops)} |")
    for name, chosen in groups(levels).items():
        estimates = [clustered(right(one)[chosen]) for one in ratios.values()]
        print(f"| {name} (n = {chosen.sum()}) | {' | '.join(map(shown, estimates))} |")
    best = max(ratios, key=lambda ratio: right(ratios[ratio]).mean())
    for end in (min(ratios), max(ratios)):
        for name, chosen in groups(levels).items():
            gap = paired_difference(right(ratios[best])[chosen], right(ratios[end])[chosen])
            print(f"{name}: {best} : {n // best} less {end} : {n // end}: {shown(gap.estimate)}, p {gap.p_value:.4f}")


def groups(levels: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    return {"all": levels >= 0, **{f"level {level}": levels == level for level in np.unique(levels)}}


def shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def draw(by_attempts: dict[int, dict[int, Recorded]], levels: NDArray[np.int64]) -> None:
    panels = groups(levels)
    figure = Figure(figsize=(13, 7), layout="constrained")
    for place, (title, chosen) in enumerate(panels.items(), 1):
        axes = figure.add_subplot(2, -(-len(panels) // 2), place)
        for n, ratios in sorted(by_attempts.items()):
            order = sorted(ratios)
            estimates = [clustered(right(ratios[ratio])[chosen]) for ratio in order]
            banded(axes, order, estimates, 0.12, marker="o", label=f"{n} attempts")
        axes.set_xscale("log", base=2)
        axes.set(title=f"{title}, n = {chosen.sum()}", xlabel="attempts in sequence, of each chain", ylabel="accuracy")
        axes.grid(alpha=0.25)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(FIGURE)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
