"""Steps found token by token, against steps found in the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuili.engines.local.rows import ROW
from tuili.engines.local.stops import Stops
from tuili.records import StopReason
from tuili.steps import LINES, PARAGRAPHS, PLAIN, StepFormat

PIECES = ["\n", "\n\n", "\n\n\n", "a", "b", " b", ".\n", ".\n\nc", "\nd", " ", ""]
PIECES += ["<", "</", "think", ">", "</think>", "k>\n"]
TOKENS = st.lists(st.integers(0, len(PIECES) - 1), min_size=1, max_size=12)


def row(stops: Stops, before: str) -> np.ndarray:
    rows = np.zeros(1, ROW)
    rows["until_step"], rows["limit"] = True, 100
    rows["separator"], rows["marker"], rows["written"] = stops.start(before)
    return rows


def advance(stops: Stops, rows: np.ndarray) -> list[tuple[int, StopReason]]:
    stopped, reasons = stops.advance(rows)
    return list(zip(stopped.tolist(), reasons, strict=True))


def boundaries(form: StepFormat, before: str, tokens: list[int]) -> list[bool]:
    stops = Stops(form, PIECES, ends=())
    rows, found = row(stops, before), []
    for token in tokens:
        rows["token"] = token
        stopped = advance(stops, rows)
        assert stopped in ([], [(0, StopReason.STEP)])
        found.append(bool(stopped))
    return found


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
    assert boundaries(form, before, tokens) == boundaries_in_text(form, before, tokens)


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
    assert boundaries(PARAGRAPHS, "", tokens) == expected


def test_rows_are_told_apart() -> None:
    newline, a, ended = PIECES.index("\n"), PIECES.index("a"), PIECES.index("</think>")
    stops = Stops(LINES, PIECES, ends=())
    rows = np.concatenate([row(stops, "")] * 4)
    rows["until_step"][3] = False
    rows["token"] = a, ended, newline, a
    assert advance(stops, rows) == []
    rows["token"] = newline
    assert advance(stops, rows) == [(0, StopReason.STEP)]


def test_an_end_comes_before_a_step_and_a_step_before_a_limit() -> None:
    newline, a = PIECES.index("\n"), PIECES.index("a")
    stops = Stops(LINES, PIECES, ends=(newline,))
    rows = np.concatenate([row(stops, "")] * 3)
    rows["written"], rows["made"] = True, (100, 99, 100)
    rows["token"] = newline, a, a
    assert advance(stops, rows) == [(0, StopReason.END), (2, StopReason.LENGTH)]
    stops = Stops(LINES, PIECES, ends=())
    rows["token"] = newline
    assert advance(stops, rows)[0] == (0, StopReason.STEP)
