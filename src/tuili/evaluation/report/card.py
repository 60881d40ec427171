"""The run card: everything that made a run what it is, and what it spent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tuili.evaluation.summary import Summary
from tuili.records import Charge, RunHeader


@dataclass(frozen=True, slots=True)
class Spent:
    """One line of the table of spending."""

    strategy: str
    component: str
    purpose: str
    prompt_tokens: int
    generated_tokens: int
    flops: float
    seconds: float
    share: float
    """Of the run's FLOPs; of its tokens where there are no FLOPs."""


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    lines: Sequence[tuple[str, bool]]
    """Each with whether it is not the same in all runs of the page."""
    differs: bool
    """Whether any of it does, what this run lacks included."""


@dataclass(frozen=True, slots=True)
class Card:
    run: str
    facts: Sequence[Fact]
    spending: Sequence[Spent]
    total: Spent


def cards(summary: Summary) -> list[Card]:
    """One for every run."""
    differing = {row.field for row in summary.differences}
    return [
        _card(
            run,
            [_fact(*entry, differing) for entry in (("folder", summary.folders[run]), *_facts(header))],
            summary.spending[run],
        )
        for run, header in summary.headers.items()
    ]


def _fact(name: str, text: str, differing: Iterable[str]) -> Fact:
    """differing: fields of the header, sampling.max_tokens among them."""
    fields = {field for field in differing if field.partition(".")[0] == name}
    lines = [(line, bool(fields & {name, f"{name}.{line.partition(' ')[0]}"})) for line in text.split("\n")]
    return Fact(name, lines, bool(fields))


def _card(run: str, facts: Sequence[Fact], spending: Mapping[str, Sequence[Charge]]) -> Card:
    rows = [(strategy, charge) for strategy, charges in spending.items() for charge in charges]
    charges = [charge for _, charge in rows]
    flops, tokens = sum(charge.flops for charge in charges), sum(charge.tokens for charge in charges)

    def spent(strategy: str, component: str, purpose: str, of: Iterable[Charge]) -> Spent:
        members = list(of)
        part = sum(charge.flops for charge in members) if flops else sum(charge.tokens for charge in members)
        return Spent(
            strategy,
            component,
            purpose,
            sum(charge.prompt_tokens for charge in members),
            sum(charge.generated_tokens for charge in members),
            sum(charge.flops for charge in members),
            sum(charge.seconds for charge in members),
            part / ((flops or tokens) or 1),
        )

    return Card(
        run=run,
        facts=facts,
        spending=[spent(strategy, charge.component, charge.purpose, [charge]) for strategy, charge in rows],
        total=spent("all", "", "", charges),
    )


def _facts(header: RunHeader) -> Iterator[tuple[str, str]]:
    yield "task", header.task
    yield "data", header.data or "the task's own"
    yield "problems", str(header.problems) + (f" (limit {header.limit})" if header.limit else "")
    yield "overlap", _listed(header.overlap) if header.overlap else "not compared with training data"
    yield "model", header.model
    yield "verifier", header.verifier or "none"
    yield "strategies", "\n".join(header.strategies)
    yield "budget", header.budget or "none, but for what a strategy's spec says"
    yield "seeds", ", ".join(map(str, header.seeds))
    yield "sampling", _listed(header.sampling)
    yield "parameters", _listed({name: f"{count:,}" for name, count in header.parameters.items()})
    yield "versions", _listed(header.versions)
    yield "machine", _listed(header.machine)
    yield "commit", header.commit or "not recorded"
    yield "created", header.created


def _listed(values: Mapping[str, object]) -> str:
    return "\n".join(f"{name} {value}" for name, value in values.items()) or "not recorded"
