"""When two answers are votes for the same thing: equal normal forms, cheap and deterministic, no algebra.

Numbers become fractions (1/2, \\frac12 and 0.5 are one vote, and so are 1,000 and 1000), lists and sets lose their
order, tuples and intervals keep theirs, and layout, units, currency and percent signs are dropped. Answers that only
algebra can tell to be equal, such as \\sqrt{8} and 2\\sqrt{2}, stay different votes.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from tuili.records import AnswerKind

_REWRITES = [
    (r"\\(?:left|right|displaystyle|[!,;:> ]|q?quad)(?![a-zA-Z])|~", " "),
    (r"\\[dtc]frac", r"\\frac"),
    (r"\\(?:text|textbf|textit|mathrm|mathbf|mbox|operatorname)\s*\{\s*(?:and|or)\s*\}|\b(?:and|or)\b", ","),
    (r"(?<=[\d}])\s*\\(?:text|mathrm|mbox)\s*\{[^{}]*\}(?:\^\{?\d\}?)?\s*$", ""),
    (r"\\(?:text|textbf|textit|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}", r" \1 "),
    (r"\^\s*\{?\s*\\circ\s*\}?|\\degree|°|\\?%|\\?\$|[€£¥]|\b(?:percent(?:age)?|pct)\b", ""),
    (r"\{,\}", ","),
    (r"−", "-"),
    (r"\\(?:cdot|times)(?![a-zA-Z])", "*"),
    (r"\\(le|ge|ne)q?(?![a-zA-Z])", r"\\\1 "),
    (r"\\frac\s*(\d)\s*(\d)", r"\\frac{\1}{\2}"),
    (r"\\sqrt\s*(\d)", r"\\sqrt{\1}"),
]
_REWRITES_COMPILED = [(re.compile(pattern), replacement) for pattern, replacement in _REWRITES]

_ASSIGNED = re.compile(
    r"^\(?[a-zA-Z](?:_\{?\w+\}?|\(\w\))?(?:,[a-zA-Z](?:_\{?\w+\}?)?)*\)?(?:=|\\in(?![a-z]))(?=[^=]+$)"
)
_UNIT = re.compile(r"(?<=\d)\s+[a-zA-Z][a-zA-Z ]*\.?$|(?<=\d)(?:cm|mm|km|kg|mph)$")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:[, ]\d{3})+(?:\.\d*)?")
_DECIMAL = r"\d+(?:\.\d*)?|\.\d+"
_QUOTIENT = re.compile(
    rf"([-+]?)(?:\\frac\{{([-+]?(?:{_DECIMAL}))\}}\{{([-+]?(?:{_DECIMAL}))\}}|({_DECIMAL})(?:/({_DECIMAL}))?)"
)
_REPEATING = re.compile(r"([-+]?)(\d*)\.(\d*)\\overline\{(\d+)\}")
_MIXED = re.compile(r"([-+]?)(\d+)(?:\\frac\{(\d+)\}\{(\d+)\}| +(\d+)/(\d+))")


@lru_cache(maxsize=100_000)
def vote_key(answer: str, kind: AnswerKind) -> str:
    """Equal for answers that are votes for the same thing."""
    if kind is AnswerKind.MATH:
        answer = answer.strip()
        for pattern, replacement in _REWRITES_COMPILED:
            answer = pattern.sub(replacement, answer)
        return _key(answer.strip().rstrip(".,;"))
    folded = " ".join(answer.split())
    return folded.upper() if kind is AnswerKind.CHOICE else folded


def number(text: str) -> Fraction | None:
    """The value of a plain number (integer, decimal, repeating, quotient, mixed, with thousands), else None."""
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "").replace(" ", "")
    text = re.sub(r"(?<!\d) +| +(?!\d)", "", text)
    if mixed := _MIXED.fullmatch(text):
        sign, whole, *parts = mixed.groups()
        top, bottom = parts[0] or parts[2], parts[1] or parts[3]
        size = int(whole) + Fraction(int(top), int(bottom)) if int(bottom) else None
    elif repeating := _REPEATING.fullmatch(text):
        sign, whole, start, period = repeating.groups()
        size = Fraction(f"{whole or 0}.{start or 0}") + Fraction(
            int(period), (10 ** len(period) - 1) * 10 ** len(start)
        )
    elif quotient := _QUOTIENT.fullmatch(text):
        sign, *parts = quotient.groups()
        top, bottom = (part for part in (parts[0] or parts[2], parts[1] or parts[3] or "1"))
        size = Fraction(top) / Fraction(bottom) if Fraction(bottom) else None
    else:
        return None
    return size if size is None or sign != "-" else -size


def _key(text: str) -> str:
    text = _UNIT.sub("", text)
    value = number(text)
    if value is not None:
        return str(value)
    text = _ASSIGNED.sub("", re.sub(r"\s*([^\w\s])\s*", r"\1", text))
    parts = _split(text)
    if len(parts) > 1:
        return "{" + ",".join(sorted(_key(part) for part in parts)) + "}"
    if group := re.fullmatch(r"(\\\{|[(\[])(.*)(\\\}|[)\]])", text):
        opening, inside, closing = group.groups()
        members = [_key(part) for part in _split(inside)]
        if opening == "\\{":
            return "{" + ",".join(sorted(members)) + "}"
        if len(members) > 1:
            return opening + ",".join(members) + closing
    value = number(text)
    if value is not None:
        return str(value)
    text = text.replace(" ", "")
    return text.lower() if text.isalpha() and len(text) > 2 else text


def _split(text: str) -> list[str]:
    """The parts between commas outside of all brackets."""
    parts, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(char, 0)
        if char in ",;" and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]
