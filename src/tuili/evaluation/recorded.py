"""A run as columns: what its figures are computed from, a few bytes a sample, filled while the attempts stream by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuili.evaluation.regraded import RunRegraded
from tuili.records import Charge, Component, Problem, Purpose, RunHeader


class Mark(IntEnum):
    """A grade as columns hold it."""

    UNGRADED = -1
    INCORRECT = 0
    CORRECT = 1


class Part(IntEnum):
    """What the cost of an attempt consists of; the second axis of `costs`."""

    PREFILL = 0
    """The prompt, read once however many samples follow."""
    GENERATION = 1
    VERIFICATION = 2


class Unit(IntEnum):
    """In what a cost is counted; the last axis of every array of costs."""

    FLOPS = 0
    TOKENS = 1
    SECONDS = 2


class Pools(NamedTuple):
    """The samples of attempts that drew the same number of independent samples each, [A, n] each."""

    classes: NDArray[np.int16]
    """Answers that are votes for the same thing share a class; -1 without an answer."""
    outcomes: NDArray[np.int8]
    scores: NDArray[np.float64]
    """The verifier's, nan where it gave none."""
    tokens: NDArray[np.int32]
    """Generated, the end of turn included."""


class Episodes(NamedTuple):
    """The turns of attempts at self-correction that no budget and no failure cut short, [E, T]."""

    problem: NDArray[np.int32]
    """[E] as in Recorded."""
    correct: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Recorded:
    """All attempts of one strategy of a run: A rows."""

    strategy: str
    """Full spec."""
    problem: NDArray[np.int32]
    """[A] row of the problem in `RunColumns.problems`."""
    outcome: NDArray[np.int8]
    """[A] of the answer that the strategy returned."""
    costs: NDArray[np.float64]
    """[A, Part, Unit]."""
    pools: Pools | None
    """None where samples depend on each other, or attempts differ in how many they drew."""
    episodes: Episodes | None
    """None for other strategies than self_correction."""
    reasons: Mapping[str, int]
    """Why returned answers were ungraded, and how often."""
    endings: Mapping[str, int]
    samples: int
    cut: int
    """Samples that stopped at max_tokens."""


Spending = dict[tuple[Component, Purpose], Charge]
"""Sums of charges."""


@dataclass(slots=True)
class RunColumns:
    """One run folder, reduced."""

    name: str
    folder: Path
    header: RunHeader
    problems: list[Problem] = field(default_factory=list)
    strategies: dict[str, Recorded] = field(default_factory=dict)
    spending: dict[str, Spending] = field(default_factory=lambda: defaultdict(dict))
    """By strategy."""
    regraded: list[RunRegraded] = field(default_factory=list)
    """What other graders changed."""
    cut: dict[int, RunColumns] = field(default_factory=dict)
    """By max_tokens: this run with its samples cut to that and graded again."""
