"""The final answer in a text, and when two answers count as the same vote. No gold answer is needed or seen.

visible.py   what is answer and not thinking, and where a base model ran on into the next question
letter.py    CHOICE: the declared letter
maths.py     MATH: the declared expression, else the last one of a finished text
tagged.py    TAGGED: what stands between tags
votes.py     equal keys for answers that are votes for the same thing
"""

from __future__ import annotations

from tuili.answers.letter import declared_letter
from tuili.answers.maths import declared_maths, last_maths
from tuili.answers.tagged import tagged
from tuili.answers.visible import turns, visible_text
from tuili.answers.votes import vote_key
from tuili.records import AnswerKind
from tuili.steps import StepFormat

__all__ = ["final_answer", "vote_key"]


def final_answer(text: str, kind: AnswerKind, form: StepFormat, *, finished: bool = True) -> str | None:
    """The declared answer of a text, or None: unterminated thinking has none, and it is never searched.

    The last declaration wins, before the point where a base model goes on to write the next question. `finished`
    says whether the model ended its turn. A text cut off in the middle has only the answers that it declared in
    full: no last number, and no EXACT answer, which nothing declares.
    """
    visible = visible_text(text, form)
    if visible is None:
        return None
    if kind is AnswerKind.EXACT:
        return (" ".join(visible.split()) or None) if finished else None
    if kind is AnswerKind.TAGGED:
        return tagged(visible)
    parts = turns(visible)
    declared = declared_letter if kind is AnswerKind.CHOICE else declared_maths
    answer = next(filter(None, (declared(part, finished=finished) for part in parts)), None)
    if answer is None and finished and kind is AnswerKind.MATH:
        return next(filter(None, map(last_maths, parts)), None)
    return answer
