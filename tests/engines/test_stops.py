"""Steps found token by token, against steps found in the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuili.engines.local.stops import FIELDS, StepWatch
from tuili.steps import LINES, PARAGRAPHS, PLAIN, StepFormat

PIECES = ["\n", "\n\n", "\n\n\n", "a", "b", " b", ".\n", ".\n\nc", "\nd", " ", ""]
PIECES += ["<", "</", "think", ">", "</think>", "k>\n"]
TOKENS = st.lists(st.integers(0, len(PIECES) - 1), min_size=1, max_size=12)


def boundaries(watch: StepWatch, before: str, tokens: list[int]) -> list[bool]:
    start = watch.start(before)
    row = {name: np.array([value], kind) for (name, kind), value in zip(FIELDS, start, strict=True)}
    return [bool(watch.advance(row, np.array([token]))[0]) for token in tokens]


def boundaries_in_text(form: StepFormat, before: str, tokens: list[int]) -> list[bool]:
    found, text = [], before
    for count, token in enumerate(tokens, start=1):
        completed = (text + PIECES[token]).count(form.separator) > text.count(form.separator)
        text += PIECES[token]
        written = any(PIECES[each].strip() for each in tokens[:count])
        answering = form.end_of_thinking is not None and form.end_of_thinking in text
        found.append(completed and written and not answering)
    return found


@given(
    st.sampled_from([LINES, PARAGRAPHS, PLAIN]),
    st.sampled_from(["", "x", "x\n", "x\n\n", "x</thi", "x</think>\n"]),
    TOKENS,
)
def test_a_step_ends_where_its_text_says(form: StepFormat, before: str, tokens: list[int]) -> None:
    assert boundaries(StepWatch(form, PIECES), before, tokens) == boundaries_in_text(form, before, tokens)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["a", "\n", "\n", "b"], [False, False, True, False]),
        (["\n\n", "a", ".\n", "\n"], [False, False, False, True]),
        (["a", "</think>", ".\n\nc"], [False, False, False]),
        (["a", "</", "think", ">", "\n\n"], [False, False, False, False, False]),
        (["a", "<", "think", ">", "\n\n"], [False, False, False, False, True]),
    ],
)
def test_paragraphs_by_hand(pieces: list[str], expected: list[bool]) -> None:
    tokens = [PIECES.index(piece) for piece in pieces]
    assert boundaries(StepWatch(PARAGRAPHS, PIECES), "", tokens) == expected


def test_rows_are_told_apart() -> None:
    rows = {name: np.zeros(3, kind) for name, kind in FIELDS}
    watch = StepWatch(LINES, PIECES)
    newline, a, ended = PIECES.index("\n"), PIECES.index("a"), PIECES.index("</think>")
    assert not watch.advance(rows, np.array([a, ended, newline])).any()
    assert watch.advance(rows, np.array([newline] * 3)).tolist() == [True, False, False]
