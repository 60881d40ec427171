"""Of every strategy, the charges are what the engine and the verifier counted themselves, on the models that ship."""

from __future__ import annotations

import asyncio

import pytest

torch = pytest.importorskip("torch")

from tuili.backbone.llama import LlamaForward  # noqa: E402
from tuili.engines import make_engine  # noqa: E402
from tuili.ledger import Budget  # noqa: E402
from tuili.records import Attempt, Component, Ending, Problem, Sampling  # noqa: E402
from tuili.solver import Job, Solver  # noqa: E402
from tuili.strategies import STRATEGIES, make_strategy  # noqa: E402
from tuili.verifiers import make_verifier  # noqa: E402

PROBLEMS = [Problem(prompt, prompt, "mini") for prompt in ("make 49 from 25 4 20", "calc 7 + 3 * 4 - 2")]
CLASSES = 3
"""Of the process verifier: what tells its passes from the engine's."""


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tokens that reach the verifier's model, pass by pass. Padding is token 0, which no text here has."""
    tokens: list[int] = []
    run = LlamaForward.__call__

    def counted(self: LlamaForward, ids: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        if len(self._head) == CLASSES:
            tokens.append(int((ids != 0).sum()))
        return run(self, ids, *rest)

    monkeypatch.setattr(LlamaForward, "__call__", counted)
    return tokens


@pytest.mark.parametrize(("tokens", "cache_gib"), [(None, 1.0), (1200, 0.0005)])
@pytest.mark.parametrize("name", STRATEGIES)
def test_the_sum_of_charges_is_what_was_counted(
    name: str, tokens: int | None, cache_gib: float, read: list[int]
) -> None:
    torch.set_num_threads(1)
    engine = make_engine(f"mini:cache_gib={cache_gib}")
    verifier = make_verifier(f"process:cache_gib={cache_gib}")
    generated = 0
    sample = engine.sample

    async def counted(*args, **kwargs):
        nonlocal generated
        sampled = await sample(*args, **kwargs)
        generated += sum(len(completion.token_ids) for completion in sampled.completions)
        return sampled

    engine.sample = counted  # type: ignore[method-assign]
    solver = Solver(engine, verifier, Sampling(max_tokens=80), Budget(tokens=tokens))
    strategy = make_strategy(name)

    async def attempts() -> list[Attempt]:
        return [attempt async for attempt in solver.solve_many(Job(problem, strategy) for problem in PROBLEMS)]

    done = asyncio.run(attempts())
    assert Ending.FAILED not in {attempt.ending for attempt in done}
    charges = [charge for attempt in done for charge in attempt.charges]
    charged = {component: [0, 0] for component in Component}
    for charge in charges:
        charged[charge.component][0] += charge.prompt_tokens
        charged[charge.component][1] += charge.generated_tokens
    assert charged[Component.GENERATOR] == [engine.meter.prefilled, generated]
    assert charged[Component.VERIFIER] == [sum(read), 0]
    assert generated
    assert bool(read) == strategy.needs_verifier
    for attempt in done:
        assert sum(charge.tokens for charge in attempt.charges) <= (tokens or float("inf"))


def test_what_an_attempt_costs_does_not_depend_on_what_ran_before() -> None:
    solver = Solver(make_engine("mini"), make_verifier("process"), Sampling(max_tokens=80))
    strategies = [make_strategy(name) for name in ("best_of_n:n=4", "beam_search:width=2,expand=2", "best_of_n:n=4")]

    async def spent() -> list[list[int]]:
        attempts = [await solver.solve(PROBLEMS[0], strategy) for strategy in strategies]
        return [[charge.tokens for charge in attempt.charges] for attempt in attempts]

    first, _, again = asyncio.run(spent())
    assert first == again
