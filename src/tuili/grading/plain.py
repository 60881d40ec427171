"""Answers that are compared as they are written: plain numbers, words, times of day, ratios, numbers in a base.

Algebra would be wrong here: it takes ABC for a product, 10:00 PM for a fraction, and rounds 0.0000004.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from tuili.answers.votes import number
from tuili.grading.notation import rewritten, words

ROUNDED = Fraction(2, 10**6)
"""How far, relative to it, six digits written out may be from a fraction whose decimals do not end."""

_SPACING = re.compile(r"\\[!,;:](?![a-zA-Z])|\\left(?![a-z])|\\right(?![a-z])")
_POWER = re.compile(r"(?:([^\\]*?)\s*\\(?:times|cdot)\s*)?10\s*\^\s*\{?\s*([+-]?\d{1,3})\s*\}?")
_WORDS = re.compile(r"[A-Za-z][A-Za-z'’-]*(?: [A-Za-z'’-]+)*")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?:\s*([ap])\.?\s?m\.?)?", re.IGNORECASE)
_RATIO = re.compile(r"-?\d+(?:\.\d+)?(?:\s*:\s*-?\d+(?:\.\d+)?)+")
_IN_BASE = re.compile(r"([0-9A-F]*\d[0-9A-F]*|[A-F]+(?=_\{?16))(?:_\{?(?:\\text\{)?\s*\(?(\w+)\)?\s*\}*)?")
_TUPLE, _SET = re.compile(r"\([^()=<>|:]*,[^()=<>|:]*\)"), re.compile(r"\\\{[^{}=<>|:]*,[^{}=<>|:]*\\\}")
_ARGUMENTS = re.compile(r"\{[^{}]*\}|(?<=[A-Za-z])\([^()]*\)|\|[^|]*\|")
_COMPOUND = re.compile(r"(?=.*[A-Za-z]).*[\w)}\]]\s*[-+*/^]")


def same(gold: str, answer: str) -> bool | None:
    """Whether they are the same; None where that takes algebra."""
    gold, answer = _bare(gold), _bare(answer)
    if gold == answer:
        return True
    return next((found for rule in _RULES if (found := rule(gold, answer)) is not None), None)


def _bare(text: str) -> str:
    return words(_SPACING.sub("", text))


def _numbers(gold: str, answer: str) -> bool | None:
    expected, given = _value(gold), _value(answer)
    if expected is None or given is None:
        return None
    if _terminates(expected) == _terminates(given):
        return expected == given
    return abs(expected - given) <= ROUNDED * abs(expected)


def _value(text: str) -> Fraction | None:
    power = _POWER.fullmatch(text)
    if power is None:
        return number(text)
    factor = number(power[1]) if power[1] else Fraction(1)
    return None if factor is None else factor * Fraction(10) ** int(power[2])


def _terminates(value: Fraction) -> bool:
    """Whether its decimals end."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _texts(gold: str, answer: str) -> bool | None:
    """Words and names, whatever their case. Up to three small letters in a row may be a product of variables."""
    if not (_WORDS.fullmatch(gold) and _WORDS.fullmatch(answer)):
        return None
    expected, given = (_listed(text.lower()) for text in (gold, answer))
    if expected == given and (len(answer) > 2 or answer.lower() == "no"):
        return True
    return False if any(re.search(r"[A-Za-z]{4}|[A-Z]{2}", text) for text in (gold, answer)) else None


def _listed(text: str) -> list[str]:
    """Alice and Bob are Bob and Alice; an article tells nothing apart."""
    return sorted(re.sub(r"^(?:the|an?) ", "", part) for part in text.split(" and "))


def _times(gold: str, answer: str) -> bool | None:
    """The same minute; where only one names its half of the day, the other may be meant in either."""
    expected, given = _TIME.fullmatch(gold), _TIME.fullmatch(answer)
    if expected is None or given is None:
        return None
    return expected[2] == given[2] and bool(_hours(expected, given) & _hours(given, expected))


def _hours(time: re.Match[str], other: re.Match[str]) -> set[int]:
    """What hours of the day a time can mean beside another."""
    hour = int(time[1])
    if time[3]:
        return {hour % 12 + 12 * (time[3].lower() == "p")}
    return {hour % 12, hour % 12 + 12} if other[3] and hour <= 12 else {hour}


def _ratios(gold: str, answer: str) -> bool | None:
    if not (_RATIO.fullmatch(gold) and _RATIO.fullmatch(answer)):
        return None
    expected, given = ([Fraction(part.strip()) for part in text.split(":")] for text in (gold, answer))
    if len(expected) != len(given):
        return False
    return all(a * given[0] == b * expected[0] for a, b in zip(expected, given, strict=True)) and any(given)


def _bases(gold: str, answer: str) -> bool | None:
    """2516_8 is 2516, as a question that asks for base 8 is answered, and not 2516_7."""
    expected, given = _IN_BASE.fullmatch(gold), _IN_BASE.fullmatch(answer)
    if expected is None or given is None or not (expected[2] or given[2]):
        return None
    named = {rewritten(match[2]) for match in (expected, given) if match[2]}
    return expected[1] == given[1] and len(named) == 1


def _brackets(gold: str, answer: str) -> bool | None:
    """A set has no order, a tuple has one: neither is the other. Braces without a backslash only group."""
    kinds = [(bool(_TUPLE.fullmatch(text)), bool(_SET.fullmatch(text))) for text in (gold, answer)]
    return False if sorted(kinds) == [(False, True), (True, False)] else None


def _equations(gold: str, answer: str) -> bool | None:
    """x + y = 3 is a line, which 3 is not; x = 3 and f(x) = 3 name what is 3."""
    left, equals, _ = gold.partition("=")
    if not equals or re.search(r"[=<>]|\\(?:le|ge|ne|in)", answer):
        return None
    return False if _COMPOUND.match(_ARGUMENTS.sub("", left)) else None


_RULES: tuple[Callable[[str, str], bool | None], ...] = (
    _numbers,
    _times,
    _ratios,
    _bases,
    _texts,
    _brackets,
    _equations,
)
