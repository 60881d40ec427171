"""Text ↔ steps, thinking ↔ answer: the only definition of a step.

A step is one line of thinking (tuili-mini) or one paragraph of it (most models); the answer, whole, is the last
step. Joining the texts of a path's steps gives the path's text back, to the character.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuili.records import Step


@dataclass(frozen=True, slots=True)
class StepFormat:
    """How a model writes its thinking."""

    separator: str
    """What ends a step of thinking; it belongs to the step that it ends."""
    end_of_thinking: str | None
    """What separates thinking from the answer; None for a model that does not mark it."""
    turn: str | None = None
    """How a step begins that takes back all before it; None for a model that does not mark that."""


TURN = "no "
"""How a line of tuili-mini begins that says which earlier line was wrong."""
LINES = StepFormat(separator="\n", end_of_thinking="</think>", turn=TURN)
"""tuili-mini: a fact a line, or `no ` and the fact that was wrong."""
PARAGRAPHS = StepFormat(separator="\n\n", end_of_thinking="</think>")
"""Reasoning models that think in paragraphs between <think> and </think>."""
PLAIN = StepFormat(separator="\n\n", end_of_thinking=None)
"""Models without marked thinking: every paragraph is a step, and the answer is found in the text."""

FORMATS = {"lines": LINES, "paragraphs": PARAGRAPHS, "plain": PLAIN}


def split_thinking(text: str, form: StepFormat) -> tuple[str, str | None]:
    """(thinking, what follows it); the marker belongs to neither. The second is None while thinking goes on.

    Without a marker in the format everything is answer: ("", text).
    """
    if form.end_of_thinking is None:
        return "", text
    thinking, marker, rest = text.partition(form.end_of_thinking)
    return (thinking, rest.lstrip("\n")) if marker else (thinking, None)


def split_steps(text: str, form: StepFormat, after: tuple[Step, ...] = ()) -> tuple[Step, ...]:
    """The steps of a text: those of the thinking, then the answer (marker included) as one step if it began.

    after: the steps of what stands before it; of these only the last can change.
    """
    if after:
        return after[:-1] + split_steps(after[-1].text + text, form)
    if form.end_of_thinking is None:
        return tuple(Step(part) for part in _cut(text, form.separator))
    at = text.find(form.end_of_thinking)
    thinking = text if at < 0 else text[:at]
    steps = [
        Step(part, takes_back=form.turn is not None and part.startswith(form.turn))
        for part in _cut(thinking, form.separator)
    ]
    if at >= 0:
        steps.append(Step(text[at:], is_answer=True))
    return tuple(steps)


def _cut(text: str, separator: str) -> list[str]:
    """The pieces of text, each with the separators that end it; pieces of white space join the one before."""
    pieces: list[str] = []
    for piece in text.split(separator):
        pieces.append(piece + separator)
    pieces[-1] = pieces[-1].removesuffix(separator)
    joined: list[str] = []
    for piece in filter(None, pieces):
        if joined and not piece.strip():
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
