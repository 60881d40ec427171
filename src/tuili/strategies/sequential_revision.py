"""Attempts one after another, each shown the ones before it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Literal

from tuili.records import Path, Problem, Purpose
from tuili.strategies.asks import Ask, Plan, Sample, Score
from tuili.strategies.select import best, latest, majority_vote, weighted_vote
from tuili.strategies.within_budget import sample_within_budget


def sequential_revision(
    problem: Problem,
    *,
    n: int = 16,
    window: int = 4,
    slide: bool = True,
    select: Literal["last", "majority", "best", "weighted"] = "majority",
) -> Plan:
    """A chain of n attempts, each a revision: the model is shown the last `window` before it, right or wrong.

    Snell et al. (arXiv 2408.03314), section 6; window = 4 there. Their model turned 38 % of its right answers into
    wrong ones, so the choice is among the whole chain: by majority, by the verifier's scores, or, if you trust the
    model to know when it is right, the last one. An attempt that came to no answer is not shown.
    slide: a window that slides begins with another attempt each time, and all of it is read again. With slide=false a
    full window is followed by one of the last attempt alone, which grows again: most of it was read or written before.
    """
    to_be_scored = select in ("best", "weighted")
    chain = yield from sample_within_budget(Sample([Path()], to_be_scored=to_be_scored))
    while 0 < len(chain) < n:
        more = yield from revise(chain, window, slide, to_be_scored)
        if not more:
            break
        chain = chain + more
    if select == "last":
        return latest(chain)
    if select == "majority":
        return majority_vote(chain, problem.answer_kind)
    scored = yield Score(chain)
    return weighted_vote(scored, problem.answer_kind) if select == "weighted" else best(scored)


def revise(chain: Sequence[Path], window: int, slide: bool, to_be_scored: bool) -> Generator[Ask, Any, list[Path]]:
    """One attempt more, shown those of the chain; none where the budget ends. Used with `yield from`."""
    answered = [attempt for attempt in chain if attempt.answer is not None]
    shown = window if slide else (len(answered) - 1) % window + 1
    ask = Sample([Path()], earlier=answered[-shown:], purpose=Purpose.REVISE, to_be_scored=to_be_scored)
    return (yield from sample_within_budget(ask))
