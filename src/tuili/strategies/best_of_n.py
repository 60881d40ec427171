"""Many samples, and a verifier to choose among them."""

from __future__ import annotations

from typing import Literal

from tuili.records import Path, Problem
from tuili.strategies.asks import Plan, Sample, Score
from tuili.strategies.select import best, count_votes, majority_vote, weighted_vote
from tuili.strategies.within_budget import sample_within_budget


def best_of_n(
    problem: Problem, *, n: int = 16, weighted: bool = True, verdicts: Literal["needed"] | None = None
) -> Plan:
    """n independent samples, scored whole; the answer with the largest sum of scores wins, or the best-scored one.

    weighted=true: best-of-N weighted (arXiv 2206.02336; Snell et al., arXiv 2408.03314); weighted=false: rank and take
    the first (Let's Verify, arXiv 2305.20050). How step scores become one score is the verifier's parameter
    (`process:aggregate=product`), so that every strategy and every reward sees the same number.
    verdicts: needed asks for none where all samples that answer give one answer, which then wins in any case; without
    it every sample has its scores, for whoever looks at them.
    Left out: votes are of equal answers, not of answers a grader would find equal. A tie goes to the first sample.
    """
    paths = yield from sample_within_budget(Sample([Path()], n=n, to_be_scored=True))
    if verdicts == "needed" and len(count_votes(paths, problem.answer_kind)) <= 1:
        return majority_vote(paths, problem.answer_kind)
    scored = yield Score(paths)
    return weighted_vote(scored, problem.answer_kind) if weighted else best(scored)
