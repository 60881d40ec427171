"""What an attempt records: ids, paths, answers, seeds; the same whatever ends first."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from fakes import BUDGETS, ExactEngine, FakeEngine, random_plan, solve, verifier
from hypothesis import given, settings
from hypothesis import strategies as st

from tuili.engines.scripted import END_OF_ATTEMPT, ScriptedEngine
from tuili.engines.words import words
from tuili.ledger import Budget
from tuili.records import (
    Attempt,
    Completion,
    Path,
    Problem,
    Sampling,
    StopReason,
    Until,
)
from tuili.solver.seeds import path_seed
from tuili.steps import LINES, PLAIN
from tuili.strategies import make_strategy
from tuili.strategies.asks import Choice, Plan, Sample, Score


def test_children_of_one_path_are_numbered_over_all_asks() -> None:
    seen = []

    def plan(problem: Problem) -> Plan:
        first = yield Sample([Path()], n=2, until=Until.STEP, max_tokens=8)
        again = yield Sample([Path(), first[1], first[1]], n=2, until=Until.STEP, max_tokens=8)
        seen.extend(path.id for path in [*first, *again])
        return Choice(None, None)

    attempt = solve(plan)
    assert seen == [(0,), (1,), (2,), (3,), (1, 0), (1, 1), (1, 2), (1, 3)]
    assert [node.id for node in attempt.nodes] == seen


def test_a_path_has_everything_from_the_root_on() -> None:
    paths = []

    def plan(problem: Problem) -> Plan:
        paths.extend((yield Sample([Path()], until=Until.STEP, max_tokens=8)))
        paths.extend((yield Sample(paths, max_tokens=40)))
        return Choice(paths[1].answer, paths[1])

    attempt = solve(plan, FakeEngine(frugal=True))
    (step, path), (first, second) = paths, attempt.nodes
    assert (step.text, step.finished, step.answer) == (first.text, False, None)
    assert path.text == first.text + second.text
    assert "".join(step.text for step in path.steps) == path.text
    assert path.tokens == len(path.token_ids) == first.tokens + second.tokens
    assert path.logprob == pytest.approx(first.logprob + second.logprob)
    assert path.min_logprob == min(first.min_logprob, second.min_logprob)
    assert (attempt.answer, attempt.chosen) == (second.answer, (0, 0))


@pytest.mark.parametrize(
    ("text", "stop", "form", "answer"),
    [
        ("3 * 4 = 12\n</think>\nThe answer is 12.", StopReason.END, LINES, "12"),
        ("3 * 4 = 12\nso 12 + 1 =", StopReason.LENGTH, LINES, None),
        ("3 * 4 = 12\n", StopReason.STEP, LINES, None),
        ("First, 3 * 4 = 12, so", StopReason.LENGTH, PLAIN, None),
        ("First, 3 * 4 = 12, so", StopReason.FAILED, PLAIN, None),
        ("First, 3 * 4 = 12.", StopReason.END, PLAIN, "12"),
    ],
)
def test_a_text_that_was_cut_off_is_not_searched_for_an_answer(text, stop, form, answer) -> None:
    class Says(FakeEngine):
        def _complete(self, random: Random, sampling: Sampling) -> Completion:
            return Completion(text, 5, stop=stop)

    attempt = solve(make_strategy("chain_of_thought"), Says(form=form))
    assert attempt.answer == attempt.nodes[0].answer == answer
    assert attempt.chosen == (None if answer is None else (0,))


def test_asks_override_the_solvers_sampling() -> None:
    def plan(problem: Problem) -> Plan:
        yield Sample([Path()])
        yield Sample([Path()], until=Until.STEP, max_tokens=3, temperature=0.0)
        return Choice(None, None)

    engine = FakeEngine()
    solve(plan, engine, sampling=Sampling(max_tokens=9, temperature=0.5))
    used = [sampling for *_, sampling in engine.calls]
    assert used == [Sampling(Until.END, 9, 0.5, resumable=False), Sampling(Until.STEP, 3, 0.0)]


def test_the_solvers_limit_is_of_a_whole_path() -> None:
    """Of 9 tokens a path of 4 has 5 left, for what is written too; one of 9 is not even put to the engine."""
    ends = []

    def plan(problem: Problem) -> Plan:
        first = yield Sample([Path()], until=Until.STEP)
        yield Sample(first, until=Until.STEP, max_tokens=6)
        second = yield Sample(first, until=Until.STEP)
        ends.extend((yield Sample(second, n=2)))
        return Choice(None, None)

    engine = ExactEngine(4, 4, 5, stop=StopReason.STEP)
    attempt = solve(plan, engine, sampling=Sampling(max_tokens=9))
    assert [sampling.max_tokens for *_, sampling in engine.calls] == [9, 5, 5]
    assert [(path.tokens, path.stop) for path in ends] == [(9, StopReason.LENGTH)] * 2
    assert len(attempt.nodes) == 5


def test_what_a_strategy_writes_is_read_by_the_model_and_kept_apart_in_the_record() -> None:
    seen = []

    def plan(problem: Problem) -> Plan:
        first = yield Sample([Path()], until=Until.STEP)
        seen.extend((yield Sample(first, written="wait but\n", max_tokens=4)))
        return Choice(seen[0].answer, seen[0])

    engine = ScriptedEngine({"p1": "a b\nwait but\nc</think>7"})
    attempt = solve(plan, engine)
    assert [(node.text, node.written, node.tokens) for node in attempt.nodes] == [
        ("a b\n", 0, 3),
        ("wait but\nc</think>7", len("wait but\n"), 1),
    ]
    (path,) = seen
    assert (path.text, path.tokens) == ("a b\nwait but\nc</think>7", 3 + 3 + 1)
    assert "".join(step.text for step in path.steps) == path.text
    assert engine.calls[1].sampling.max_tokens == 4 - 3
    assert [(charge.prompt_tokens, charge.generated_tokens) for charge in attempt.charges] == [(5, 3), (5 + 6, 1)]


def test_the_tokens_of_what_was_written_are_those_that_the_engine_read() -> None:
    class Knows(ScriptedEngine):
        async def sample(self, problem, path, **options):
            sampled = await super().sample(problem, path, **options)
            completions = [replace(each, token_ids=(1,) * each.tokens) for each in sampled.completions]
            return replace(sampled, completions=completions, path_ids=(2,) * len(words(path.text)))

    seen = []

    def plan(problem: Problem) -> Plan:
        seen.extend((yield Sample([Path()], written="wait but", max_tokens=3)))
        seen.extend((yield Sample(seen, written=" so", until=Until.STEP)))
        return Choice(None, None)

    solve(plan, Knows({"p1": "wait but a so b\nc"}))
    assert [(path.text, path.token_ids) for path in seen] == [
        ("wait but a", (2, 2, 1)),
        ("wait but a so b\n", (2, 2, 2, 2, 1, 1)),
    ]


def test_what_a_model_was_shown_stays_with_all_that_goes_on_from_there() -> None:
    seen = []

    def plan(problem: Problem) -> Plan:
        first = yield Sample([Path()], n=2)
        begun = yield Sample([Path()], earlier=first, until=Until.STEP)
        seen.extend((yield Sample(begun)))
        return Choice(seen[0].answer, seen[0])

    history = "".join(f"{text}{END_OF_ATTEMPT}" for text in ("</think>7", "</think>7"))
    script = {"": "</think>7", history: "so\n</think>8", f"{history}so\n": "</think>8"}
    engine = ScriptedEngine(lambda problem, text, seed: script[text])
    attempt = solve(plan, engine)
    assert seen[0].earlier == ("</think>7", "</think>7")
    assert (seen[0].text, attempt.answer) == ("so\n</think>8", "8")
    assert [(node.id, node.after) for node in attempt.nodes[2:]] == [((2,), ((0,), (1,))), ((2, 0), ())]
    assert [call.path.earlier for call in engine.calls[1:]] == [seen[0].earlier] * 2


def test_nothing_asked_is_nothing_spent() -> None:
    def plan(problem: Problem) -> Plan:
        assert (yield Sample([])) == []
        assert (yield Score([])) == []
        return Choice(None, None)

    assert solve(plan, verifier=verifier()).charges == ()


def test_seeds_depend_on_run_problem_and_path_and_on_nothing_else() -> None:
    runs, problems = (0, 1), ("p", "p1", "p2")
    ids = ((0,), (1,), (10,), (0, 0), (1, 0), (0, 1, 0), (0, 10))
    seeds = {path_seed(run, problem, path_id) for run in runs for problem in problems for path_id in ids}
    assert len(seeds) == 2 * 3 * 7
    assert all(0 <= seed < 2**64 for seed in seeds)
    assert path_seed(0, "p1", (0,)) == 8915318437796520807, "runs of earlier versions could not be repeated"


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), budget=BUDGETS)
def test_an_attempt_is_the_same_whatever_ends_first(seed: int, budget: Budget) -> None:
    def once(engine: FakeEngine) -> Attempt:
        plan = random_plan(seed)
        attempt = solve(plan, engine, verifier=verifier(), sampling=Sampling(max_tokens=20), budget=budget)
        return replace(attempt, charges=tuple(replace(charge, seconds=0.0) for charge in attempt.charges))

    plain = once(FakeEngine(frugal=True))
    assert once(FakeEngine(frugal=True, delays=Random(1))) == plain
    assert once(FakeEngine(frugal=True, delays=Random(2))) == plain
