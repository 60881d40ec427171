"""A model that fails, or breaks its promise, makes a failed attempt with all that it cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import ExactEngine, FakeEngine, solve

from tuili.ledger import Budget
from tuili.records import (
    Component,
    Ending,
    Path,
    Problem,
    Sampling,
    Until,
    Verdict,
)
from tuili.strategies import make_strategy
from tuili.strategies.asks import Plan, Sample
from tuili.verifiers.scripted import ScriptedVerifier


@pytest.mark.parametrize("verdicts", [[], [Verdict(float("nan"))], [Verdict(1.5)]])
def test_a_verifier_that_breaks_its_promise_fails_the_attempt_and_is_paid(verdicts: list[Verdict]) -> None:
    class Broken(ScriptedVerifier):
        async def judge(self, problem, paths, attempt=None):
            return replace(await super().judge(problem, paths, attempt), verdicts=verdicts)

    attempt = solve(make_strategy("best_of_n:n=1"), verifier=Broken(lambda problem, path: 0.5, parameters=3))
    assert attempt.ending is Ending.FAILED
    assert "scripted" in attempt.error
    assert [charge.component for charge in attempt.charges] == [Component.GENERATOR, Component.VERIFIER]


def test_an_engine_that_generates_more_than_it_was_asked_fails_and_is_charged_the_truth() -> None:
    limits = {"sampling": Sampling(max_tokens=10), "budget": Budget(tokens=20)}
    attempt = solve(make_strategy("chain_of_thought"), ExactEngine(40), **limits)
    assert attempt.ending is Ending.FAILED
    assert "30 tokens more" in attempt.error
    assert [charge.tokens for charge in attempt.charges] == [45]


def test_a_failing_call_keeps_what_the_calls_beside_it_gave() -> None:
    def plan(problem: Problem) -> Plan:
        steps = yield Sample([Path()], n=3, until=Until.STEP, max_tokens=4)
        yield Sample(steps, n=2, max_tokens=4)
        raise AssertionError

    engine = FakeEngine(fail_at=2)
    attempt = solve(plan, engine)
    assert (attempt.ending, attempt.error) == (Ending.FAILED, "the fake engine was told to fail")
    assert [node.id for node in attempt.nodes] == [(0,), (1,), (2,), (0, 0), (0, 1), (2, 0), (2, 1)]
    assert sum(charge.tokens for charge in attempt.charges) == engine.prefilled + engine.generated
