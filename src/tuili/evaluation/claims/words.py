"""A published result in words, on the terminal and on the page."""

from __future__ import annotations

from collections.abc import Iterator

from tuili.evaluation.claims.published import PERCENT, Claim


def number(claim: Claim) -> str:
    """15.6 → 71.0 %, or 0.2 to 1.2 points gained."""
    if claim.range is not None:
        written = " to ".join(f"{end:g}" for end in claim.range)
    elif claim.unit == PERCENT:
        written = " → ".join(f"{value:.1f}" for value in (claim.before, claim.number) if value is not None)
    else:
        written = f"{claim.number:g}"
    return f"{written} {claim.unit}"


def conditions(claim: Claim) -> str:
    """What is stated of how it came about: `cons@64, 64 samples, no verifier`."""
    return ", ".join(_stated(claim))


def _stated(claim: Claim) -> Iterator[str]:
    if claim.metric:
        yield claim.metric
    if claim.samples:
        yield f"{claim.samples:,} sample{'s' if claim.samples > 1 else ''}"
    if claim.max_tokens:
        yield f"at most {claim.max_tokens:,} tokens"
    if claim.verifier:
        yield "no verifier" if claim.verifier == "none" else f"verifier: {claim.verifier}"
    if claim.note:
        yield claim.note
