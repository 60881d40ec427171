"""95 % intervals for accuracies. The unit is the problem: samples of one problem are not independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

from tuili.evaluation.metrics.estimate import CONFIDENCE, Estimate

ROUNDING = 1e-12


def wilson(successes: float, n: int) -> Estimate:
    """A proportion of n independent trials, by Wilson's score interval (1927). n = 0 knows nothing: 0 to 1."""
    if n == 0:
        return Estimate(float("nan"), 0.0, 1.0, 0)
    low, high = _score_interval(successes / n, n, float(norm.ppf((1 + CONFIDENCE) / 2)))
    return Estimate(successes / n, float(low), float(high), n)


def clustered(values: ArrayLike, clusters: ArrayLike | None = None) -> Estimate:
    """The mean of values between 0 and 1, [N]: per-problem accuracies, or samples with their problems as clusters, [N].

    Closed form: Wilson's interval at the effective sample size p (1 - p) / SE^2 that the cluster-robust standard
    error implies, with Student's t (Korn and Graubard 1998). With one sample a problem that is Wilson's interval;
    where all agree it stays as wide as that many independent trials warrant. The estimate's n counts clusters.
    """
    values = np.asarray(values, dtype=float)
    clusters = np.arange(len(values)) if clusters is None else np.asarray(clusters)
    n = len(np.unique(clusters))
    if n < 2:
        return wilson(float(values.mean()) * n if n else 0.0, n)
    p = float(values.mean())
    error = cluster_robust_se(values, clusters)
    effective = p * (1 - p) / error**2 if error > ROUNDING else n
    low, high = _score_interval(p, effective, float(t.ppf((1 + CONFIDENCE) / 2, n - 1)))
    return Estimate(p, float(low), float(high), n)


def cluster_robust_se(values: ArrayLike, clusters: ArrayLike) -> float:
    """The standard error of the mean over all samples, [N], when samples of one cluster, [N], go together.

    sqrt(G / (G - 1) * sum over clusters of (sum of its residuals)^2) / N, for G clusters of any sizes.
    """
    values = np.asarray(values, dtype=float)
    _, index = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(index, weights=values - values.mean())
    groups = len(sums)
    if groups < 2:
        return float("nan")
    return float(np.sqrt(groups / (groups - 1) * np.square(sums).sum()) / len(values))


def _score_interval(p: float, n: float, z: float) -> NDArray[np.float64]:
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    ends: NDArray[np.float64] = np.clip([centre - half, centre + half], 0, 1)
    return ends
