"""How numbers are written on the page."""

from __future__ import annotations

from math import floor, isinf, isnan, log10

from tuili.evaluation.metrics.estimate import Estimate

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
THIN = "\u2009"


def percent(value: float, digits: int = 1) -> str:
    return "–" if isnan(value) else f"{value * 100:.{digits}f}{THIN}%"


def with_interval(estimate: Estimate) -> str:
    """74.6 % (70.2–78.3)"""
    return f"{percent(estimate.value)} ({interval(estimate)})"


def interval(estimate: Estimate) -> str:
    return f"{estimate.low * 100:.1f}–{estimate.high * 100:.1f}"


def points(estimate: Estimate) -> str:
    """A difference of accuracies, in points: +5.1 (3.8 to 6.4)"""
    return f"{_signed(estimate.value * 100)} ({_signed(estimate.low * 100)} to {_signed(estimate.high * 100)})"


def ends(estimate: Estimate) -> str:
    """The interval of a ratio: 0.54–0.69"""
    return f"{_plain(estimate.low)}–{_plain(estimate.high)}"


def times(value: float) -> str:
    """A multiple: 1.9×, and 0.53× below one."""
    return f"{value:.2f}×" if value < 1 else f"{value:,.1f}×"


def p_value(value: float) -> str:
    return f"p{THIN}<{THIN}0.001" if value < 0.001 else f"p{THIN}={THIN}{value:.3f}"


def power_of_ten(value: float) -> str:
    """7.9·10⁹, and 10⁹ for a round one; small numbers as they are. – for 0: FLOPs of an engine of unknown size."""
    if value == 0:
        return "–"
    exponent = floor(log10(abs(value)) + 1e-9)
    if exponent < 4:
        return f"{value:,.0f}"
    mantissa = round(value / 10.0**exponent, 1)
    power = f"10{str(exponent).translate(_SUPERSCRIPT)}"
    return power if mantissa == 1 else f"{mantissa:g}·{power}"


def count(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _plain(value: float) -> str:
    return "∞" if isinf(value) else f"{value:.2f}"
