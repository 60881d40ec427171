"""Lines with their intervals, as the figures here draw them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from tuili.evaluation.metrics.estimate import Estimate


def banded(axes: Axes, at: ArrayLike, estimates: Sequence[Estimate], alpha: float, *style: str, **named: Any) -> None:
    """A line of estimates, in a style of matplotlib's, over the band of their intervals."""
    line = axes.plot(at, [one.value for one in estimates], *style, **named)[0]
    low, high = [one.low for one in estimates], [one.high for one in estimates]
    axes.fill_between(at, low, high, color=line.get_color(), alpha=alpha, linewidth=0)
