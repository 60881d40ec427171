"""Whether a reference and an answer are the same mathematics, by math-verify: runs in a process that can be killed.

math-verify's own time-outs are signals with a Python handler, which work in the main thread only and not during one
long multiplication, so they are switched off: isolated.py sets the limits, and worker.py starts another process.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import math_verify
from sympy import Basic, MatrixBase

from tuili.grading.isolated import serve
from tuili.grading.math import Equivalence

_DELIMITED = re.compile(r"(?<!\\)\$|\\boxed|\\[(\[]")
# 5 dollars, 12.5 m/s: words after a number are its unit, unless they are mathematics
_UNIT = re.compile(
    r"(?<=\d)\s+(?!(?:pi|and|or|sin|cos|tan|log|ln|sqrt|mod)\b)([A-Za-z]{2,}[A-Za-z/ ]*|[a-z]+/[a-z]+)"
    r"(?:\^\{?[23]\}?)?\.?$"
)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


def equivalent(gold: str, answer: str) -> Equivalence:
    """Compares by value: numbers to 6 decimals, expressions by simplification, sets without order.

    Not symmetric (math-verify compares in the form of the gold): x = 1 accepts 1, and 2x + z = 1 does not.
    """
    reference, candidate = parsed(gold), parsed(answer)
    if math_verify.verify(reference, candidate, timeout_seconds=None):
        return Equivalence.SAME
    if not any(map(_is_maths, reference)):
        return Equivalence.GOLD_UNREADABLE
    return Equivalence.DIFFERENT if any(map(_is_maths, candidate)) else Equivalence.ANSWER_UNREADABLE


def parsed(text: str) -> list[Any]:
    """What math-verify reads in a text: sympy objects first, then the text itself; [] when it reads nothing.

    Bare LaTeX, as data sets and boxes hold it, is put between dollars, without which it would not be read. Bare 1,22
    is read both ways, as a list and as a decimal.
    """
    text = text.strip()
    if _DELIMITED.search(text):
        return _read(text)
    latex = re.sub(r"(?<!\\)%", r"\\%", _UNIT.sub(r"\\text{ \1}", text)).replace(r"\varnothing", r"\emptyset")
    found = _read(f"${latex}$")
    if not any(map(_is_maths, found)) or _DECIMAL_COMMA.fullmatch(text):
        found = [*_read(text), *found]
    return found


def _read(text: str) -> list[Any]:
    return list(math_verify.parse(text, parsing_timeout=None))


def _is_maths(value: Any) -> bool:
    return isinstance(value, Basic | MatrixBase)


def main() -> None:
    logging.disable(logging.WARNING)  # math-verify warns of the time-outs that were switched off
    serve(lambda pair: equivalent(*pair))


if __name__ == "__main__":
    main()
