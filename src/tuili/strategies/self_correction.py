"""One attempt after another, each shown all before it; the last is the answer."""

from __future__ import annotations

from tuili.records import Path, Problem, Purpose
from tuili.strategies.asks import Plan, Sample
from tuili.strategies.select import latest
from tuili.strategies.within_budget import sample_within_budget


def self_correction(problem: Problem, *, turns: int = 2) -> Plan:  # noqa: ARG001
    """The model is shown its attempt and corrects it, if it thinks so (SCoRe, Kumar et al., arXiv 2409.12917).

    turns: 2 in the paper. Nothing is chosen, and nobody says whether an attempt was right: what the last turn answers
    counts, even if it answers nothing. An attempt that came to no answer is shown like any other. Where a budget ends
    the turns, the last of those that were made counts.
    """
    made: list[Path] = []
    while len(made) < turns:
        purpose = Purpose.REVISE if made else Purpose.EXPLORE
        more = yield from sample_within_budget(Sample([Path()], earlier=made, purpose=purpose))
        if not more:
            break
        made = [*made, *more]
    return latest(made[-1:])
