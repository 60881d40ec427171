"""Labelled pairs from a table: reference, answer, and what somebody said of the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tuili.answers import final_answer
from tuili.errors import BadRequest
from tuili.evaluation.audit import Labelled
from tuili.records import AnswerKind
from tuili.steps import PLAIN
from tuili.tasks.rows import Row

LABELS = {
    **dict.fromkeys(("1", "true", "yes", "right", "correct", "equal"), True),
    **dict.fromkeys(("0", "false", "no", "wrong", "incorrect", "different"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds what."""

    gold: str = "gold"
    answer: str = "answer"
    label: str = "label"
    id: str | None = None
    """None: rows are called by their numbers, from 0."""
    prompt: str | None = None
    """The problem's text, for graders that read it."""


def labelled_pairs(
    rows: Iterable[Row], columns: Columns, *, kind: AnswerKind | None = None, right: Collection[str] = ()
) -> Iterator[Labelled]:
    """The pairs of a table, as it is read.

    kind: what to extract from the answer column, a model's whole text, as evaluations do; None takes it as it is.
    right: the labels that mean right, all others meaning wrong; by default the usual words (`LABELS`). An empty answer
    is none. Raises BadRequest for a missing column, or a label that says neither.
    """
    for row in rows:
        answer = _answer(row, columns.answer)
        yield Labelled(
            id=row.identity(columns.id) if columns.id else str(row.number),
            gold=row.text(columns.gold),
            answer=final_answer(answer, kind, PLAIN) if answer and kind else answer,
            right=_label(row, columns.label, right),
            prompt=row.text(columns.prompt) if columns.prompt else "",
        )


def _answer(row: Row, column: str) -> str | None:
    if column in row.values and row.optional(column) is None:
        return None
    return row.text(column)


def _label(row: Row, column: str, right: Collection[str]) -> bool:
    value: Any = row.value(column)
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    said = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if right:
        return said in right
    if said.lower() not in LABELS:
        raise BadRequest(
            f"{row.where}: the label {said!r} is none of {', '.join(LABELS)}; say with --right which labels mean right"
        )
    return LABELS[said.lower()]
