"""What makers of reasoning systems report of them, and what each number leaves unsaid: the records beside this."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from tuili.codec import convert
from tuili.errors import BadRequest
from tuili.spec import Spec

CONDITIONS = ("metric", "max_tokens", "samples", "verifier")
"""Without these a number cannot be set beside another."""
PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Claim:
    """One published result; None is what its source does not state with it."""

    system: str
    benchmark: str
    number: float | None = None
    unit: str = PERCENT
    before: float | None = None
    """The same before what the claim is about: a base model, a first attempt, no budget forcing."""
    range: tuple[float, float] | None = None
    """In place of a number."""
    metric: str | None = None
    max_tokens: int | None = None
    """Of one sample; 0 where nothing is generated."""
    samples: int | None = None
    """Drawn a problem, to choose among or to average over as the metric says; 0 where nothing is generated."""
    verifier: str | None = None
    """"none" where the metric has no place for one."""
    recalled: tuple[str, ...] = ()
    """Keys, of the claim or its source, that were written from memory and not re-read in a source."""
    note: str | None = None

    @property
    def unsaid(self) -> tuple[str, ...]:
        return tuple(name for name in CONDITIONS if getattr(self, name) is None)

    @property
    def budget_stated(self) -> bool:
        return self.max_tokens is not None and self.samples is not None


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    date: str
    """ISO 8601; year and month where the day is not known."""
    claims: tuple[Claim, ...]
    url: str | None = None
    recalled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    tasks: Mapping[str, str]
    """By benchmark the task here that holds the same problems."""
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A claim with where it stands."""

    claim: Claim
    source: Source

    @property
    def recalled(self) -> tuple[str, ...]:
        return self.source.recalled + self.claim.recalled


def published() -> Published:
    """All claims that this version knows, in the order of the data file."""
    text = resources.files("tuili.evaluation.claims").joinpath("published.toml").read_text(encoding="utf-8")
    known: Published = convert(Published, tomllib.loads(text))
    return known


def cited(known: Published) -> list[Cited]:
    return [Cited(claim, source) for source in known.sources for claim in source.claims]


def find(system: str | None = None, benchmark: str | None = None) -> list[Cited]:
    """The claims whose system and benchmark contain these words, capitals or not.

    Raises BadRequest when there are none, naming what there is.
    """
    every = cited(published())
    found = [one for one in every if _within(system, one.claim.system) and _within(benchmark, one.claim.benchmark)]
    if not found:
        systems, benchmarks = _names(one.claim.system for one in every), _names(one.claim.benchmark for one in every)
        raise BadRequest(f"no such claim is known; the systems are {systems}; the benchmarks are {benchmarks}")
    return found


def of_task(task: str) -> list[Cited]:
    """Accuracies claimed on the problems of a task, given by its spec; none where no benchmark is that task."""
    known = published()
    name = Spec.parse(task).name
    return [
        one
        for one in cited(known)
        if known.tasks.get(one.claim.benchmark) == name and one.claim.unit == PERCENT and one.claim.number is not None
    ]


def _within(wanted: str | None, name: str) -> bool:
    return wanted is None or wanted.casefold() in name.casefold()


def _names(names: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(names))
