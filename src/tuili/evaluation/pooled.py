"""Curves from pools of independent samples: at k < n, the expectation over subsets of k of the recorded samples.

k samples cost the prompt once, and k/n of what all n cost beyond it, where n is the smallest recorded pool that holds
k: a verifier that reads what samples share only once costs less a sample the more there are, so only a pool of k
itself says exactly what k cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuili.evaluation.curve import Curve, by_problem
from tuili.evaluation.metrics.best_of_n import best_of_n_at_k
from tuili.evaluation.metrics.majority import majority_at_k
from tuili.evaluation.metrics.pass_at_k import pass_at_k
from tuili.evaluation.metrics.weighted import weighted_at_k
from tuili.evaluation.recorded import Mark, Part, Pools, Recorded, RunColumns
from tuili.spec import Spec

COVERAGE, MAJORITY, BEST, WEIGHTED = "coverage (pass@k)", "majority", "best-of-N", "weighted best-of-N"
SELECTION = frozenset({"n", "weighted"})
"""Parameters of a sampling strategy that do not change its samples."""


def pool_curves(run: RunColumns, pooled: Iterable[Recorded]) -> Iterator[Curve]:
    """The ceiling, majority, and where there are scores weighted and plain best-of-N: accuracies from the largest pool,
    costs from all of them."""
    variants: dict[str, list[tuple[Recorded, Pools]]] = defaultdict(list)
    for recorded in pooled:
        if recorded.pools is not None:
            variants[_sampling_parameters(recorded.strategy)].append((recorded, recorded.pools))
    for parameters, members in variants.items():
        members.sort(key=lambda member: -member[1].classes.shape[1])
        scored = [member for member in members if not np.isnan(member[1].scores).all()]
        suffix = f" ({parameters})" if len(variants) > 1 and parameters else ""
        for rule in (COVERAGE, MAJORITY):
            yield _pool_curve(run, rule, suffix, members)
        for rule in (WEIGHTED, BEST):
            if scored:
                yield _pool_curve(run, rule, suffix, scored)


def _pool_curve(run: RunColumns, rule: str, suffix: str, members: Sequence[tuple[Recorded, Pools]]) -> Curve:
    """members: the largest pool first."""
    recorded, pools = members[0]
    ks = sizes(pools.classes.shape[1])
    accuracy, ungraded = _select(rule, pools, ks)
    curve = by_problem(
        run,
        recorded,
        name=rule + suffix,
        ks=ks,
        accuracy=accuracy,
        ungraded=ungraded,
        costs=_costs(rule, recorded, pools, ks),
        from_subsets=True,
        ceiling=rule == COVERAGE,
    )
    for smaller in members[1:]:
        curve = _with_costs(curve, run, rule, *smaller)
    return curve


def _costs(rule: str, recorded: Recorded, pools: Pools, ks: Sequence[int]) -> NDArray[np.float64]:
    """Of k of the pool's n samples, [A, K, Unit]."""
    share = np.array(ks)[:, None] / pools.classes.shape[1]
    parts = recorded.costs[:, None]  # [A, 1, Part, Unit]
    beyond = parts[:, :, Part.GENERATION]
    if rule in (WEIGHTED, BEST):
        beyond = beyond + parts[:, :, Part.VERIFICATION]
    costs: NDArray[np.float64] = parts[:, :, Part.PREFILL] + beyond * share
    return costs


def _with_costs(curve: Curve, run: RunColumns, rule: str, recorded: Recorded, pools: Pools) -> Curve:
    """The curve with the costs of a smaller pool at the sizes that it holds, on the problems that both have."""
    ks = tuple(k for k in curve.ks if k is not None and k <= pools.classes.shape[1])
    unused = np.zeros((len(recorded.problem), len(ks)))
    costs = _costs(rule, recorded, pools, ks)
    smaller = by_problem(
        run, recorded, name=curve.name, ks=ks, accuracy=unused, ungraded=unused, costs=costs, from_subsets=True
    )
    held = set(smaller.problems)
    shared = [problem for problem in curve.problems if problem in held]
    curve = curve.on(shared)
    return replace(curve, costs=np.concatenate([smaller.on(shared).costs, curve.costs[:, len(ks) :]], axis=1))


def sizes(n: int) -> tuple[int, ...]:
    """1, 2, 4, … below n, and n."""
    return (*(2**i for i in range((n - 1).bit_length())), n)


def _select(rule: str, pools: Pools, ks: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Accuracy and the ungraded share of what a rule chooses, [A, K] each."""
    n = pools.classes.shape[1]
    if rule == COVERAGE:
        graded = (pools.outcomes != Mark.UNGRADED).sum(axis=1)
        none_graded = 1 - pass_at_k(graded, n, ks)
        return pass_at_k((pools.outcomes == Mark.CORRECT).sum(axis=1), n, ks), none_graded
    classes = pools.classes
    if rule != MAJORITY:
        # what was not scored cannot be chosen; where nothing was (verdicts=needed), it was all one answer
        unscored = np.isnan(pools.scores)
        classes = np.where(unscored & ~unscored.all(axis=1, keepdims=True), -1, classes)
    scores = np.nan_to_num(pools.scores)

    def expected(credit: NDArray[np.float64]) -> NDArray[np.float64]:
        if rule == MAJORITY:
            return majority_at_k(classes, credit, ks)
        return (weighted_at_k if rule == WEIGHTED else best_of_n_at_k)(classes, credit, scores, ks)

    answered = pools.classes >= 0
    unread = np.where(answered & (pools.outcomes == Mark.UNGRADED), 1.0, 0.0)
    nothing_chosen = 1 - pass_at_k((classes >= 0).sum(axis=1), n, ks)
    ungraded = nothing_chosen + (expected(unread) if unread.any() else 0.0)
    return expected((pools.outcomes == Mark.CORRECT).astype(float)), ungraded


def _sampling_parameters(strategy: str) -> str:
    spec = Spec.parse(strategy)
    return ",".join(f"{key}={value}" for key, value in spec.parameters.items() if key not in SELECTION)
