"""Accuracy at smaller max_tokens: from the lengths of a long run's samples, from them cut, and from real runs.

A real run with the same seeds need not agree with the cut one to the sample: a limit changes how samples are batched,
and at other limits they may be other samples. Only strategies that draw whole samples can be cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tuili.evaluation.curve import Curve, by_problem
from tuili.evaluation.metrics.cut import accuracy_at_cuts
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.majority import majority_at_k
from tuili.evaluation.metrics.paired import Difference, paired_difference
from tuili.evaluation.recorded import Mark, Recorded, RunColumns, Unit

LIMIT = "max_tokens"


@dataclass(frozen=True, slots=True)
class Measured:
    """A strategy's samples under a limit, n a problem."""

    accuracy: Estimate
    """Of one sample."""
    majority: Estimate
    """Of the majority of all n."""
    ungraded: Estimate
    """Share of samples without a final answer, or with one that could not be graded."""


@dataclass(frozen=True, slots=True)
class AtCut:
    max_tokens: int
    ended: Measured
    """Long samples have no answer: exact for models that end with it, else a lower bound."""
    regraded: Measured | None
    """The long run cut and graded again; None where `tuili regrade --max-tokens` was not called."""
    real: Measured | None
    """A run with that limit."""
    real_run: str | None
    difference: Difference | None
    """Accuracy of one sample, real - regraded (or ended, where nothing was regraded), paired by problem."""


@dataclass(frozen=True, slots=True)
class CutCurve:
    run: str
    """The long one."""
    strategy: str
    samples: int
    max_tokens: int
    whole: Measured
    cuts: tuple[AtCut, ...]


def cut_curves(runs: Sequence[RunColumns]) -> Iterator[CutCurve]:
    """One for every strategy of every run that was cut, or beside which a run with a smaller limit stands."""
    for run in runs:
        own = run.header.sampling.get(LIMIT)
        for recorded in run.strategies.values():
            if own is None or recorded.pools is None:
                continue
            real = {other.header.sampling[LIMIT]: other for other in runs if _is_cut_of(other, run, recorded.strategy)}
            regraded = {limit: cut for limit, cut in run.cut.items() if limit < own and _has(cut, recorded.strategy)}
            limits = sorted(real.keys() | regraded.keys())
            if limits:
                n = recorded.pools.classes.shape[1]
                cuts = tuple(_at_cut(run, recorded, limit, regraded.get(limit), real.get(limit)) for limit in limits)
                yield CutCurve(run.name, recorded.strategy, n, own, _measured(_curve(run, recorded)), cuts)


def _is_cut_of(other: RunColumns, run: RunColumns, strategy: str) -> bool:
    """Whether only the limit, which is smaller, tells the other run's samples from this one's."""
    mine, its = dict(run.header.sampling), dict(other.header.sampling)
    smaller = LIMIT in its and its.pop(LIMIT) < mine.pop(LIMIT)
    return smaller and mine == its and other.header.model == run.header.model and _has(other, strategy)


def _has(run: RunColumns, strategy: str) -> bool:
    return strategy in run.strategies and run.strategies[strategy].pools is not None


def _at_cut(
    run: RunColumns, recorded: Recorded, limit: int, regraded: RunColumns | None, real: RunColumns | None
) -> AtCut:
    ended = _curve(run, recorded, limit)
    cut = _curve(regraded, regraded.strategies[recorded.strategy]) if regraded else None
    other = _curve(real, real.strategies[recorded.strategy]) if real else None
    return AtCut(
        limit,
        _measured(ended),
        _measured(cut) if cut else None,
        _measured(other) if other else None,
        real.name if real else None,
        _difference(other, cut or ended) if other else None,
    )


def _difference(real: Curve, cut: Curve) -> Difference | None:
    shared = [problem for problem in real.problems if problem in set(cut.problems)]
    if not shared:
        return None
    return paired_difference(real.on(shared).accuracy[:, 0], cut.on(shared).accuracy[:, 0])


def _curve(run: RunColumns, recorded: Recorded, limit: int | None = None) -> Curve:
    """One sample and the majority of all; limit: only what ended within it."""
    assert recorded.pools is not None
    classes, outcomes, _, tokens = recorded.pools
    n = classes.shape[1]
    correct = outcomes == Mark.CORRECT
    late = tokens > limit if limit else np.zeros_like(correct)
    voted = majority_at_k(np.where(late, -1, classes), (correct & ~late).astype(float), [n])
    single = accuracy_at_cuts(correct, tokens, [limit or int(tokens.max(initial=1))])
    unread = (late | (outcomes == Mark.UNGRADED)).mean(axis=1, keepdims=True)
    return by_problem(
        run,
        recorded,
        name="",
        ks=(1, n),
        accuracy=np.concatenate([single, voted], axis=1),
        ungraded=np.repeat(unread, 2, axis=1),
        costs=np.zeros((len(classes), 2, len(Unit))),
        from_subsets=False,
    )


def _measured(curve: Curve) -> Measured:
    return Measured(clustered(curve.accuracy[:, 0]), clustered(curve.accuracy[:, 1]), clustered(curve.ungraded[:, 0]))
