"""Which strategies need no run of their own, because a larger pool of the same samples gives their figures.

At one seed all strategies draw the same samples (solver/seeds.py), so of n independent samples the first k are what a
smaller strategy would have drawn; `pooled` even takes the mean over all subsets of k. What it cannot give is what a
verifier costs for fewer samples, since it may read what samples share only once; nor a strategy that stops for reasons
of its own: with a budget, or a vote that ends early.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tuili.evaluation.pooled import SELECTION, sizes
from tuili.spec import Spec

SAMPLING = ("chain_of_thought", "self_consistency", "best_of_n")


class _Pool(NamedTuple):
    n: int
    scored: bool
    strategy: str


def derivable(strategies: Sequence[str]) -> dict[str, str]:
    """Full specs that need no run, each with the one whose samples its figures come from.

    Of sizes, only those are derived that curves have points at: 1, 2, 4, … and the pool's own. With a verifier only the
    other choice among the same samples is.
    """
    pools = list(_pools(strategies))
    largest = sorted(pools, key=lambda pool: (-pool.n, not pool.scored))
    found = {}
    for pool in pools:
        source = next(one for one in largest if not pool.scored or (one.scored and one.n == pool.n))
        if source.strategy != pool.strategy and source.n > 1 and pool.n in sizes(source.n):
            found[pool.strategy] = source.strategy
    return found


def _pools(strategies: Iterable[str]) -> Iterable[_Pool]:
    for strategy in strategies:
        spec = Spec.parse(strategy)
        if spec.name in SAMPLING and spec.parameters.keys() <= SELECTION:
            yield _Pool(int(spec.parameters.get("n", 1)), spec.name == "best_of_n", strategy)
