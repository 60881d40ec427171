"""Where rows stop, for all at once and without decoding their texts.

A separator or a marker may be spelled by several tokens, or end inside one. So each is an automaton over tokens
(Knuth, Morris and Pratt's, a token's characters at a time), kept as a table: state and token -> state.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tuili.engines.local.compiled import compiled
from tuili.records import StopReason
from tuili.steps import StepFormat

FIELDS = [("until_step", np.bool_), ("separator", np.int16), ("marker", np.int16), ("written", np.bool_)]
"""Whether a row stops at a step's end. How many characters of a separator its text ends with; the same of the
end-of-thinking marker, or all of them once it was written; whether this continuation has written anything but white
space: kept for rows that stop at a step's end."""

State = tuple[int, int, bool]
"""One row's: separator, marker, written."""

REASONS = StopReason.END, StopReason.STEP, StopReason.LENGTH


class Tables(NamedTuple):
    ends: npt.NDArray[np.bool_]
    """Whether a token ends an answer [vocabulary]."""
    visible: npt.NDArray[np.bool_]
    """Whether it is more than white space [vocabulary]."""
    separator: npt.NDArray[np.int16]
    """The next state [states, vocabulary]."""
    completes: npt.NDArray[np.bool_]
    """Whether a separator is complete on the way to it."""
    marker: npt.NDArray[np.int16]
    """The next state; the last one is that it was written."""


class Stops:
    def __init__(self, form: StepFormat, pieces: Sequence[str], ends: Collection[int]) -> None:
        """pieces: what each token of the vocabulary adds to a text. ends: the tokens that end an answer."""
        self._form = form
        ending = np.zeros(len(pieces), np.bool_)
        ending[list(ends)] = True
        visible = np.array([bool(piece.strip()) for piece in pieces])
        # where there is no marker, it is never written
        marker = np.zeros((2, len(pieces)), np.int16)
        if form.end_of_thinking is not None:
            written = len(form.end_of_thinking)
            following, completes = _tables(form.end_of_thinking, pieces)
            following[completes] = written
            marker = np.concatenate([following, np.full((1, len(pieces)), written, np.int16)])
        self._tables = Tables(ending, visible, *_tables(form.separator, pieces), marker)

    def start(self, text: str) -> State:
        """The state of a row that is to continue text."""
        marker = self._form.end_of_thinking or ""
        ended = len(marker) if marker in text else _overlap(text, marker)
        *_, unfinished = text.split(self._form.separator)
        return _overlap(unfinished, self._form.separator), ended, False

    def advance(self, rows: npt.NDArray[np.void]) -> list[tuple[int, StopReason]]:
        """Moves rows on by the token that each has now. Returns those that stop.

        A continuation of nothing but white space is no step yet, and the answer has none.
        """
        return [(row, REASONS[reason]) for row, reason in _advance(rows, self._tables).tolist()]


@compiled
def _advance(rows: npt.NDArray[np.void], tables: Tables) -> npt.NDArray[np.int64]:
    """The rows that stop, and the places of their reasons in REASONS [k, 2]."""
    stopped = np.empty((len(rows), 2), np.int64)
    count = 0
    for row in range(len(rows)):
        token, step = rows["token"][row], False
        if rows["until_step"][row]:
            step = tables.completes[rows["separator"][row], token]
            rows["separator"][row] = tables.separator[rows["separator"][row], token]
            rows["marker"][row] = tables.marker[rows["marker"][row], token]
            rows["written"][row] |= tables.visible[token]
            step &= rows["written"][row] and rows["marker"][row] < len(tables.marker) - 1
        if tables.ends[token] or step or rows["made"][row] >= rows["limit"][row]:
            stopped[count] = row, 0 if tables.ends[token] else 1 if step else 2
            count += 1
    return stopped[:count]


def _tables(pattern: str, pieces: Sequence[str]) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.bool_]]:
    """The next state, and whether the pattern was completed on the way: [len(pattern), len(pieces)] each."""
    following = np.zeros((len(pattern), len(pieces)), np.int16)
    completes = np.zeros((len(pattern), len(pieces)), np.bool_)
    for state in range(len(pattern)):
        # a token that neither goes on with the pattern nor begins it anew leads back to state 0
        going_on = tuple(set(pattern[: state + 1]))
        for token, piece in enumerate(pieces):
            if not piece:
                following[state, token] = state
            elif pattern[0] in piece or piece.startswith(going_on):
                *before, rest = (pattern[:state] + piece).split(pattern)
                following[state, token] = _overlap(rest, pattern)
                completes[state, token] = bool(before)
    return following, completes


def _overlap(text: str, pattern: str) -> int:
    """The length of the longest beginning of pattern, short of all of it, that text ends with."""
    if text[-1:] not in pattern:  # the usual case, and asked for every path
        return 0
    return next((n for n in range(len(pattern) - 1, 0, -1) if text.endswith(pattern[:n])), 0)
