"""How numbers are written on the page."""

from __future__ import annotations

from math import isinf, isnan

from markupsafe import Markup

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
    return f"{signed_points(estimate.value)} ({signed_points(estimate.low)} to {signed_points(estimate.high)})"


def signed_points(difference: float) -> str:
    """One end of a difference of accuracies: −1.2; 0.0 has no sign."""
    written = f"{difference * 100:+.1f}".replace("-", "−")
    return "0.0" if written[1:] == "0.0" else written


def ends(estimate: Estimate) -> str:
    """The interval of a ratio: 0.54–0.69"""
    return f"{_plain(estimate.low)}–{_plain(estimate.high)}"


def times(value: float) -> str:
    """A multiple: 0.53×, 1.90×, 24×."""
    return f"{value:.2f}×" if value < 9.995 else f"{count(value)}×"


def p_value(value: float) -> str:
    return f"p{THIN}<{THIN}0.001" if value < 0.001 else f"p{THIN}={THIN}{value:.3f}"


def power_of_ten(value: float) -> str:
    """7.9·10⁹, and 10⁹ for a round one; small numbers as they are. – for 0: FLOPs of an engine of unknown size."""
    if value == 0:
        return "–"
    if abs(value) < 10_000:
        return count(value)
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    return power if mantissa == "1.0" else f"{float(mantissa):g}·{power}"


def count(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")


def breakable(text: str) -> Markup:
    """A spec that may be broken into lines after its commas, and is copied as it is."""
    return Markup(",<wbr>").join(text.split(","))


def _plain(value: float) -> str:
    return "∞" if isinf(value) else f"{value:.2f}"
