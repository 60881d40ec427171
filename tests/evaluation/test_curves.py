"""Curves from pools agree with hand counts and with what the strategies themselves would have returned."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import header, write_run
from test_columns import GRADES, PROBLEMS, attempt, node

from tuili.evaluation.curves import curves
from tuili.evaluation.families import families
from tuili.evaluation.folder import read_run
from tuili.evaluation.metrics.best_of_n import best_of_n_at_k
from tuili.evaluation.metrics.majority import majority_at_k
from tuili.evaluation.metrics.weighted import weighted_at_k
from tuili.evaluation.pooled import BEST, COVERAGE, MAJORITY, WEIGHTED, sizes
from tuili.evaluation.recorded import RunColumns, Unit
from tuili.evaluation.reduce import GradedAttempt, reduce_attempts
from tuili.records import AnswerKind, Charge, Component, Purpose, Scored, Verdict
from tuili.records import Path as Generated
from tuili.strategies.select import best, majority_vote, weighted_vote

CHARGES = (
    Charge(Component.GENERATOR, Purpose.EXPLORE, 20, 80, 1000.0),
    Charge(Component.VERIFIER, Purpose.EXPLORE, 100, 0, 400.0),
)


def drawn(*attempts):
    run = RunColumns("run", Path("run"), header(("s",), len(PROBLEMS)), PROBLEMS)
    reduce_attempts(run, [GradedAttempt(one, GRADES) for one in attempts])
    return {curve.name: curve for curve in curves(run)}


def test_by_hand():
    found = drawn(
        attempt([node(0, "8", 0.9), node(1, "7", 0.5), node(2, "7", 0.6), node(3, None, 0.1)], charges=CHARGES)
    )
    assert found[MAJORITY].ks == (1, 2, 4)
    assert found[COVERAGE].accuracy[0] == pytest.approx([1 / 2, 5 / 6, 1])
    # Pairs: 87 87 8- 77 7- 7-: majority gets 1/2 + 1/2 + 0 + 1 + 1 + 1 of 6.
    assert found[MAJORITY].accuracy[0] == pytest.approx([1 / 2, 4 / 6, 1])
    assert found[BEST].accuracy[0] == pytest.approx([1 / 2, 3 / 6, 0])
    assert found[WEIGHTED].accuracy[0] == pytest.approx([1 / 2, 3 / 6, 1])
    assert found[MAJORITY].ungraded[0] == pytest.approx([1 / 4, 0, 0])


def test_a_verifier_is_paid_only_by_those_who_ask_it():
    found = drawn(attempt([node(i, "7", 0.5) for i in range(4)], charges=CHARGES))
    assert found[MAJORITY].costs[0, :, Unit.FLOPS] == pytest.approx([200 + 200, 200 + 400, 200 + 800])
    assert found[WEIGHTED].costs[0, :, Unit.FLOPS] == pytest.approx([500, 800, 1400])
    assert found[COVERAGE].costs[0, :, Unit.TOKENS] == pytest.approx([40, 60, 100])


def test_a_size_that_was_run_itself_says_what_it_cost():
    """Four samples are read for 400, but two for 300: half of what two cost is the best that is known of one."""
    two = (*CHARGES[:1], Charge(Component.VERIFIER, Purpose.EXPLORE, 75, 0, 300.0))
    found = drawn(
        attempt([node(i, "7", 0.5) for i in range(4)], strategy="best_of_n:n=4,weighted=true", charges=CHARGES),
        attempt([node(i, "8", 0.5) for i in range(2)], strategy="best_of_n:n=2,weighted=true", charges=two),
    )
    generated = 800
    assert found[WEIGHTED].costs[0, :, Unit.FLOPS] == pytest.approx(
        [200 + (generated + 300) / 2, 200 + generated + 300, 200 + generated + 400]
    )
    assert found[WEIGHTED].accuracy.tolist() == [[1, 1, 1]]


def test_attempts_at_one_problem_are_averaged_before_problems_are():
    seeds = [dataclasses.replace(attempt([node(0, a)], a), seed=i) for i, a in enumerate(["7", "8", "8"])]
    curve = drawn(*seeds, attempt([node(0, "7")], "7", problem="q"))["s"]
    assert curve.accuracy[:, 0].tolist() == pytest.approx([1 / 3, 1])
    assert curve.problems == ("p", "q")


def test_sizes_of_one_strategy_are_joined_on_shared_problems():
    def charged(tokens):
        return [Charge(Component.GENERATOR, Purpose.EXPLORE, 0, tokens, 2.0 * tokens)]

    found = drawn(
        attempt([node((0, 0), "8")], "8", strategy="beam_search:width=4,expand=4", charges=charged(160)),
        attempt([node((0, 0), "7")], "7", strategy="beam_search:width=1,expand=4", charges=charged(40)),
        attempt([node((0, 0), "7")], "7", strategy="beam_search:width=1,expand=4", charges=charged(40), problem="q"),
    )
    joined = found["beam_search"]
    assert joined.ks == (4, 16)
    assert joined.problems == ("p",)
    assert joined.accuracy.tolist() == [[1, 0]]
    assert joined.costs[0, :, Unit.TOKENS].tolist() == [40, 160]


def test_budgets_of_one_strategy_are_points_of_one_curve_even_where_they_were_never_reached():
    charges = (Charge(Component.GENERATOR, Purpose.EXPLORE, 0, 90, 180.0),)
    found = drawn(
        attempt([node(0, "8")], "8", strategy="best_of_n:n=2,budget_flops=100"),
        attempt([node(0, "8"), node(1, "7")], "7", strategy="best_of_n:n=2,budget_flops=900", charges=charges),
    )
    assert list(found) == ["best_of_n"]
    assert found["best_of_n"].accuracy.tolist() == [[0, 1]]
    assert found["best_of_n"].ks == (None, None)


def test_a_vote_that_may_end_early_makes_no_pool_even_where_it_never_did():
    found = drawn(attempt([node(0, "8"), node(1, "7")], "8", strategy="self_consistency:n=2,batch=2"))
    assert list(found) == ["self_consistency"]
    assert found["self_consistency"].ks == (None,)


@pytest.mark.parametrize(
    ("strategies", "names"),
    [
        (["dvts:subtrees=4,expand=4"], {"dvts": 1}),
        (["beam_search:width=1,expand=4", "beam_search:width=4,expand=4"], {"beam_search": 2}),
        (["beam_search:width=2,expand=2", "beam_search:width=4,expand=4"], {"beam_search": 2}),
        (
            [f"beam_search:width={w},expand={m}" for w in (1, 2, 4) for m in (2, 4)],
            {"beam_search (expand=2)": 3, "beam_search (expand=4)": 3},
        ),
        (["s:n=1,exact=true", "s:n=1,exact=false"], {"s (exact=true)": 1, "s (exact=false)": 1}),
        (["s:limit=8,wait=Wait", "s:limit=16,wait=Hm"], {"s (wait=Wait)": 1, "s (wait=Hm)": 1}),
    ],
)
def test_what_is_one_curve(strategies, names):
    assert {name: len(members) for name, members in families(strategies).items()} == names


def test_what_was_never_scored_is_never_chosen():
    found = drawn(attempt([node(0, "7"), node(1, "7"), node(2, "8", 0.01)]))
    assert found[BEST].accuracy[0, -1] == 0
    assert found[WEIGHTED].accuracy[0, -1] == 0
    assert found[MAJORITY].accuracy[0, -1] == 1


def test_where_nothing_was_scored_all_gave_the_answer_that_is_chosen():
    found = drawn(attempt([node(0, "7"), node(1, "7")]), attempt([node(0, "7", 0.1), node(1, "8", 0.9)], problem="q"))
    assert found[BEST].accuracy[:, -1].tolist() == found[WEIGHTED].accuracy[:, -1].tolist() == [1, 0]


def test_ungraded_choices_have_their_own_share():
    found = drawn(attempt([node(0, "?!", 0.9), node(1, "?!", 0.8), node(2, "7", 0.3)]))
    assert found[MAJORITY].accuracy[0, -1] == 0
    assert found[MAJORITY].ungraded[0] == pytest.approx([2 / 3, 2 / 3, 1])


def test_sizes():
    assert sizes(1) == (1,)
    assert sizes(6) == (1, 2, 4, 6)
    assert sizes(8) == (1, 2, 4, 8)


@st.composite
def pools_without_ties(draw):
    """Answers all with different numbers of votes, and scores none of whose sums are equal."""
    counts = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True))
    answers = draw(st.permutations([str(i) for i, count in enumerate(counts) for _ in range(count)]))
    ranks = st.permutations(range(1, len(answers) + 1))
    return [(answer, 2.0**-rank) for answer, rank in zip(answers, draw(ranks), strict=True)]


@given(pools_without_ties(), st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_at_k_equal_to_n_the_metrics_choose_what_the_strategies_choose(pool, right):
    paths = [Generated(id=(i,), answer=answer) for i, (answer, _) in enumerate(pool)]
    scored = [Scored(path, Verdict(score)) for path, (_, score) in zip(paths, pool, strict=True)]
    chosen = {
        MAJORITY: majority_vote(paths, AnswerKind.EXACT),
        WEIGHTED: weighted_vote(scored, AnswerKind.EXACT),
        BEST: best(scored),
    }
    _, ids = np.unique([answer for answer, _ in pool], return_inverse=True)
    credit = np.array([[float(answer == str(right)) for answer, _ in pool]])
    scores = np.array([[score for _, score in pool]])
    n = [len(pool)]
    expected = {
        MAJORITY: majority_at_k(ids[None], credit, n),
        WEIGHTED: weighted_at_k(ids[None], credit, scores, n),
        BEST: best_of_n_at_k(ids[None], credit, scores, n),
    }
    for rule, choice in chosen.items():
        assert expected[rule][0, 0] == pytest.approx(float(choice.answer == str(right))), rule


def test_the_end_of_a_curve_is_what_was_recorded(tmp_path):
    run = read_run(write_run(tmp_path / "run", strategies={"best_of_n:n=8,weighted=false": (8, True)}))
    recorded = run.strategies["best_of_n:n=8,weighted=false"]
    curve = next(curve for curve in curves(run) if curve.name == BEST)
    assert curve.accuracy[:, -1].tolist() == pytest.approx((recorded.outcome == 1).astype(float).tolist())
    assert curve.costs[:, -1] == pytest.approx(recorded.costs.sum(axis=1))
