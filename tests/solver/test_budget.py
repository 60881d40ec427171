"""No plan spends a token beyond its budget, and none is left behind that could have been used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from inspect import signature
from types import NoneType
from typing import get_args, get_type_hints

import pytest
from fakes import BUDGETS, PROBLEM, ExactEngine, FakeEngine, random_plan, solve, verifier
from hypothesis import given, settings
from hypothesis import strategies as st

from tuili.errors import BadRequest, BudgetExhausted
from tuili.ledger import Budget, flops
from tuili.records import (
    Component,
    Ending,
    Path,
    Problem,
    Purpose,
    Sampling,
    StopReason,
)
from tuili.solver import Solver
from tuili.spec import full_spec
from tuili.strategies import STRATEGIES, Strategy, make_strategy, within
from tuili.strategies.asks import Choice, Plan, Sample, Score

CASES = 10_000
"""Of all strategies together, at least."""
WORLDS = st.builds(FakeEngine, frugal=st.booleans(), ends=st.sampled_from([0.0, 0.2, 0.6]))


def values(hint: object) -> st.SearchStrategy[object]:
    """Small values of a parameter's type: what multiplies branches must stay small, what may be None limits tokens."""
    choices = get_args(hint)
    if NoneType in choices:
        return st.floats(0, 1) if float in choices else st.integers(1, 20)
    known = {int: st.integers(0, 4), bool: st.booleans(), float: st.floats(0, 1)}
    return st.sampled_from(choices) if choices else known[hint]  # type: ignore[index]


def strategies(name: str) -> st.SearchStrategy[Strategy]:
    """The strategy of a name with any of its parameters set; texts stay as they are by default."""
    hints = get_type_hints(STRATEGIES[name])
    own = {key for key, one in signature(STRATEGIES[name]).parameters.items() if one.kind is one.KEYWORD_ONLY}
    drawn = {key: values(hints[key]) for key in sorted(own) if hints[key] is not str}
    return st.fixed_dictionaries({}, optional=drawn).map(partial(made, name)).filter(bool)


def made(name: str, parameters: dict[str, object]) -> Strategy | None:
    """None where the values do not go together."""
    try:
        return make_strategy(full_spec(name, parameters))
    except BadRequest:
        return None


PLANS = {"random": st.integers(0, 2**32).map(random_plan)} | {name: strategies(name) for name in STRATEGIES}


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=-(-CASES // len(STRATEGIES)), deadline=None)
@given(data=st.data(), budget=BUDGETS, own=BUDGETS, engine=WORLDS)
def test_no_plan_overspends_by_a_token_and_all_that_is_spent_is_charged(
    name: str, data: st.DataObject, budget: Budget, own: Budget, engine: FakeEngine
) -> None:
    plan = data.draw(PLANS[name])
    if isinstance(plan, Strategy):
        plan = within(plan, own)
        budget = budget & own
    scorer = verifier()
    attempt = solve(plan, engine, verifier=scorer, sampling=Sampling(max_tokens=20), budget=budget)

    assert attempt.ending is not Ending.FAILED
    assert sum(charge.tokens for charge in attempt.charges) <= (budget.tokens or float("inf"))
    assert sum(charge.flops for charge in attempt.charges) <= (budget.flops or float("inf"))

    generator = [charge for charge in attempt.charges if charge.component is Component.GENERATOR]
    assert sum(charge.prompt_tokens for charge in generator) == engine.prefilled
    assert sum(charge.generated_tokens for charge in generator) == engine.generated
    assert sum(node.tokens for node in attempt.nodes) == engine.generated
    assert sum(charge.tokens for charge in attempt.charges if charge.component is Component.VERIFIER) == scorer.tokens
    for purpose in Purpose:
        charged = sum(charge.generated_tokens for charge in generator if charge.purpose is purpose)
        assert charged == sum(node.tokens for node in attempt.nodes if node.purpose is purpose)
    for charge in attempt.charges:
        assert charge.flops == flops(5 if charge.component is Component.GENERATOR else 3, charge.tokens)


@settings(max_examples=300, deadline=None)
@given(tokens=st.integers(1, 700), frugal=st.booleans(), weighted=st.booleans())
def test_what_was_to_be_scored_can_always_be_scored(tokens: int, frugal: bool, weighted: bool) -> None:
    chosen = make_strategy(f"best_of_n:n=8,weighted={weighted}")
    limits = {"sampling": Sampling(max_tokens=20), "budget": Budget(tokens=tokens)}
    attempt = solve(chosen, FakeEngine(frugal=frugal), verifier=verifier(), **limits)
    assert all(node.verdict is not None for node in attempt.nodes)
    assert (attempt.ending is Ending.BUDGET) == (len(attempt.nodes) < 8)


@pytest.mark.parametrize("name", ["beam_search", "lookahead_search", "dvts"])
@settings(max_examples=300, deadline=None)
@given(data=st.data(), tokens=st.integers(1, 700), engine=WORLDS)
def test_a_search_never_leaves_a_step_unscored(name: str, data: st.DataObject, tokens: int, engine: FakeEngine) -> None:
    """A step that is looked ahead from is scored where its rollout led."""
    limits = {"sampling": Sampling(max_tokens=20), "budget": Budget(tokens=tokens)}
    attempt = solve(data.draw(PLANS[name]), engine, verifier=verifier(), **limits)
    judged = [node.id for node in attempt.nodes if node.verdict is not None]
    for node in attempt.nodes:
        rolled_out = name == "lookahead_search" and node.stop is StopReason.STEP
        assert any(path[: len(node.id)] == node.id if rolled_out else path == node.id for path in judged)


def lengths(*tokens: int) -> Callable[[Problem], Plan]:
    return lambda problem: one_ask(Sample([Path()], n=len(tokens), max_tokens=10))


def one_ask(ask: Sample) -> Plan:
    try:
        paths = yield ask
    except BudgetExhausted as refused:
        paths = refused.partial
    return Choice(str(len(paths)), None)


@pytest.mark.parametrize(
    ("budget", "admitted"),
    [
        (14, []),  # 5 prompt + 10 is too much
        (15, [1]),  # costs 5 + 4; the 6 left are below 15
        (25, [2]),  # costs 5 + 8; the 12 left are below 15
        (28, [2, 1]),  # 15 left: one more, whose prompt is prefilled again; 6 left
        (34, [2, 1]),
        (35, [3, 1]),  # 35 - 17 = 18; then 9
        (55, [4]),
        (1000, [4]),
    ],
)
def test_as_many_samples_run_as_their_upper_bounds_allow_and_the_rest_as_room_is_given_back(
    budget: int, admitted: list[int]
) -> None:
    engine = ExactEngine(4, 4, 4, 4)
    attempt = solve(lengths(4, 4, 4, 4), engine, budget=Budget(tokens=budget))
    assert [len(seeds) for _, _, seeds, _ in engine.calls] == admitted
    assert attempt.answer == str(sum(admitted))
    assert attempt.ending is (Ending.DONE if sum(admitted) == 4 else Ending.BUDGET)


@pytest.mark.parametrize(("budget", "samples"), [(29, 0), (30, 1), (47, 1), (48, 2)])
def test_no_more_is_held_back_for_scoring_than_the_text_now_needs(budget: int, samples: int) -> None:
    """One sample takes up to 5 + 10 tokens, and as many again to score; the first took 5 + 4, and holds back 5 + 4."""
    limits = {"sampling": Sampling(max_tokens=10), "budget": Budget(tokens=budget)}
    attempt = solve(make_strategy("best_of_n:n=2"), ExactEngine(4, 4), verifier=verifier(), **limits)
    assert len(attempt.nodes) == samples


@pytest.mark.parametrize(("budget", "samples"), [(51, 1), (52, 3)])
def test_scoring_a_path_gives_back_what_was_held_for_those_it_goes_on_from(budget: int, samples: int) -> None:
    """Two samples of 5 + 4 tokens hold back 9 and 13; the second needs up to 9 + 9 + 15 + 19. When it was scored 31 are
    spent, and the third takes up to 15: too much, did the first still hold its 9."""

    def plan(problem: Problem) -> Plan:
        choice = Choice(None, None)
        with suppress(BudgetExhausted):
            first = yield Sample([Path()], max_tokens=10, to_be_scored=True)
            second = yield Sample(first, max_tokens=10, to_be_scored=True)
            yield Score(second)
            yield Sample([Path()], max_tokens=10)
        return choice

    attempt = solve(plan, ExactEngine(4, 4, 4), verifier=verifier(), budget=Budget(tokens=budget))
    assert len(attempt.nodes) == samples


def test_scoring_that_was_not_held_back_can_be_refused() -> None:
    def plan(problem: Problem) -> Plan:
        paths = yield Sample([Path()], n=1, max_tokens=10)
        try:
            yield Score(paths)
        except BudgetExhausted as refused:
            return Choice(f"refused after {len(refused.partial)}", paths[0])

    attempt = solve(plan, ExactEngine(10), verifier=verifier(), budget=Budget(tokens=15))
    assert (attempt.answer, attempt.ending) == ("refused after 0", Ending.BUDGET)


def test_a_plan_that_ignores_the_budget_ends_without_an_answer() -> None:
    def plan(problem: Problem) -> Plan:
        paths = yield Sample([Path()], n=100)
        return Choice(paths[0].answer, paths[0])

    attempt = solve(plan, sampling=Sampling(max_tokens=10), budget=Budget(tokens=40))
    assert (attempt.answer, attempt.chosen, attempt.ending) == (None, None, Ending.BUDGET)
    assert attempt.nodes


def test_a_budget_too_small_for_one_sample_is_known_up_front() -> None:
    """5 words of prompt and 20 tokens, each through the generator and, for best_of_n, through the verifier."""
    small = Solver(FakeEngine(), verifier(), Sampling(max_tokens=20), Budget(tokens=49))
    small.check(make_strategy("self_consistency"), PROBLEM)
    with pytest.raises(BadRequest, match=r"tokens=49 is too small for one sample of best_of_n.*tokens=50,flops=400"):
        small.check(make_strategy("best_of_n"), PROBLEM)
    Solver(FakeEngine(), verifier(), Sampling(max_tokens=20), Budget(tokens=50)).check(
        make_strategy("best_of_n"), PROBLEM
    )


def test_a_strategy_without_the_verifier_it_needs_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="needs a verifier"):
        Solver(FakeEngine()).check(make_strategy("best_of_n"), PROBLEM)
    with pytest.raises(BadRequest, match="needs a verifier"):
        solve(make_strategy("best_of_n"))


def test_flops_of_a_model_that_does_not_say_its_size_cannot_be_limited() -> None:
    engine = FakeEngine()
    engine.parameters = 0
    with pytest.raises(BadRequest, match="fake does not say"):
        Solver(engine, budget=Budget(flops=1e9)).check(make_strategy("chain_of_thought"), PROBLEM)
