"""Trainings on the page: accuracy on validation problems against what training had cost by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.report.plot import Axis, Plot, plot
from tuili.evaluation.summary import Point, Series

TRAINING = Axis("training FLOPs, sampling included", lambda point: point.flops)


@dataclass(frozen=True, slots=True)
class Measured:
    """A policy on its way."""

    step: int
    flops: float
    """Of training so far."""
    accuracy: Mapping[str, Estimate]
    """pass@1 on validation problems: of `all`, and by level where they have one."""
    tokens: float | None
    """Mean length of the completions that it practised with since the last such point; None before the first."""
    thinking: float | None
    """Of their thinking; None also where a format does not mark it."""
    skipped: float | None
    """Share of their groups that nothing was learnt from."""
    entropy: float | None
    """Mean over their tokens, in nats."""


@dataclass(frozen=True, slots=True)
class Training:
    name: str
    measured: Sequence[Measured]

    @property
    def groups(self) -> list[str]:
        """What accuracies are of: `all` first."""
        return list(self.measured[0].accuracy)


def training_plots(trainings: Sequence[Training]) -> list[Plot]:
    """One for each group of problems, a line for each training. Where training begins there is no cost, and no dot."""
    groups = list(dict.fromkeys(group for training in trainings for group in training.groups))
    plots = (_plot(group, trainings) for group in groups)
    return [one for one in plots if one is not None]


def _plot(group: str, trainings: Sequence[Training]) -> Plot | None:
    drawn = [
        (number, _series(training, group)) for number, training in enumerate(trainings, 1) if group in training.groups
    ]
    problems = max(point.accuracy.n for _, series in drawn for point in series.points)
    title = f"{'All problems' if group == 'all' else group.capitalize()}, n = {problems}"
    return plot(title, TRAINING, [(number, series, series.points) for number, series in drawn], small=group != "all")


def _series(training: Training, group: str) -> Series:
    points = tuple(
        Point(None, each.accuracy[group], 0.0, each.flops, each.tokens or 0.0, 0.0) for each in training.measured
    )
    return Series(f"{training.name}, {group}", training.name, (), False, False, points, {})
