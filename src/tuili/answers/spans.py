"""Values in running text: \\boxed{} with balanced braces, maths between delimiters, and plain numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_BOX = re.compile(r"\\f?boxed\s*\{")
_BETWEEN = re.compile(r"(?:[\s$,;.&]|\\[()\[\]]|\\q?quad|\\ |\\text\{\s*(?:and|or)\s*\}|\band\b|\bor\b)*\Z")

# `$` is a currency sign where a number follows it and a space or a number the next one: $5 or $6
_MATHS = (
    r"\$\$(?P<double>.+?)\$\$|\\\[(?P<display>.+?)\\\]|\\\((?P<inline>.+?)\\\)"
    r"|(?<!\\)\$(?!\d[^$\n]* \$)(?P<single>(?:\\.|[^$\n\\])+)\$(?!\d)"
)
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALE = rf"(?:\s+(?P<scale>{'|'.join(SCALES)})\b)?"
_PERCENT = r"(?:\s*(?P<percent>\\?%|(?:percent|percentage|pct)\b))?"
_PLAIN = r"\d{1,3}(?:[, ]\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+"
_MINUS = r"(?:(?<![\d)] )(?P<minus>(?i:minus|negative)) )?"
_NUMBER = rf"(?<![\w.,)\]}}]){_MINUS}(?P<number>[-−]?[$€£¥]?[-−]?(?:{_PLAIN})(?:\s?/\s?\d+(?![\d.]))?){_SCALE}"

VALUE = re.compile(rf"(?:{_MATHS}|{_NUMBER}){_PERCENT}", re.DOTALL)
LEADING = re.compile(rf"(?:{_MATHS}){_PERCENT}(?:\s*(?:,?\s*and|,?\s*or|,)\s*(?=[$\\]))?", re.DOTALL)


def boxes(text: str) -> Iterator[tuple[int, str]]:
    """(start, content) of every closed \\boxed{}; boxes joined by nothing but "and", commas or layout are one list."""
    group: list[str] = []
    start = end = 0
    for opening in _BOX.finditer(text):
        close = _closing(text, opening.end())
        if close is None:
            break
        inside = text[opening.end() : close].strip()
        if not inside:  # an instruction repeated, not an answer
            continue
        if group and not _BETWEEN.match(text[end : opening.start()]):
            yield start, _listed(group)
            group = []
        if not group:
            start = opening.start()
        group.append(inside)
        end = close + 1
    if group:
        yield start, _listed(group)


def content(match: re.Match[str]) -> str:
    """What a match of VALUE or LEADING holds: maths without its delimiters or a number as digits, and its per cent."""
    names = ("double", "display", "inline", "single")
    maths = next((found for name in names if (found := match[name]) is not None), None)
    value = _signed(match) if maths is None else maths.strip()
    return value + ("\\%" if match["percent"] else "")


def scaled(digits: str, scale: str) -> str:
    """3.5 million is 3500000."""
    return f"{(Decimal(digits) * SCALES[scale]).normalize():f}"


def _signed(match: re.Match[str]) -> str:
    digits = _digits(match["number"])
    if match["scale"] and "/" not in digits:
        digits = scaled(digits, match["scale"])
    return ("-" if match["minus"] else "") + digits


def _digits(number: str) -> str:
    """$1,000.99 and 1000,99 are 1000.99: a comma before three digits separates thousands, else decimals."""
    bare = re.sub(r"[$€£¥]|[, ](?=\d{3}(?!\d))|\s", "", number).replace("−", "-")
    return bare.replace(",", ".")


def _closing(text: str, start: int) -> int | None:
    """Where the brace opened before `start` closes."""
    depth = 1
    for brace in re.finditer(r"\\.|[{}]", text[start:], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return start + brace.start()
    return None


def _listed(group: list[str]) -> str:
    return ", ".join(dict.fromkeys(group))
