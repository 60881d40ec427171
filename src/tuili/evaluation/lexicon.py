"""What behaviours of reasoning are recognised by in English text: phrases, and so a lower bound with false alarms.

The kinds are those of Gandhi et al. (arXiv 2503.01307), who have a language model count them; change of approach, which
they count as backtracking, is kept apart as the "thought switching" of Wang et al. (arXiv 2501.18585). A phrase that
widens an example of one of these papers names it; the others are our own wording of the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

HABITS = "arXiv 2503.01307"
SWITCHING = "arXiv 2501.18585"
R1 = "arXiv 2501.12948"


class Behaviour(StrEnum):
    BACKTRACKS = "backtracks"
    """Takes back what it wrote."""
    VERIFIES = "verifies"
    """Checks what it wrote."""
    DECOMPOSES = "decomposes"
    """Sets itself a part of the problem as a goal."""
    CHANGES_APPROACH = "changes approach"
    """Leaves a way for another one."""


@dataclass(frozen=True, slots=True)
class Phrase:
    behaviour: Behaviour
    pattern: str
    """A regular expression, case ignored, between word boundaries."""
    source: str | None = None
    """The paper whose example it widens; None for our own."""


LEXICON = (
    Phrase(Behaviour.BACKTRACKS, r"(?:this|that) (?:approach )?(?:won't|will not|doesn't|does not) work", HABITS),
    Phrase(Behaviour.BACKTRACKS, r"wait(?=[,.:!…-])", R1),
    Phrase(Behaviour.BACKTRACKS, r"(?:let me|let's|I(?:'ll| will)?) (?:go back|backtrack|start (?:over|again))"),
    Phrase(Behaviour.BACKTRACKS, r"I (?:made|have made) (?:a|an) (?:\w+ )?(?:mistake|error)"),
    Phrase(Behaviour.BACKTRACKS, r"(?:that|this)(?:'s| is| was) (?:wrong|not right|incorrect)"),
    Phrase(Behaviour.VERIFIES, r"(?:let's|let us|let me) (?:verify|check|double[- ]check)", HABITS),
    Phrase(Behaviour.VERIFIES, r"to (?:verify|check|double[- ]check)"),
    Phrase(Behaviour.VERIFIES, r"(?:plugging|substituting) (?:\w+ ){0,3}back"),
    Phrase(Behaviour.DECOMPOSES, r"we (?:first )?need to (?:first )?(?:find|determine|compute|calculate)", HABITS),
    Phrase(Behaviour.DECOMPOSES, r"(?:let's|let me) (?:first|break (?:this|it|the \w+) (?:down|into))"),
    Phrase(Behaviour.DECOMPOSES, r"step \d+:"),
    Phrase(Behaviour.CHANGES_APPROACH, r"alternatively", SWITCHING),
    Phrase(Behaviour.CHANGES_APPROACH, r"(?:let's|let me) try (?:a(?:nother)?) (?:different )?\w+", HABITS),
    Phrase(Behaviour.CHANGES_APPROACH, r"another (?:approach|way|method)"),
)


def count_phrases(text: str) -> Mapping[Behaviour, int]:
    """How often each behaviour's phrases stand in a text; where two of one behaviour overlap, the first counts."""
    text = text.replace("’", "'")
    return {behaviour: sum(1 for _ in _pattern(behaviour).finditer(text)) for behaviour in Behaviour}


@cache
def _pattern(behaviour: Behaviour) -> re.Pattern[str]:
    phrases = "|".join(phrase.pattern for phrase in LEXICON if phrase.behaviour is behaviour)
    return re.compile(rf"(?<!\w)(?:{phrases})(?!\w)", re.IGNORECASE)
