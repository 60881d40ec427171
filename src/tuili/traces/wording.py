"""Journeys in words: as tuili-mini writes its thinking, and in plain sentences for every other model."""

from __future__ import annotations

from tuili.mini.text import TURN
from tuili.steps import StepFormat
from tuili.traces.journey import Journey, Turn


def in_mini(journey: Journey) -> str:
    """A turn is the line `no WRONG`, and the lines that are kept are written again (see mini.text)."""
    return "".join(
        f"{TURN}{piece.wrong.strip()}\n{''.join(piece.kept)}" if isinstance(piece, Turn) else piece
        for piece in journey.pieces
    )


def in_prose(journey: Journey, form: StepFormat) -> str:
    """A turn is a step of its own that quotes the wrong step, and the last one that is kept."""
    text = ""
    for piece in journey.pieces:
        if isinstance(piece, Turn):
            text = text.rstrip() + form.separator
            back = f"I go back to “{piece.kept[-1].strip()}”." if piece.kept else "I start again from the beginning."
            text += f"Wait, this is wrong: “{piece.wrong.strip()}”. {back}{form.separator}"
        else:
            text += piece
    return text
