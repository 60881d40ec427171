"""CHOICE: the letter that a text declares, A to J. A letter that is only mentioned is not an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

# what may stand between an announcement and its letter: mark-up, quotes, brackets, maths, the word "option"
_BEFORE = (
    r"(?:[\s*_`$\"'“‘(\[{}:]|\\[(\[]|\\(?:boxed|text|textbf|mathrm|mathbf)\b|(?i:\b(?:option|choice|letter)\b)){0,40}+"
)
# A bare letter is a capital that begins no word (A/D, I'm), sentence (A buffer …), formula (C = 2) or name (E. coli).
_LETTER = (
    r"(?:(?<=[(\[{*])(?P<marked>[A-Ja-j])(?=[)\]}*.:])"
    r"|(?P<bare>[A-J])(?![\w'’+#/^(-]|\s*=|\. [a-z])"
    r"(?!(?<=[AI]) +(?!(?:because|since|as|and|or|but|for|which|with|due)\b)[a-z]))"
)
_ANSWER = _BEFORE + _LETTER
_CAPITAL = _ANSWER.replace("[A-Ja-j]", "[A-J]")
_AFTER = r"[\s)\]}*_`$\"'”’]*+"

_ANNOUNCED = [
    # the answer is (B), Answer: B, the best choice would be B, the correct option: \boxed{B}; but not "cannot be B"
    r"(?i:\b(?:answer|(?:correct|right|best|final) (?:option|choice|statement))\b"
    r"(?:(?!not\b|n't\b)[^.\n=]){0,60}?(?:\b(?:is|are|be)\b|:|=))" + _ANSWER,
    # option B is correct, (B) is the best answer
    r"(?i:\b(?:option|choice|answer|statement) )"
    + _ANSWER
    + _AFTER
    + r"(?i:,? ?(?:is|would be) (?:the )?(?:only |most )?"
    r"(?:correct|right|best|appropriate))\b",
    r"(?<!\w)"
    + _LETTER
    + _AFTER
    + r"(?i:,? ?(?:is|would be) the (?:only |most )?(?:correct|right|best|appropriate))\b",
    r"\\boxed\s*\{" + _ANSWER,
    r"####" + _ANSWER,
    # a last paragraph, or a last line after a colon, with nothing else in it
    r"(?:\n\s*\n|:\s*\n)" + _CAPITAL + r"[\s)\]}*_`$.]*\Z",
    # a last line after a colon that is an option
    r":\s*\n" + _CAPITAL + r"[.)][^\n]*\Z",
]
_PATTERNS = [re.compile(pattern) for pattern in _ANNOUNCED]

# a last sentence that ends in an option: the symbol of antimony is (B) Sb.
_CLOSING = re.compile(
    r"\b(?:is|are)\W{1,5}?(?<=\()(?P<letter>[A-J])\)\W{0,5}(?!(?:is|are|was|and|or)\b)[^.\n()]{0,80}[.\s*]*\Z"
)
_OPENING = re.compile(_CAPITAL + r"(?P<rest>[^\n]*)")
# another item of the list that a text opens with: B) or (B), B. or II. at the start of a line
_ITEM = re.compile(r"(?:^|[\s(])[A-J]\)|^[^\w\n]*(?:[A-J]|II)[.:]", re.MULTILINE)


def declared_letter(text: str, *, finished: bool) -> str | None:
    """The letter announced last ("the answer is", \\boxed{}, a line of its own), else the option the text ends or opens
    with.

    Where an announcement names several letters the first is taken, as MMLU-Pro's own extraction does. In an unfinished
    text a letter at the very end may be the beginning of a word, and a text that opens with a letter may go on to the
    other options: neither counts.
    """
    letter, _ = max(announcements(text, finished), key=lambda found: found[1], default=(None, 0))
    if letter is None and finished:
        closing = _CLOSING.search(text)
        return closing["letter"] if closing else _opening_letter(text)
    return letter


def announcements(text: str, finished: bool) -> Iterator[tuple[str, int]]:
    """(letter, where it ends) of every announcement."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if finished or match.end() < len(text):
                yield (match["marked"] or match["bare"]).upper(), match.end()


def _opening_letter(text: str) -> str | None:
    """B in a paragraph of its own; (B) or B. The second option …, when no other option is listed after it."""
    match = _OPENING.match(text)
    if match is None:
        return None
    alone = re.fullmatch(r"\W*", match["rest"]) and text[match.end() : match.end() + 2] in ("", "\n", "\n\n")
    listed = re.match(r"[)\]}*.:]", match["rest"]) and not _ITEM.search(text, match.start("rest") + 1)
    return match["marked"] or match["bare"] if alone or listed else None
