"""The two axes of a reasoning model: accuracy against the compute of training, and against that of inference.

    tuili eval mini --limit 1000 --max-tokens 384 --strategy self_consistency:n=16 \\
        --model local:path=checkpoints/mini-rl/checkpoint-100,format=lines --out runs/rl-100
    python benchmarks/train_scaling.py --training checkpoints/mini-rl --training checkpoints/mini-rl-more runs/rl-*

Prints the trainings' curves as a table and writes train_scaling.svg into benchmarks/results. The trainings' accuracies
are on validation problems, the runs' (majority@k, from subsets of their samples) on test problems.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tuili.evaluation.curves import curves
from tuili.evaluation.folder import read_run
from tuili.evaluation.report.training import Training
from tuili.training.measured import measured

FIGURE = Path(__file__).parent / "results" / "train_scaling.svg"


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--training", type=Path, action="append", required=True)
    parser.add_argument("runs", type=Path, nargs="+")
    options = parser.parse_args()
    trainings = [measured(folder) for folder in options.training]
    table(trainings)
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    of_training(left, trainings)
    of_inference(right, options.runs)
    figure.savefig(FIGURE)


def table(trainings: list[Training]) -> None:
    groups = trainings[0].groups
    print(f"| update | training FLOPs | {' | '.join(groups)} | tokens of thinking | entropy | groups skipped |")
    print("|---" * (len(groups) + 5) + "|")
    for training in trainings:
        for one in training.measured:
            accuracies = " | ".join(
                f"{of.value:.3f} [{of.low:.3f}, {of.high:.3f}]" for of in (one.accuracy[group] for group in groups)
            )
            practised = " | ".join(
                "" if value is None else f"{value:.{digits}f}"
                for value, digits in ((one.thinking, 1), (one.entropy, 3), (one.skipped, 2))
            )
            print(f"| {training.name} {one.step} | {one.flops:.2e} | {accuracies} | {practised} |")


def of_training(axes: Axes, trainings: list[Training]) -> None:
    for number, group in enumerate(trainings[0].groups):
        # a training as far as the next went on from it
        ends = [later.measured[0].flops for later in trainings[1:]] + [float("inf")]
        points = [
            one
            for training, end in zip(trainings, ends, strict=True)
            for one in training.measured
            if 0 < one.flops <= end
        ]
        flops, accuracy = [one.flops for one in points], [one.accuracy[group] for one in points]
        axes.plot(flops, [of.value for of in accuracy], f"C{number}.-", label=group)
        if group == "all":
            axes.fill_between(flops, [of.low for of in accuracy], [of.high for of in accuracy], alpha=0.15)
        axes.axhline(trainings[0].measured[0].accuracy[group].value, color=f"C{number}", lw=0.6, ls=":")
    axes.set(
        xscale="log", xlabel="training FLOPs (dotted: before training)", ylabel="accuracy", title="pass@1, validation"
    )
    axes.legend(fontsize=8, loc="lower right", ncols=3)


def of_inference(axes: Axes, runs: list[Path]) -> None:
    for folder in runs:
        (curve,) = [one for one in curves(read_run(folder)) if one.name.startswith("majority")]
        axes.plot(curve.costs[:, :, 0].mean(axis=0), curve.accuracy.mean(axis=0), ".-", label=folder.name)
    axes.set(xscale="log", xlabel="FLOPs a problem", title="majority@k, test")
    axes.legend(fontsize=8, loc="center right")


if __name__ == "__main__":
    main()
