"""Intervals cover what they claim to, on samples that go together by problem."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tuili.errors import BadRequest
from tuili.evaluation.metrics.best_of_n import best_of_n_at_k
from tuili.evaluation.metrics.bootstrap import bootstrap, interval, resampled_means
from tuili.evaluation.metrics.intervals import cluster_robust_se, clustered, wilson
from tuili.evaluation.metrics.majority import majority_at_k
from tuili.evaluation.metrics.paired import paired_difference, sign_flip_p
from tuili.evaluation.metrics.pass_at_k import pass_at_k
from tuili.evaluation.metrics.weighted import weighted_at_k

REPETITIONS = 2000


def accuracies(generator, problems, samples, repetitions=REPETITIONS):
    """Per-problem accuracies, [repetitions, problems]: hard and easy problems, mean chance 0.4."""
    return generator.binomial(samples, generator.beta(0.8, 1.2, size=(repetitions, problems))) / samples


def pools(generator, problems, n):
    """Samples of a model whose mistakes agree: classes (0 is right, -1 no answer), credit and scores, [problems, n]."""
    right = generator.random((problems, n)) < generator.beta(0.8, 1.2, size=problems)[:, None]
    tempting = (generator.random(problems) < 0.3)[:, None] & (generator.random((problems, n)) < 0.7)
    classes = np.where(right, 0, np.where(tempting, 1, generator.integers(1, 4, size=(problems, n))))
    classes = np.where(generator.random((problems, n)) < 0.05, -1, classes)
    scores = 1 / (1 + np.exp(-generator.normal(1.5 * (right - 0.5), 1)))
    return classes, (classes == 0).astype(float), scores


@pytest.mark.parametrize(("problems", "samples"), [(40, 4), (100, 1), (200, 16)])
def test_closed_form_covers_the_truth(problems, samples):
    estimates = [clustered(row) for row in accuracies(np.random.default_rng(3), problems, samples)]
    assert 0.93 <= np.mean([e.low <= 0.4 <= e.high for e in estimates]) <= 0.97


@pytest.mark.parametrize(("problems", "samples", "easy", "hard"), [(100, 4, 9, 1), (200, 4, 0.3, 2.7), (500, 1, 19, 1)])
def test_closed_form_covers_easy_and_hard_tasks(problems, samples, easy, hard):
    generator = np.random.default_rng(10)
    rows = generator.binomial(samples, generator.beta(easy, hard, size=(REPETITIONS, problems))) / samples
    truth = easy / (easy + hard)
    estimates = [clustered(row) for row in rows]
    assert 0.93 <= np.mean([e.low <= truth <= e.high for e in estimates]) <= 0.97


@pytest.mark.parametrize("metric", ["pass", "majority", "weighted", "best"])
def test_closed_form_covers_what_a_selection_is_worth(metric):
    problems, n, k = 60, 6, 3
    classes, credit, scores = pools(np.random.default_rng(11), REPETITIONS * problems, n)
    values = {
        "pass": lambda: pass_at_k((credit > 0).sum(axis=1), n, [k]),
        "majority": lambda: majority_at_k(classes, credit, [k]),
        "weighted": lambda: weighted_at_k(classes, credit, scores, [k]),
        "best": lambda: best_of_n_at_k(classes, credit, scores, [k]),
    }[metric]()
    truth = values.mean()  # of 120,000 problems, so 45 times as certain as any of the intervals
    estimates = [clustered(row) for row in values.reshape(REPETITIONS, problems)]
    assert 0.93 <= np.mean([e.low <= truth <= e.high for e in estimates]) <= 0.97


@pytest.mark.parametrize(("problems", "samples"), [(40, 4), (200, 8)])
def test_bootstrap_covers_the_truth(problems, samples):
    rows = accuracies(np.random.default_rng(4), problems, samples)
    # One set of resamples serves all repetitions: each column of values is one of them.
    means = resampled_means(rows.T, resamples=1000)
    covered = [low <= 0.4 <= high for low, high in (interval(column, problems) for column in means.T)]
    assert 0.93 <= np.mean(covered) <= 0.97


def test_paired_difference_covers_the_truth():
    generator = np.random.default_rng(5)
    chance = generator.beta(0.8, 1.2, size=(REPETITIONS, 100))
    first = generator.binomial(4, chance) / 4
    second = generator.binomial(4, chance * 0.75) / 4
    means = resampled_means((first - second).T, resamples=1000)
    covered = [low <= 0.1 <= high for low, high in (interval(column, 100) for column in means.T)]
    assert 0.93 <= np.mean(covered) <= 0.97


def test_robust_standard_error_covers_the_truth_when_clusters_differ_in_size():
    generator = np.random.default_rng(6)
    sizes = np.tile([1, 2, 4, 8], 25)
    clusters = np.repeat(np.arange(100), sizes)
    covered = []
    for _ in range(REPETITIONS):
        values = generator.random(len(clusters)) < generator.beta(0.8, 1.2, size=100)[clusters]
        covered.append(abs(values.mean() - 0.4) <= 1.984 * cluster_robust_se(values, clusters))
    assert 0.93 <= np.mean(covered) <= 0.97


def test_ignoring_the_clusters_would_not_cover():
    samples = 16
    rows = accuracies(np.random.default_rng(7), 100, samples)
    naive = [wilson(row.sum() * samples, len(row) * samples) for row in rows]
    assert np.mean([e.low <= 0.4 <= e.high for e in naive]) < 0.7


def test_wilson_by_hand():
    estimate = wilson(8, 10)  # the textbook example: 0.490 to 0.943
    assert (estimate.low, estimate.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    nothing = wilson(0, 20)
    assert nothing.low == 0
    assert nothing.high == pytest.approx(0.1611, abs=1e-4)
    assert wilson(0, 0).high == 1


def test_unanimous_problems_do_not_make_certainty():
    assert clustered(np.ones(30)).low == pytest.approx(wilson(30, 30).low, abs=0.02)
    assert clustered(np.ones(1)).low < 0.25


def test_agreement_up_to_rounding_is_agreement():
    """Four problems with one success in five each: their residuals add up to 0 and a rounding error."""
    shared = clustered([1, 0, 0, 0, 0] * 4, np.repeat(range(4), 5))
    assert shared.value == pytest.approx(0.2)
    assert shared.high - shared.low > 0.5


def test_robust_standard_error_without_clusters_is_the_usual_one():
    values = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    assert cluster_robust_se(values, range(5)) == pytest.approx(values.std(ddof=1) / np.sqrt(5))
    doubled = cluster_robust_se(np.repeat(values, 2), np.repeat(np.arange(5), 2))
    assert doubled == pytest.approx(cluster_robust_se(values, range(5)))  # copies add no information


def test_resamples_are_seeded_and_keep_pairs():
    values = np.random.default_rng(0).random((50, 1))
    means = resampled_means(np.hstack([values, 1 - values]), seed=9)
    assert (means == resampled_means(np.hstack([values, 1 - values]), seed=9)).all()
    assert means.sum(axis=1) == pytest.approx(1)


def test_many_problems_in_groups_have_the_same_interval():
    values = np.random.default_rng(1).binomial(4, 0.3, size=5001) / 4
    grouped = bootstrap(values)
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert grouped.value == pytest.approx(values.mean())
    assert grouped.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert grouped.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)
    assert sign_flip_p((values - 0.3)[:, None])[0] == pytest.approx(
        2 * norm.sf(abs(values.mean() - 0.3) / error), abs=0.03
    )


def test_sign_flips_by_hand():
    columns = np.array([[1, 1, 1, 0], [0, 0, 0, 0], [1, -1, 0, 0]]).T
    assert sign_flip_p(columns) == pytest.approx([2 / 8, 1, 1])  # only + + + and - - - are as far from 0


@given(st.lists(st.sampled_from([-1.0, -0.5, -0.25, 0.0, 0.25, 1.0]), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_the_sign_flip_test_counts_every_pattern(differences):
    means = [abs(np.dot(signs, differences)) for signs in product((-1, 1), repeat=len(differences))]
    expected = np.mean([mean >= abs(sum(differences)) for mean in means])
    assert sign_flip_p(np.array(differences)[:, None])[0] == pytest.approx(expected)


def test_drawn_sign_flips_agree_with_the_exact_count():
    difference = np.random.default_rng(2).normal(0.4, 1, size=13)
    drawn = sign_flip_p(np.concatenate([difference, [1e-15] * 2])[:, None])  # two more that decide nothing
    assert drawn == pytest.approx(sign_flip_p(difference[:, None]), abs=0.015)


def test_sign_flips_reject_five_per_cent_under_the_null():
    draws = np.random.default_rng(8).normal(size=(40, REPETITIONS))
    assert (sign_flip_p(draws, flips=4000) < 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_pairing_needs_the_same_problems():
    with pytest.raises(BadRequest, match="3 and 2"):
        paired_difference([1, 0, 1], [1, 0])
    better = paired_difference(np.ones(60), np.zeros(60))
    assert better.estimate.value == 1
    assert better.p_value < 0.001
