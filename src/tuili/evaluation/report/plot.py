"""Accuracy over a logarithmic axis: data to pixels. The template only writes down what stands here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from tuili.evaluation.report.numbers import count, percent, power_of_ten, with_interval
from tuili.evaluation.summary import Point, Series

WIDTH, HEIGHT = 500, 330
SMALL_WIDTH, SMALL_HEIGHT = 360, 250
ROUNDING = 1e-9
HUES = 8
"""Colours in the style sheet beside grey."""
LEFT, RIGHT, TOP, BOTTOM = 52, 22, 12, 46
LETTER = 8
"""Pixels that a letter of a tick's label takes up, with its share of the gap to the next label."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What lies along x, and how its ticks read."""

    title: str
    value: Callable[[Point], float | None]
    by_two: bool = False
    """Ticks at powers of two, not of ten."""
    label: Callable[[float], str] = power_of_ten


SAMPLES = Axis("samples a problem, N", lambda point: point.k, by_two=True)
FLOPS = Axis("FLOPs a problem, verifier included", lambda point: point.flops)
TOKENS = Axis("tokens a problem, verifier included", lambda point: point.tokens)
SECONDS = Axis("seconds that a problem waited for its calls", lambda point: point.seconds, label="{:g}".format)


def hue(number: int) -> int:
    """The colour of a series: grey for the first, which is the ceiling where there is one; then HUES in turn."""
    return 0 if number == 0 else 1 + (number - 1) % HUES


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    """Pixels from the left or the top."""
    label: str
    """Empty for a minor one."""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    low: float
    high: float
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """One series as drawn."""

    number: int
    """Of the series on the page: its colour and its mark."""
    ceiling: bool
    dots: tuple[Dot, ...]

    @property
    def path(self) -> str:
        return "M" + "L".join(f"{dot.x:.1f} {dot.y:.1f}" for dot in self.dots)

    @property
    def band(self) -> str:
        ends = [f"{dot.x:.1f} {dot.low:.1f}" for dot in self.dots]
        back = [f"{dot.x:.1f} {dot.high:.1f}" for dot in reversed(self.dots)]
        return "M" + "L".join(ends + back) + "Z"


@dataclass(frozen=True, slots=True)
class Plot:
    title: str
    x_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    width: int
    height: int

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM


def plot(
    title: str, axis: Axis, drawn: Sequence[tuple[int, Series, Sequence[Point]]], *, small: bool = False
) -> Plot | None:
    """drawn: number on the page, series, and its points here. small: one of many side by side, so from 0 to 100 %.

    None where no point has a value on this axis.
    """
    values = [x for _, _, points in drawn for point in points if (x := axis.value(point))]
    if not values:
        return None
    ends = [end for _, _, points in drawn for point in points for end in (point.accuracy.low, point.accuracy.high)]
    levels = _levels(0, 1) if small else _levels(min(ends), max(ends))
    low, high = levels[0], levels[-1]
    width, height = (SMALL_WIDTH, SMALL_HEIGHT) if small else (WIDTH, HEIGHT)
    left, right = _widened(min(values), max(values))

    def x_pixel(value: float) -> float:
        share = (log10(value) - log10(left)) / (log10(right) - log10(left))
        return LEFT + share * (width - LEFT - RIGHT)

    def y_pixel(value: float) -> float:
        return TOP + (high - value) / (high - low) * (height - TOP - BOTTOM)

    x_labels = _powers_of_two(left, right) if axis.by_two else _powers_of_ten(left, right, axis.label)
    return Plot(
        title=title,
        x_title=axis.title,
        x_ticks=_legible(Tick(x_pixel(value), label) for value, label in sorted(x_labels, key=_roundness)),
        y_ticks=tuple(Tick(y_pixel(level), percent(level, 0)) for level in levels),
        lines=tuple(
            Line(number, series.ceiling, tuple(_dots(series, points, axis, x_pixel, y_pixel)))
            for number, series, points in drawn
        ),
        width=width,
        height=height,
    )


def _dots(
    series: Series,
    points: Iterable[Point],
    axis: Axis,
    x_pixel: Callable[[float], float],
    y_pixel: Callable[[float], float],
) -> Iterable[Dot]:
    for point in points:
        x = axis.value(point)
        if x:
            size = f", N = {point.k}" if point.k else ""
            cost = f"{power_of_ten(point.flops)} FLOPs" if point.flops else f"{count(point.tokens)} tokens"
            says = f"{series.name}{size}: {with_interval(point.accuracy)}, {cost}"
            accuracy = point.accuracy
            yield Dot(x_pixel(x), y_pixel(accuracy.value), y_pixel(accuracy.low), y_pixel(accuracy.high), says)


def _levels(low: float, high: float) -> list[float]:
    """Round accuracies from below the lowest to above the highest."""
    step = 0.2 if high - low > 0.8 else 0.1 if high - low > 0.25 else 0.05
    first, last = floor(low / step + ROUNDING), ceil(high / step - ROUNDING)
    return [i * step for i in range(first, max(last, first + 1) + 1)]


def _widened(low: float, high: float) -> tuple[float, float]:
    """With a little room at both ends, and never empty."""
    margin = max((high / low) ** 0.04, 1.05)
    return low / margin, high * margin


def _legible(ticks: Iterable[Tick]) -> tuple[Tick, ...]:
    """Without the labels that would touch one before them in this order."""
    kept: list[Tick] = []
    for tick in ticks:
        taken = (abs(tick.at - one.at) < LETTER * (len(tick.label) + len(one.label)) / 2 for one in kept if one.label)
        kept.append(Tick(tick.at, "") if any(taken) else tick)
    return tuple(kept)


def _roundness(tick: tuple[float, str]) -> int:
    """1, 10, … come first, then 2, 5, 20, …"""
    return {"1": 0, "2": 1, "5": 1}.get(f"{tick[0]:e}"[0], 2)


def _powers_of_two(low: float, high: float) -> list[tuple[float, str]]:
    powers = [2**i for i in range(21) if low <= 2**i <= high]
    return [(power, str(power)) for power in powers]


def _powers_of_ten(low: float, high: float, label: Callable[[float], str]) -> list[tuple[float, str]]:
    """Labelled at powers of ten; where there are fewer than three, at 2 and 5 times them too, or at all nine digits."""
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    values = [(digit, digit * 10.0**decade) for decade in decades for digit in range(1, 10)]
    inside = [(digit, value) for digit, value in values if low <= value <= high]
    labelled = next((some for some in ((1,), (1, 2, 5)) if sum(digit in some for digit, _ in inside) > 2), range(1, 10))
    return [(value, label(value) if digit in labelled else "") for digit, value in inside]
