"""Strategies driven with lists: what they ask for, and what they make of the replies."""

from __future__ import annotations

from inspect import signature

import pytest
from lists import PROBLEM, drive

from tuili.errors import BadRequest
from tuili.ledger import Budget
from tuili.records import Until
from tuili.strategies import BUDGETS, STRATEGIES, make_strategy, within
from tuili.strategies.asks import Sample, Score


def test_chain_of_thought_is_one_whole_sample() -> None:
    choice, asks = drive(make_strategy("chain_of_thought").plan(PROBLEM), ["B"])
    assert choice.answer == "B"
    assert [(ask.n, ask.until) for ask in asks] == [(1, Until.END)]


def test_self_consistency_votes_over_n_samples() -> None:
    choice, asks = drive(make_strategy("self_consistency:n=5").plan(PROBLEM), ["A", "B", None, "B", "A"])
    assert (choice.answer, choice.path.id) == ("A", (0,))
    assert [ask.n for ask in asks] == [5]


@pytest.mark.parametrize(("weighted", "answer"), [("true", "B"), ("false", "A")])
def test_best_of_n_chooses_by_score(weighted: str, answer: str) -> None:
    plan = make_strategy(f"best_of_n:n=3,weighted={weighted}").plan(PROBLEM)
    choice, asks = drive(plan, ["A", "B", "B"], [0.9, 0.5, 0.6])
    assert choice.answer == answer
    assert asks[0].to_be_scored
    assert [path.id for path in asks[1].paths] == [(0,), (1,), (2,)]


@pytest.mark.parametrize(("answers", "judged"), [(["A", None, "A"], 0), ([None, None], 0), (["A", "B", "B"], 1)])
def test_best_of_n_asks_for_verdicts_only_where_they_can_decide(answers: list[str | None], judged: int) -> None:
    plan = make_strategy(f"best_of_n:n={len(answers)},verdicts=needed").plan(PROBLEM)
    choice, asks = drive(plan, answers, [0.9, 0.1, 0.2])
    assert choice.answer == answers[0]
    assert sum(isinstance(ask, Score) for ask in asks) == judged


@pytest.mark.parametrize(
    "spec",
    [
        "chain_of_thought",
        "self_consistency:n=4",
        "self_consistency:n=4,batch=3",
        "best_of_n:n=4",
        "best_of_n:n=4,weighted=false",
        "beam_search:width=2,expand=2",
        "lookahead_search:width=2,expand=2",
        "dvts:subtrees=2,expand=2",
        "budget_forcing:limit=100",
    ],
)
@pytest.mark.parametrize("fits", [0, 1, 2])
def test_a_spent_budget_leaves_the_best_answer_so_far(spec: str, fits: int) -> None:
    choice, _ = drive(make_strategy(spec).plan(PROBLEM), ["A", "A", "B", "B"], [0.2, 0.1, 1.0, 1.0], fits)
    assert choice.answer == ("A" if fits else None)


def test_every_strategy_has_defaults_and_only_scoring_ones_need_a_verifier() -> None:
    for name in STRATEGIES:
        strategy = make_strategy(name)
        _, asks = drive(strategy.plan(PROBLEM), ["A"] * 64, [0.5] * 64)
        assert any(isinstance(ask, Score) for ask in asks) == strategy.needs_verifier
        assert isinstance(asks[0], Sample)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("chain_of_thought", "chain_of_thought"),
        ("self_consistency", "self_consistency:n=16"),
        ("best_of_n: n=4", "best_of_n:n=4,weighted=true"),
        ("best_of_n:weighted=False", "best_of_n:n=16,weighted=false"),
        ("dvts:subtrees=2", "dvts:subtrees=2,expand=4,rounds=40"),
        ("budget_forcing:waits=0", "budget_forcing:waits=0,wait=Wait,marker=</think>"),
    ],
)
def test_the_full_spec_has_every_parameter(text: str, full: str) -> None:
    assert make_strategy(text).spec == full
    assert make_strategy(full).spec == full


def test_a_strategy_may_have_a_budget_of_its_own() -> None:
    strategy = make_strategy("best_of_n: budget_flops=1e9, n=4, budget_tokens=900")
    assert strategy.spec == "best_of_n:n=4,weighted=true,budget_tokens=900,budget_flops=1000000000"
    assert strategy.budget == Budget(tokens=900, flops=1e9)
    assert make_strategy(strategy.spec).budget == strategy.budget
    assert within(make_strategy("best_of_n:n=4"), strategy.budget).spec == strategy.spec
    with pytest.raises(BadRequest, match="already"):
        within(strategy, Budget(tokens=5))


def test_no_strategy_has_a_parameter_that_means_a_budget() -> None:
    for factory in STRATEGIES.values():
        assert not BUDGETS.keys() & signature(factory).parameters.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("guess", "chain_of_thought"),
        ("best_of_n:width=4", "n, verdicts, weighted"),
        ("best_of_n:verdicts=none", "must be one of needed"),
        ("self_consistency:n=0", "at least 1"),
        ("best_of_n:n=-3", "at least 1"),
        ("best_of_n:n=many", "many"),
        ("best_of_n:weighted=perhaps", "perhaps"),
        ("budget_forcing:waits=-1", "at least 0"),
        ("self_consistency:batch=2,confidence=1.5", "from 0 to 1"),
        ("best_of_n:budget_tokens=few", "tokens in a budget must be a number above zero, not 'few'"),
        ("best_of_n:budget=9", "no parameter budget"),
    ],
)
def test_a_wrong_spec_is_a_bad_request_that_says_what_is_known(text: str, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        make_strategy(text)
