"""Every way to spend inference compute on tuili-mini, at equal cost: the tables and the figure of its note.

    tuili sweep mini_search --out runs/mini-search
    python benchmarks/mini_search.py runs/mini-search > benchmarks/results/mini_search.md

Writes mini_search.svg beside the table, in benchmarks/results. What a search saves is asked of each level by itself,
and of the middle ones together.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from bands import banded
from matplotlib.figure import Figure

from tuili.evaluation.curve import Curve
from tuili.evaluation.curves import curves
from tuili.evaluation.equal_cost import compare, mean_costs
from tuili.evaluation.folder import read_run
from tuili.evaluation.metrics.discrimination import auroc_within
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.pooled import WEIGHTED
from tuili.evaluation.recorded import Mark, RunColumns, Unit

MIDDLE = (2, 3, 4)
FIGURE = Path(__file__).parent / "results" / "mini_search.svg"


def main(folder: Path) -> None:
    run = read_run(folder)
    drawn = curves(run)
    print(f"# Search on tuili-mini\n\n{conditions(run)}\n")
    points_table(drawn)
    baseline = next(curve for curve in drawn if curve.name == WEIGHTED)
    searches = [curve for curve in drawn if not curve.ceiling and curve is not baseline]
    print(f"\n## FLOPs for the accuracy of {WEIGHTED}, as a multiple of what that takes\n")
    for name, levels in {"middle levels": MIDDLE, **{f"level {one}": (one,) for one in levels_of(drawn)}}.items():
        savings_table(name, [on_levels(one, levels) for one in searches], on_levels(baseline, levels))
    print("\n## The verifier, on the samples of best-of-N\n")
    verifier_table(run)
    draw(drawn)


def conditions(run: RunColumns) -> str:
    header = run.header
    return (
        f"{header.problems} problems of {header.task}; {header.model}; verifier {header.verifier}; "
        f"seeds {', '.join(map(str, header.seeds))}; commit {header.commit}; {header.created[:10]}. "
        "Costs are means a problem, verifier included; intervals are 95 %, over problems."
    )


def levels_of(drawn: Sequence[Curve]) -> list[int]:
    return sorted({level for curve in drawn for level in curve.levels.tolist() if level})


def on_levels(curve: Curve, levels: Sequence[int]) -> Curve:
    return curve.where(np.isin(curve.levels, levels))


def points_table(drawn: Sequence[Curve]) -> None:
    levels = levels_of(drawn)
    heads = ["strategy", "N", "accuracy", *(f"level {level}" for level in levels), "FLOPs", "tokens", "seconds"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for curve in drawn:
        flops, tokens, seconds = (mean_costs(curve, unit) for unit in Unit)
        for i, k in enumerate(curve.ks):
            parts = [on_levels(curve, [level]).accuracy[:, i] for level in levels]
            shares = [shown(curve.accuracy[:, i]), *(f"{part.mean():.3f}" for part in parts)]
            costs = f"{flops[i]:.3g} | {tokens[i]:,.0f} | {seconds[i]:.2f}"
            name = curve.name if curve.from_subsets else curve.strategies[i]
            print(f"| {name} | {k or ''} | {' | '.join(shares)} | {costs} |")


def savings_table(name: str, searches: Sequence[Curve], baseline: Curve) -> None:
    """What each strategy spends to be as accurate as the baseline is at each of its sizes."""
    rows = {curve.name: compare(curve, baseline).same_accuracy for curve in searches}
    targets = next(iter(rows.values()))
    heads = [
        f"N = {k}: {one.accuracy:.3f} for {one.second_cost:.3g}" for k, one in zip(baseline.ks, targets, strict=True)
    ]
    print(f"| {name}, n = {len(baseline.problems)} | {' | '.join(heads)} |\n|{'---|' * (len(heads) + 1)}")
    for strategy, found in rows.items():
        ratios = [
            f"{one.ratio.value:.2f} [{one.ratio.low:.2f}, {one.ratio.high:.2f}]" if one.ratio else "not reached"
            for one in found
        ]
        print(f"| {strategy} | {' | '.join(ratios)} |")
    print()


def verifier_table(run: RunColumns) -> None:
    """Where samples are right, and how often the verifier puts a right one of a problem above a wrong one."""
    scored = [one for one in run.strategies.values() if one.pools and not np.isnan(one.pools.scores).all()]
    recorded = max(scored, key=lambda one: one.pools.scores.size if one.pools else 0)
    assert recorded.pools is not None
    correct = recorded.pools.outcomes == Mark.CORRECT
    at_level = np.array([problem.level or 0 for problem in run.problems])[recorded.problem]
    print("| level | pass@1 | some sample right | AUROC within problems |\n|---|---|---|---|")
    for level in np.unique(at_level):
        rows = at_level == level
        n = correct.shape[1]
        auroc = auroc_within(
            recorded.pools.scores[rows].ravel(), correct[rows].ravel(), np.repeat(recorded.problem[rows], n)
        )
        within = f"{auroc.value:.3f} [{auroc.low:.3f}, {auroc.high:.3f}] (n = {auroc.n})"
        print(f"| {level} | {shown(correct[rows].mean(axis=1))} | {shown(correct[rows].any(axis=1))} | {within} |")


def shown(values: object) -> str:
    estimate = clustered(values)  # type: ignore[arg-type]
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def draw(drawn: Sequence[Curve]) -> None:
    """Accuracy against FLOPs, one panel for all problems and one for each level, bands for the intervals."""
    panels = {"all levels": None, **{f"level {level}": level for level in levels_of(drawn)}}
    figure = Figure(figsize=(13, 8), layout="constrained")
    for place, (title, level) in enumerate(panels.items()):
        axes = figure.add_subplot(2, -(-len(panels) // 2), place + 1)
        for number, curve in enumerate(drawn):
            part = curve if level is None else on_levels(curve, [level])
            estimates = [clustered(column) for column in part.accuracy.T]
            flops, style = mean_costs(part, Unit.FLOPS), "--" if curve.ceiling else "-"
            marker = "osD^vPX*<>"[number % 10]
            banded(axes, flops, estimates, 0.08, style, marker=marker, label=curve.name)
        axes.set(title=f"{title}, n = {len(part.problems)}", xscale="log", xlabel="FLOPs a problem", ylabel="accuracy")
        axes.grid(alpha=0.25)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
    figure.savefig(FIGURE)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
