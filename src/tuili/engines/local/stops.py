"""Where rows stop, for all at once and without decoding their texts.

A separator or a marker may be spelled by several tokens, or end inside one. So each is an automaton over tokens
(Knuth, Morris and Pratt's, a token's characters at a time), kept as a table: state and token -> state.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from tuili.backbone.compiled import compiled
from tuili.records import StopReason
from tuili.steps import StepFormat

FIELDS = [("until_step", np.bool_), ("separator", np.int16), ("marker", np.int16), ("written", np.bool_)]
"""Whether a row stops at a step's end. How many characters of a separator its text ends with; the same of the
end-of-thinking marker, or all of them once it was written; whether this continuation has written anything but white
space: kept for rows that stop at a step's end."""

State = tuple[int, int, bool]
"""One row's: separator, marker, written."""

REASONS = StopReason.END, StopReason.STEP, StopReason.LENGTH


TOKEN = np.dtype([("ends", np.bool_), ("visible", np.bool_)])
"""Of the vocabulary: whether it ends an answer, and whether it is more than white space."""
FOUND = np.dtype([("next", np.int16), ("completes", np.bool_)])
"""Of a state and a token: the state after it, and whether the pattern was completed on the way there."""


class Stops:
    def __init__(self, form: StepFormat, pieces: Sequence[str], ends: Collection[int]) -> None:
        """pieces: what each token of the vocabulary adds to a text. ends: the tokens that end an answer."""
        self._form = form
        self._tokens = np.zeros(len(pieces), TOKEN)
        self._tokens["ends"][list(ends)] = True
        self._tokens["visible"] = [bool(piece.strip()) for piece in pieces]
        self._separator = _table(form.separator, pieces)
        # its last state is that it was written: never, where there is none
        self._marker = np.zeros((2, len(pieces)), FOUND)
        if form.end_of_thinking is not None:
            written = len(form.end_of_thinking)
            self._marker = np.zeros((written + 1, len(pieces)), FOUND)
            self._marker[:-1] = _table(form.end_of_thinking, pieces)
            self._marker["next"][self._marker["completes"]] = self._marker["next"][-1] = written

    def start(self, text: str) -> State:
        """The state of a row that is to continue text."""
        marker = self._form.end_of_thinking or ""
        ended = len(marker) if marker in text else _overlap(text, marker)
        *_, unfinished = text.split(self._form.separator)
        return _overlap(unfinished, self._form.separator), ended, False

    def advance(self, rows: npt.NDArray[np.void]) -> tuple[npt.NDArray[np.int64], list[StopReason]]:
        """Moves rows on by the token that each has now. Returns those that stop, and why.

        A continuation of nothing but white space is no step yet, and the answer has none.
        """
        stopped, reasons = _advance(rows, self._tokens, self._separator, self._marker)
        return stopped, [REASONS[reason] for reason in reasons.tolist()]


@compiled
def _advance(
    rows: npt.NDArray[np.void],
    tokens: npt.NDArray[np.void],
    separator: npt.NDArray[np.void],
    marker: npt.NDArray[np.void],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows that stop, and the places of their reasons in REASONS."""
    stopped, reasons = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    count = 0
    for row in range(len(rows)):
        token, step = rows["token"][row], False
        if rows["until_step"][row]:
            found = separator[rows["separator"][row], token]
            rows["separator"][row] = found["next"]
            rows["marker"][row] = marker[rows["marker"][row], token]["next"]
            rows["written"][row] |= tokens["visible"][token]
            step = found["completes"] and rows["written"][row] and rows["marker"][row] < len(marker) - 1
        ended = tokens["ends"][token]
        if ended or step or rows["made"][row] >= rows["limit"][row]:
            stopped[count], reasons[count] = row, 0 if ended else 1 if step else 2
            count += 1
    return stopped[:count], reasons[:count]


def _table(pattern: str, pieces: Sequence[str]) -> npt.NDArray[np.void]:
    """FOUND [len(pattern), len(pieces)]."""
    table = np.zeros((len(pattern), len(pieces)), FOUND)
    for state in range(len(pattern)):
        # a token that neither goes on with the pattern nor begins it anew leads back to state 0
        going_on = tuple(set(pattern[: state + 1]))
        for token, piece in enumerate(pieces):
            if not piece:
                table[state, token] = state, False
            elif pattern[0] in piece or piece.startswith(going_on):
                *before, rest = (pattern[:state] + piece).split(pattern)
                table[state, token] = _overlap(rest, pattern), bool(before)
    return table


def _overlap(text: str, pattern: str) -> int:
    """The length of the longest beginning of pattern, short of all of it, that text ends with."""
    if text[-1:] not in pattern:  # the usual case, and asked for every path
        return 0
    return next((n for n in range(len(pattern) - 1, 0, -1) if text.endswith(pattern[:n])), 0)
