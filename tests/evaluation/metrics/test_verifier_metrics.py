"""How good a verifier is: against hand-computed cases, scikit-learn, and the plainest possible enumeration."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tuili.evaluation.metrics.calibration import expected_calibration_error, reliability
from tuili.evaluation.metrics.discrimination import auroc, auroc_within
from tuili.evaluation.metrics.processbench import best_threshold, first_below, processbench
from tuili.evaluation.metrics.thinking import outcome_efficiency


def test_processbench_by_hand():
    result = processbench(predicted=[0, 2, -1, -1, 1], first_wrong=[0, 1, 1, -1, -1])
    assert result.erroneous.value == pytest.approx(1 / 3)
    assert result.correct.value == pytest.approx(1 / 2)
    assert result.f1 == pytest.approx(0.4)
    assert processbench([0], [1]).erroneous.n == 1
    assert np.isnan(processbench([0], [0]).f1)  # no correct solutions: there is nothing to average


def test_the_first_step_below_the_threshold_is_called_wrong():
    assert first_below([[0.9, 0.4, 0.1], [0.9, 0.8], []], 0.5) == [1, -1, -1]


def test_the_threshold_separates_what_can_be_separated():
    scores = [[0.9, 0.2, 0.9], [0.8, 0.7], [0.95, 0.9, 0.3]]
    threshold = best_threshold(scores, [1, -1, 2])
    assert 0.3 < threshold <= 0.7
    assert processbench(first_below(scores, threshold), [1, -1, 2]).f1 == 1


def test_auroc_agrees_with_scikit_learn_ties_included():
    generator = np.random.default_rng(0)
    correct = generator.random(400) < 0.3
    scores = np.round(correct * 0.2 + generator.random(400), 1)
    assert auroc(scores, correct) == pytest.approx(roc_auc_score(correct, scores))
    assert np.isnan(auroc([0.1, 0.2], [True, True]))


SCORED = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.45, 0.5, 0.95, 1.0]), st.booleans()), min_size=1, max_size=12)


@given(SCORED)
@settings(max_examples=60, deadline=None)
def test_auroc_is_the_share_of_pairs_in_the_right_order(samples):
    right, wrong = ([score for score, correct in samples if correct is kind] for kind in (True, False))
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in product(right, wrong)]
    found = auroc(*zip(*samples, strict=True))
    assert found == pytest.approx(np.mean(pairs)) if pairs else np.isnan(found)


@given(SCORED)
@settings(max_examples=60, deadline=None)
def test_calibration_error_weighs_every_bin_by_its_samples(samples):
    bins = [[one for one in samples if min(int(one[0] * 10), 9) == number] for number in range(10)]
    gaps = [abs(np.mean([c for _, c in one]) - np.mean([s for s, _ in one])) * len(one) for one in bins if one]
    scores, correct = zip(*samples, strict=True)
    assert expected_calibration_error(scores, correct) == pytest.approx(sum(gaps) / len(samples))
    curve = reliability(scores, correct, range(len(samples)))
    assert [one.samples for one in curve] == [len(one) for one in bins if one]


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), min_size=1, max_size=12))
def test_processbench_f1_is_the_harmonic_mean_of_two_accuracies(solutions):
    kinds = [[found == truth for found, truth in solutions if (truth == -1) is good] for good in (False, True)]
    result = processbench(*zip(*solutions, strict=True))
    if not all(kinds):
        assert np.isnan(result.f1)
    else:
        erroneous, correct = map(np.mean, kinds)
        assert result.f1 == pytest.approx(2 / (1 / erroneous + 1 / correct) if erroneous and correct else 0.0)


def test_within_problems_it_is_not_enough_to_know_which_problem_is_easy():
    problems = np.repeat(np.arange(50), 4)
    correct = np.tile([True, True, True, False], 50)
    correct[100:] = np.tile([True, False, False, False], 25)
    scores = np.where(problems < 25, 0.9, 0.1)  # the problem's ease and nothing else
    assert auroc(scores, correct) > 0.7
    within = auroc_within(scores, correct, problems)
    assert within.value == 0.5
    assert within.n == 50


def test_problems_with_one_kind_of_sample_have_no_auroc():
    estimate = auroc_within([0.9, 0.1, 0.5, 0.6], [1, 0, 1, 1], ["a", "a", "b", "b"])
    assert (estimate.value, estimate.n) == (1.0, 1)
    assert auroc_within([0.5], [1], ["a"]).n == 0


def test_calibration_by_hand():
    scores, correct = [0.95, 0.95, 0.15, 1.0], [1, 0, 0, 1]
    low, high = reliability(scores, correct, ["a", "b", "a", "c"])
    assert (low.samples, high.samples) == (1, 3)
    assert high.accuracy.value == pytest.approx(2 / 3)
    assert high.score == pytest.approx(2.9 / 3)
    assert expected_calibration_error(scores, correct) == pytest.approx((0.15 + abs(2 - 2.9)) / 4)


def test_a_model_that_goes_on_after_its_answer_overthinks():
    estimate = outcome_efficiency([True, True, False], [50, 100, 0], [100, 100, 100])
    assert estimate.value == pytest.approx(0.5)
    assert estimate.n == 3
