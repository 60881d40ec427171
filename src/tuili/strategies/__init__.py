"""Ways to spend inference compute, by name: each a pure generator of asks, one idea a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tuili.errors import BadRequest
from tuili.ledger import Budget
from tuili.records import Problem
from tuili.spec import Spec, bind, full_spec
from tuili.strategies.asks import Plan
from tuili.strategies.beam_search import beam_search
from tuili.strategies.best_of_n import best_of_n
from tuili.strategies.budget_forcing import budget_forcing
from tuili.strategies.chain_of_thought import chain_of_thought
from tuili.strategies.dvts import dvts
from tuili.strategies.lookahead_search import lookahead_search
from tuili.strategies.mixed import mixed
from tuili.strategies.self_consistency import self_consistency
from tuili.strategies.self_correction import self_correction
from tuili.strategies.sequential_revision import sequential_revision

STRATEGIES: Mapping[str, Callable[..., Plan]] = {
    "chain_of_thought": chain_of_thought,
    "self_consistency": self_consistency,
    "best_of_n": best_of_n,
    "beam_search": beam_search,
    "lookahead_search": lookahead_search,
    "dvts": dvts,
    "budget_forcing": budget_forcing,
    "sequential_revision": sequential_revision,
    "self_correction": self_correction,
    "mixed": mixed,
}
SCORING = frozenset({"best_of_n", "beam_search", "lookahead_search", "dvts"})
"""Those that ask for verdicts and so need a verifier."""
SCORING_SELECTIONS = frozenset({"best", "weighted", "chains"})
"""Values of `select` with which the others do too."""
MAY_BE_ZERO = frozenset({"waits"})
"""Counts of what need not happen at all."""
BUDGETS = {"budget_tokens": "tokens", "budget_flops": "flops"}
"""What every spec may have beside its strategy's own parameters: limits of its attempts (ledger.Budget)."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy with all its parameters set, ready to plan for any problem."""

    spec: str
    """In full, defaults included: what run records keep."""
    needs_verifier: bool
    plan: Callable[[Problem], Plan]
    budget: Budget = field(default_factory=Budget)
    """Of each attempt, beside the solver's. The plan never sees it."""


def make_strategy(text: str) -> Strategy:
    """The strategy that a spec names, with a budget of its own where `budget_tokens` or `budget_flops` gives it one.

    Raises BadRequest for an unknown name or parameter, or a value that does not fit: here whole numbers count things,
    and others are probabilities.
    """
    given = Spec.parse(text)
    spec = Spec(given.name, {key: value for key, value in given.parameters.items() if key not in BUDGETS})
    factory, arguments = bind("strategy", spec, STRATEGIES)
    for key, value in arguments.items():
        least = 0 if key in MAY_BE_ZERO else 1
        if isinstance(value, int) and not isinstance(value, bool) and value < least:
            raise BadRequest(f"{key} of strategy {spec.name} must be at least {least}, not {value}")
        if isinstance(value, float) and not 0 <= value <= 1:
            raise BadRequest(f"{key} of strategy {spec.name} must be from 0 to 1, not {value}")

    def plan(problem: Problem) -> Plan:
        return factory(problem, **arguments)  # type: ignore[no-any-return]

    limits = ",".join(f"{BUDGETS[key]}={value}" for key, value in given.parameters.items() if key in BUDGETS)
    scoring = spec.name in SCORING or arguments.get("select") in SCORING_SELECTIONS
    strategy = Strategy(full_spec(spec.name, arguments), scoring, plan)
    return within(strategy, Budget.parse(limits)) if limits else strategy


def within(strategy: Strategy, budget: Budget) -> Strategy:
    """The strategy under a budget of its own, which its spec says. Raises BadRequest where it has one already."""
    if strategy.budget != Budget():
        raise BadRequest(f"{strategy.spec} has a budget of its own already")
    limits = Spec.parse(f"budget:{budget}").parameters
    said = {key: limits[name] for key, name in BUDGETS.items() if name in limits}
    spec = Spec.parse(strategy.spec)
    return replace(strategy, spec=str(Spec(spec.name, {**spec.parameters, **said})), budget=budget)
