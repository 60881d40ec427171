"""A sweep: strategies × values of their parameters × budgets × seeds, as one request for an evaluation.

Each strategy, size and budget is a line of its own in the run folder: a budget is part of the strategy's spec. What
needs no run of its own, because the report derives it from a larger pool of the same samples, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from tuili.config import ConfigError
from tuili.eval import Request
from tuili.evaluation.derivable import derivable
from tuili.ledger import Budget
from tuili.strategies import make_strategy, within

SHIPPED = Path(__file__).parent / "sweeps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The keys of a sweep's config."""

    task: str
    data: str | None = None
    """The task's rows, where it does not generate its problems."""
    model: str = "mini"
    verifier: str | None = None
    strategies: tuple[str, ...]
    """Specs. {name} in them stands for each of `values.name` in turn; of several names, for every combination."""
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    budgets: tuple[str, ...] = ()
    """Like tokens=2000,flops=1e9; each strategy runs within each of them. None: without a budget."""
    seeds: tuple[int, ...] = (0,)
    limit: int | None = None
    """Only the first so many problems."""
    max_tokens: int | None = None
    """None: what the task says is enough."""
    temperature: float = 1.0


class Expanded(NamedTuple):
    request: Request
    derived: Mapping[str, str]
    """Specs that are not run, each with the one that the report derives it from."""


def expand(sweep: Sweep) -> Expanded:
    """The evaluation that a sweep asks for. Raises BadRequest for a strategy or a budget that cannot be, ConfigError
    for names in strategies that have no values, or values that no strategy names."""
    named = {name for strategy in sweep.strategies for name in _names(strategy)}
    if unused := sorted(sweep.values.keys() - named):
        raise ConfigError(f"values.{unused[0]} is named by no strategy, as in best_of_n:n={{{unused[0]}}}")
    made = [make_strategy(spec) for strategy in sweep.strategies for spec in _specs(strategy, sweep.values)]
    if sweep.budgets:
        made = [within(strategy, budget) for budget in map(Budget.parse, sweep.budgets) for strategy in made]
    specs = list(dict.fromkeys(strategy.spec for strategy in made))
    derived = derivable(specs)
    request = Request(
        task=sweep.task,
        data=Path(sweep.data) if sweep.data else None,
        model=sweep.model,
        verifier=sweep.verifier,
        strategies=tuple(spec for spec in specs if spec not in derived),
        limit=sweep.limit,
        seeds=sweep.seeds,
        max_tokens=sweep.max_tokens,
        temperature=sweep.temperature,
    )
    return Expanded(request, derived)


def _specs(strategy: str, values: Mapping[str, tuple[Any, ...]]) -> Iterator[str]:
    names = _names(strategy)
    if missing := [name for name in names if name not in values]:
        raise ConfigError(f"{strategy!r} names {missing[0]}, which has no values: set values.{missing[0]}")
    for combination in product(*(values[name] for name in names)):
        yield strategy.format(**dict(zip(names, combination, strict=True)))


def _names(strategy: str) -> list[str]:
    """What stands in braces, in order. Raises ConfigError where it is no plain name."""
    try:
        names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(strategy) if name is not None)
    except ValueError as error:
        raise ConfigError(f"{strategy!r} cannot be read: {error}") from None
    if odd := [name for name in names if not name.isidentifier()]:
        raise ConfigError(f"{strategy!r} has {{{odd[0]}}}, which is no name")
    return list(names)
