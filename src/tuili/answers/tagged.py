"""TAGGED: what stands between <answer> and </answer>, its lines and spaces kept."""

from __future__ import annotations

import re

from tuili.answers.visible import NEXT_TURN

OPEN, CLOSE = "<answer>", "</answer>"
# a model that loops must not make the patterns slow
_EMPTY_LINES = re.compile(r"\n\s*\n")


def tagged(visible: str) -> str | None:
    """The last tagged answer of the first turn that has one; None where there is none, or it is empty."""
    return next(filter(None, map(_last, NEXT_TURN.split(_EMPTY_LINES.sub("\n\n", visible)))), None)


def _last(turn: str) -> str | None:
    before, closed, _ = turn.rpartition(CLOSE)
    _, opened, answer = before.rpartition(OPEN)
    return answer.strip("\n ") if closed and opened else None
