"""Whether a token completes a step, for all rows at once and without decoding their texts.

A separator or a marker may be spelled by several tokens, or end inside one. So each is an automaton over tokens
(Knuth, Morris and Pratt's, a token's characters at a time), kept as a table: state and token -> state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tuili.steps import StepFormat

FIELDS = [("separator", np.int16), ("marker", np.int16), ("written", np.bool_)]
"""A row's state: how many characters of a separator its text ends with; the same of the end-of-thinking marker, or
all of them once it was written; whether this continuation has written anything but white space."""


State = tuple[int, int, bool]
"""One row's."""


class Fields(Protocol):
    def __getitem__(self, field: str, /) -> npt.NDArray[Any]: ...


class StepWatch:
    def __init__(self, form: StepFormat, pieces: Sequence[str]) -> None:
        """pieces: what each token of the vocabulary adds to a text."""
        self._form = form
        self._visible = np.array([bool(piece.strip()) for piece in pieces])
        self._separator, self._completes = _tables(form.separator, pieces)
        if form.end_of_thinking is not None:
            following, completes = _tables(form.end_of_thinking, pieces)
            following[completes] = len(form.end_of_thinking)
            ended = np.full((1, len(pieces)), len(form.end_of_thinking), np.int16)
            self._marker = np.concatenate([following, ended])

    def start(self, text: str) -> State:
        """The state of a row that is to continue text."""
        marker = self._form.end_of_thinking or ""
        ended = len(marker) if marker in text else _overlap(text, marker)
        *_, unfinished = text.split(self._form.separator)
        return _overlap(unfinished, self._form.separator), ended, False

    def advance(self, rows: Fields, tokens: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Moves the states of rows, by field, on by a token each; true where it completed a step of thinking.

        A continuation of nothing but white space is no step yet, and the answer has none.
        """
        completed: npt.NDArray[np.bool_] = self._completes[rows["separator"], tokens]
        rows["separator"][:] = self._separator[rows["separator"], tokens]
        rows["written"][:] |= self._visible[tokens]
        completed &= rows["written"]
        if self._form.end_of_thinking is not None:
            rows["marker"][:] = self._marker[rows["marker"], tokens]
            completed &= rows["marker"] < len(self._form.end_of_thinking)
        return completed


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
