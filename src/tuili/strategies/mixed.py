"""Several chains of revisions side by side: between sampling in parallel and revising in sequence."""

from __future__ import annotations

from typing import Literal

from tuili.records import Path, Problem
from tuili.strategies.asks import Plan, Sample, Score
from tuili.strategies.select import majority_vote, weighted_vote, weighted_vote_of_chains
from tuili.strategies.sequential_revision import revise
from tuili.strategies.within_budget import sample_within_budget


def mixed(
    problem: Problem,
    *,
    n: int = 16,
    ratio: int = 4,
    window: int = 4,
    slide: bool = True,
    select: Literal["majority", "weighted", "chains"] = "majority",
) -> Plan:
    """n attempts in n / ratio chains of `ratio` attempts each, as sequential_revision makes them.

    Snell et al. (arXiv 2408.03314), section 6.2. ratio=1 is all in parallel, ratio=n all in sequence; doubling it
    makes chains twice as long and half as many, a step of 4 in the paper's sequential : parallel ratio. The last chain
    has what is left. All chains grow at the same pace, so that a budget ends them at about the same length. select:
    chains is the paper's choice, a weighted vote within each chain and one among the winners; weighted and majority
    are votes of all attempts, of whatever chain.
    """
    to_be_scored = select != "majority"
    attempts = yield from sample_within_budget(Sample([Path()], n=-(-n // ratio), to_be_scored=to_be_scored))
    chains = [[attempt] for attempt in attempts]
    for length in range(1, ratio):
        for place, chain in enumerate(chains):
            if place * ratio + length < n:
                more = yield from revise(chain, window, slide, to_be_scored)
                chain.extend(more)
                attempts = [*attempts, *more]
    if select == "majority":
        return majority_vote(attempts, problem.answer_kind)
    scored = yield Score(attempts)
    if select == "weighted":
        return weighted_vote(scored, problem.answer_kind)
    by_id = {item.path.id: item for item in scored}
    return weighted_vote_of_chains([[by_id[path.id] for path in chain] for chain in chains], problem.answer_kind)
