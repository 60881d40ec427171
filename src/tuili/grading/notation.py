"""Ways of writing mathematics that math-verify does not read, rewritten into those it does."""

from __future__ import annotations

import re

from tuili.answers.spans import SCALES, scaled

_SIGNS = {
    "−": "-",
    "–": "-",
    "∞": r"\infty ",
    "∅": r"\emptyset ",
    "ℝ": r"\mathbb{R}",
    "π": r"\pi ",
    "·": r"\cdot ",
    "⋅": r"\cdot ",
    "×": r"\times ",
    "÷": r"\div ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "≠": r"\ne ",
    "±": r"\pm ",
    "∪": r"\cup ",
    "∈": r"\in ",
    "~": " ",
    "½": r"\frac{1}{2}",
    "¼": r"\frac{1}{4}",
    "¾": r"\frac{3}{4}",
    "⅓": r"\frac{1}{3}",
    "⅔": r"\frac{2}{3}",
}
_TRANSLATION = str.maketrans(_SIGNS)
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_REWRITES = [
    (r"√\s*(\d+|[a-zA-Z]\b)", r"\\sqrt{\1}"),
    (r"√\s*\(([^()]*)\)", r"\\sqrt{\1}"),
    # 1\,000\,000 and 10{,}080
    (r"(?<=\d)(?:\\[,!]|\{,\}|(?:\\!)?,\\!)+(?=\d{3})", ""),
    (r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([+-]?\d+)(?!\w|\.\d)", r"\1 \\times 10^{\2}"),
    (r"(?<=\d)\s*[x*]\s*(?=10\^)", r" \\times "),
    (r"\\frac\s+(\w)\s+(\w)", r"\\frac{\1}{\2}"),
    (r"\\langle(?![a-zA-Z])", "("),
    (r"\\rangle(?![a-zA-Z])", ")"),
    # \text{42 students}: the words are the unit
    (r"^\s*\\text\s*\{\s*(\d[\d.,]*)\s+([a-z][^{}]*)\}\s*$", r"\1 \\text{ \2}"),
    # the letter of an option before its value
    (r"^\s*\\text(?:bf|rm|it)?\s*\{\s*\(?[A-J]\)\s*(?:\}|\\?\s(?=[^}]*\}\s*$))[\\~ ]*(?=[^\s\\}])", ""),
]
_COMPILED = [(re.compile(pattern), replacement) for pattern, replacement in _REWRITES]

_COUNTS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_WHOLE = {word: str(number) for number, word in enumerate(_COUNTS.split())}
_WHOLE |= dict.fromkeys(
    ("no solution", "no solutions", "no real solution", "no real solutions", "the empty set", "empty set"), r"\emptyset"
)
_WHOLE["dne"] = "does not exist"
_WHOLE |= dict.fromkeys(
    ("all real numbers", "all reals", "all real x", "any real number", "the real numbers"), r"\mathbb{R}"
)
_TEXT = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mbox)\s*\{\s*([^{}]*?)\s*\}")


_SCALED = re.compile(rf"(?<![\d.,])(\d+(?:\.\d+)?)\s+({'|'.join(SCALES)})\b")
_AND = re.compile(r"\s*(?:[,;]|\\text\s*\{\s*and\s*\}|\band\b|\\q?quad)+\s*")
_ASSIGNED = re.compile(r"([a-zA-Z])\s*=\s*([^=<>]+)")


def rewritten(text: str) -> str:
    """The same mathematics in LaTeX: 2√3 as 2\\sqrt{3}, 1e6 as 1 \\times 10^{6}, "all real numbers" as \\mathbb{R}."""
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda power: f"^{{{power[0].translate(_POWERS)}}}", text).translate(_TRANSLATION)
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    text = _SCALED.sub(lambda match: scaled(match[1], match[2]), text)
    return _WHOLE.get(words(text).lower()) or _named_tuple(text) or text.strip()


def _named_tuple(text: str) -> str | None:
    """x = 2, y = 3 as (2, 3), in the order of the names; None for anything else, x = 2, x = 3 included."""
    named = [_ASSIGNED.fullmatch(part) for part in _AND.split(words(text)) if part]
    values = {match[1]: match[2].strip() for match in named if match}
    if len(named) < 2 or len(values) < len(named):
        return None
    return f"({', '.join(value for _, value in sorted(values.items()))})"


def words(text: str) -> str:
    """Without the dollars and the \\text{} around the whole of it, and without a closing point."""
    text = text.strip().rstrip(".").strip()
    if text.startswith("$") and text.endswith("$") and text.count("$") == 2:
        text = text[1:-1].strip()
    whole = _TEXT.fullmatch(text)
    return (whole[1] if whole else text).strip()
