"""MATH: the expression that a text declares, else the last value of a finished text."""

from __future__ import annotations

import re

from tuili.answers.spans import LEADING, VALUE, boxes, content

# strong announcements beat weak ones: "the answer is" also stands in the middle of a thought
_STRONG = re.compile(
    r"(?i:\bfinal answer\b[^.\n]{0,60}?(?:\bis\b|:|\**\s*\n)|(?:^|\n)[^\w\n]{0,10}answer\b\W{0,3}:|####)[\s*_`:]*",
)
_WEAK = re.compile(r"(?i:\banswer\b[^.\n]{0,60}?(?:\bis\b|\bare\b|:|=))[\s*_`:]*")
_SENTENCE_END = re.compile(r"[.!?]?(?:\n|\Z)|[.!?](?=[\s*_]|\Z)")

LONGEST = 300
"""Characters of an announced sentence that are read."""

_FUNCTIONS = {"sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}
_FUNCTIONS |= {"log", "exp", "sqrt", "mod", "max", "min", "gcd", "lcm", "lim", "and", "deg", "det"}
_SHORT_WORDS = {"is", "of", "to", "so", "in", "we", "if", "it", "at", "by", "as", "be", "do", "on", "no", "an", "he"}
_NOT_WORDS = re.compile(r"\\(?:text|begin|end)\{[^{}]*\}|\\[a-zA-Z]+")


def declared_maths(text: str, *, finished: bool) -> str | None:
    """The last \\boxed{}, "final answer", "Answer:" or "####"; without any of them the last "the answer is".

    In an unfinished text a declaration that runs up to the end may have lost its last digits and does not count.
    """
    boxed = max(boxes(text), default=None)
    announced = _last_announced(text, _STRONG, finished, words=True)
    last = max(filter(None, (boxed, announced)), default=None) or _last_announced(text, _WEAK, finished, words=False)
    return last[1] or None if last else None


def last_maths(text: str) -> str | None:
    """A text that is nothing but an answer, whole; else the last number, or maths with a number in it, of the text."""
    bare = _undressed(text)
    if "\n" not in bare and (_is_expression(bare) or (len(bare.split()) <= 3 and not re.search(r"\d", bare))):
        return _whole(bare)
    return _last_value(bare)


def _last_announced(text: str, announcement: re.Pattern[str], finished: bool, words: bool) -> tuple[int, str] | None:
    """(start, value) of the last announcement that a value follows."""
    for match in reversed(list(announcement.finditer(text))):
        value, end = _read(text, match.end(), words)
        if value and (finished or end < len(text)):
            return match.end(), value
    return None


def _read(text: str, start: int, words: bool) -> tuple[str | None, int]:
    """The value announced just before `start`, and where what was read ends."""
    values, at = [], start
    while match := LEADING.match(text, at):
        values.append(_bare(content(match)) or "")
        at = match.end()
    if values:
        return ", ".join(values), at
    sentence = _SENTENCE_END.split(text[start : start + LONGEST], maxsplit=1)[0]
    at, sentence = start + len(sentence) + 1, _undressed(sentence)
    if _is_expression(sentence):
        return _whole(sentence), at
    if first := VALUE.match(sentence):
        return _bare(content(first)), at
    return _last_value(sentence) or (sentence if words and 0 < len(sentence.split()) <= 5 else None), at


def _last_value(text: str) -> str | None:
    values = [value for value in map(content, VALUE.finditer(text)) if re.search(r"\d|\\(?:pi|infty|emptyset)", value)]
    return _bare(values[-1]) if values else None


def _is_expression(text: str) -> bool:
    """Whether a line holds something to read and no sentence."""
    if " " not in text:
        return bool(text)
    words = re.findall(r"[A-Za-z]{2,}", _NOT_WORDS.sub(" ", text))
    long = (
        word for word in words if word.lower() not in _FUNCTIONS and (len(word) > 2 or word.lower() in _SHORT_WORDS)
    )
    return next(long, None) is None


def _undressed(text: str) -> str:
    """Without mark-up and closing punctuation around it."""
    return re.sub(r"^[\s*_`\"“]+|(?<!\\)[\s*_`\"”.,;:!]+$", "", text)


def _whole(text: str) -> str | None:
    """A text that is all answer; outside of maths a comma may be a decimal point."""
    number = VALUE.fullmatch(text)
    return _bare(content(number) if number else text)


def _bare(text: str) -> str | None:
    """Without the delimiters and the box around the whole of it."""
    text = _undressed(text)
    whole = LEADING.fullmatch(text)
    if whole and not re.search(r"(?<!\\)\$|\\[()\[\]]", whole_content := content(whole)):
        text = _undressed(whole_content)
    boxed = list(boxes(text))
    return (boxed[-1][1] if boxed else text) or None
