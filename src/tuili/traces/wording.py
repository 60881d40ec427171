"""Journeys in words: as tuili-mini writes its thinking, and in plain sentences for every other model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tuili.steps import TURN, StepFormat
from tuili.traces.journey import Journey, Turn

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Worded:
    text: str
    mistakes: tuple[Span, ...]
    """Where its wrong branches stand, from and to which character; what turns back from them is no part of them."""


def in_mini(journey: Journey) -> Worded:
    """A turn is the line `no WRONG`, and the lines that are kept are written again (see mini.text)."""
    return _worded(journey, lambda text, turn: f"{text}{TURN}{turn.wrong.strip()}\n{''.join(turn.kept)}")


def in_prose(journey: Journey, form: StepFormat) -> Worded:
    """A turn is a step of its own that quotes the wrong step, and the last one that is kept."""

    def turned(text: str, turn: Turn) -> str:
        back = f"I go back to “{turn.kept[-1].strip()}”." if turn.kept else "I start again from the beginning."
        return f"{text.rstrip()}{form.separator}Wait, this is wrong: “{turn.wrong.strip()}”. {back}{form.separator}"

    return _worded(journey, turned)


def _worded(journey: Journey, turned: Callable[[str, Turn], str]) -> Worded:
    """turned: the text so far with a turn after it."""
    text, mistakes = "", list[Span]()
    begins: list[int] = []
    for piece in journey.pieces:
        if isinstance(piece, Turn):
            mistakes.append((begins[-piece.left], len(text.rstrip())))
            text = turned(text, piece)
        else:
            begins.append(len(text))
            text += piece
    return Worded(text, tuple(mistakes))
