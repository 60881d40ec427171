"""Where an answer first stands in a text, thinking included: a stand-in for the first thought that reaches it.

Nothing marks where one thought ends and the next begins, let alone which of them are right. What can be found is the
first place at which the right answer stands: a value that is the same vote (MATH), an announcement of the letter
(CHOICE), or the same words (EXACT). It may come too early, where a short value stands by chance, in the question
repeated or as the number of a list; and too late, where a thought writes the answer in another way.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from tuili.answers.letter import announcements
from tuili.answers.spans import VALUE, content
from tuili.answers.votes import vote_key
from tuili.records import AnswerKind


def first_stand(text: str, answers: Collection[str], kind: AnswerKind) -> int | None:
    """The offset just after the first place where one of the answers stands; None where none does."""
    return min(_stands(text, answers, kind), default=None)


def _stands(text: str, answers: Collection[str], kind: AnswerKind) -> Iterator[int]:
    keys = {vote_key(answer, kind) for answer in answers}
    if kind is AnswerKind.MATH:
        yield from (match.end() for match in VALUE.finditer(text) if vote_key(content(match), kind) in keys)
    elif kind is AnswerKind.CHOICE:
        yield from (end for letter, end in announcements(text, finished=True) if letter in keys)
    else:
        words = (re.escape(answer).replace(r"\ ", r"\s+") for answer in answers)
        yield from (match.end() for each in words if (match := re.search(rf"(?<!\w){each}(?!\w)", text)))
